import { expect, test } from 'vitest';
import { DeviceError, InterruptedError } from '../../errors.ts';
import type { ProgressEvent, WorkOptions } from '../../events.ts';
import { inStages } from './stages.ts';

/** Stages that write down what they do; `failing` is called before each. */
function recorded(failing: (what: string) => void = () => {}) {
  const done: string[] = [];
  const stage = (name: string) => async (text: string, work: WorkOptions) => {
    const what = `${name} ${text}`;
    failing(what);
    work.onEvent?.({ type: 'progress', stage: 'sampling', done: 0, total: 1 });
    done.push(work.signal?.aborted ? `${what}, stopped` : what);
    return text;
  };
  const finish = stage('finish');
  return {
    done,
    stages: {
      begin: stage('begin'),
      sample: stage('sample'),
      finish: (_: string, sampled: string, work: WorkOptions) => finish(sampled, work),
    },
  };
}

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const each of source) found.push(each);
  return found;
}

test('each stage is done for all before the next begins; the last hands over one after the other', async () => {
  const { done, stages } = recorded();
  const running = inStages(['a', 'b'], stages);
  expect((await running.next()).value).toBe('a');
  expect(done).toEqual(['begin a', 'begin b', 'sample a', 'sample b', 'finish a']);
  expect(await all(running)).toEqual(['b']);
  expect(done.at(-1)).toBe('finish b');
});

test('requests are asked for one at a time', async () => {
  const { done, stages } = recorded();
  async function* requests() {
    yield 'a';
    expect(done).toEqual(['begin a']);
    yield 'b';
  }
  expect(await all(inStages(requests(), stages))).toEqual(['a', 'b']);
});

test('progress says which of several it is about, and nothing of the kind for one', async () => {
  const events: ProgressEvent[] = [];
  const onEvent = (event: ProgressEvent) => void events.push(event);
  const pictures = () => events.splice(0).map((event) => event.type === 'progress' && event.picture);
  await all(inStages(['a', 'b'], recorded().stages, { onEvent }));
  const [first, second] = [1, 2].map((number) => ({ number, of: 2 }));
  expect(pictures()).toEqual([undefined, undefined, first, second, first, second]);
  await all(inStages(['a'], recorded().stages, { onEvent }));
  expect(pictures()).toEqual([undefined, undefined, undefined]);
});

test('when sampling is stopped, what is sampled is finished first', async () => {
  const controller = new AbortController();
  const { done, stages } = recorded((what) => {
    if (what !== 'sample c') return;
    controller.abort();
    throw new InterruptedError('stopped');
  });
  const running = inStages(['a', 'b', 'c', 'd'], stages, { signal: controller.signal });
  expect((await running.next()).value).toBe('a');
  expect((await running.next()).value).toBe('b');
  await expect(running.next()).rejects.toThrow(InterruptedError);
  expect(done.slice(-2)).toEqual(['finish a', 'finish b']);
});

test('when the first is stopped, or something fails, nothing is finished', async () => {
  for (const [at, error] of [
    ['sample a', new InterruptedError('stopped')],
    ['sample b', new DeviceError('no memory')],
  ] as const) {
    const { done, stages } = recorded((what) => {
      if (what === at) throw error;
    });
    await expect(inStages(['a', 'b'], stages).next()).rejects.toThrow(error);
    expect(done.filter((what) => what.startsWith('finish'))).toEqual([]);
  }
});
