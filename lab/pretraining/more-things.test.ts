import { expect, test } from 'vitest';
import { loadThings } from '../world/thing.ts';
import { loadMoreThings } from './more-things.ts';

test('further things can all be drawn, and none of them is one of the little world', async () => {
  const [things, more] = [await loadThings(), await loadMoreThings()];
  expect(more.length).toBeGreaterThan(100);
  const names = [...things, ...more].map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(more.every(({ core, sprite }) => !core && sprite.area > 0.02)).toBe(true);
});
