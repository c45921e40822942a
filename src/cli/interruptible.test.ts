import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { interruptible } from './interruptible.ts';

test('the first Ctrl-C asks, the second ends at once, and none is heard afterwards', async () => {
  const source = new EventEmitter();
  let ended = 0;
  await interruptible(
    async (signal) => {
      expect(signal.aborted).toBe(false);
      source.emit('SIGINT');
      expect(signal.aborted).toBe(true);
      expect(ended).toBe(0);
      source.emit('SIGINT');
      expect(ended).toBe(1);
    },
    source,
    () => ended++,
  );
  expect(source.listenerCount('SIGINT') + source.listenerCount('SIGTERM')).toBe(0);
});
