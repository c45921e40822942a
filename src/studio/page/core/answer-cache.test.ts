import { expect, test } from 'vitest';
import { AnswerCache } from './answer-cache.ts';

const cacheOf = () => new AnswerCache((error) => ({ kind: 'Test', message: String(error) }));
const settled = () => new Promise((resolve) => setTimeout(resolve));

test('several views share one request, and see the same answer', async () => {
  const cache = cacheOf();
  let asked = 0;
  const fetch = async () => ++asked;
  const seen: unknown[] = [];
  cache.watch('a', fetch, () => seen.push(cache.get('a')));
  cache.watch('a', fetch, () => {});
  expect(cache.get('a')).toEqual({ loading: true });
  await settled();
  expect(asked).toBe(1);
  expect(cache.get('a')).toEqual({ data: 1, loading: false });
  expect(seen.at(-1)).toBe(cache.get('a'));
});

test('what has changed is asked for again; what nobody looks at, when somebody does', async () => {
  const cache = cacheOf();
  let asked = 0;
  const end = cache.watch(
    'motions',
    async () => ++asked,
    () => {},
  );
  await settled();
  cache.invalidate((key) => key === 'videos');
  await settled();
  expect(asked).toBe(1);
  cache.invalidate((key) => key === 'motions');
  expect(cache.get('motions')).toEqual({ data: 1, loading: true });
  await settled();
  expect(cache.get('motions')).toEqual({ data: 2, loading: false });
  end();
  cache.invalidate(() => true);
  await settled();
  expect(asked).toBe(2);
  cache.watch(
    'motions',
    async () => ++asked,
    () => {},
  );
  await settled();
  expect(asked).toBe(3);
});

test('a change during a request has it asked once more', async () => {
  const cache = cacheOf();
  const answers: ((value: number) => void)[] = [];
  cache.watch(
    'a',
    () => new Promise<number>((resolve) => answers.push(resolve)),
    () => {},
  );
  cache.invalidate(() => true);
  cache.invalidate(() => true);
  answers[0]!(1);
  await settled();
  expect(answers).toHaveLength(2);
  answers[1]!(2);
  await settled();
  expect(answers).toHaveLength(2);
  expect(cache.get('a')).toEqual({ data: 2, loading: false });
});

test('a refusal is said, beside the answer that was known', async () => {
  const cache = cacheOf();
  let works = true;
  cache.watch(
    'a',
    async () => {
      if (!works) throw new Error('no');
      return 1;
    },
    () => {},
  );
  await settled();
  works = false;
  cache.invalidate(() => true);
  await settled();
  expect(cache.get('a')).toEqual({
    data: 1,
    problem: { kind: 'Test', message: 'Error: no' },
    loading: false,
  });
  works = true;
  cache.invalidate(() => true);
  await settled();
  expect(cache.get('a')).toEqual({ data: 1, loading: false });
});

test('a known answer can be changed, an unknown one cannot', async () => {
  const cache = cacheOf();
  let told = 0;
  cache.watch(
    'a',
    async () => [1],
    () => told++,
  );
  cache.change<number[]>('a', (data) => [...data, 2]);
  await settled();
  expect(cache.get('a').data).toEqual([1]);
  const before = told;
  cache.change<number[]>('a', (data) => [...data, 2]);
  expect(cache.get('a').data).toEqual([1, 2]);
  expect(told).toBe(before + 1);
});
