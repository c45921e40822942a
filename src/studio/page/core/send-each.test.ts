import { expect, test } from 'vitest';
import { currentToasts } from './messages.ts';
import { sendEach } from './send-each.ts';

test('a file that is refused is named, and the others are taken', async () => {
  const files = ['a.png', 'b.heic', 'c.png'].map((name) => ({ name }));
  const taken = await sendEach(files, async ({ name }) => {
    if (name === 'b.heic') throw new Error('it is no picture');
    return name.toUpperCase();
  });
  expect(taken).toEqual(['A.PNG', 'C.PNG']);
  expect(currentToasts().map(({ problem }) => problem?.message)).toEqual(['“b.heic”: it is no picture']);
});
