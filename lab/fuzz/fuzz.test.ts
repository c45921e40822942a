import { rmSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { CheckpointError } from '../../src/errors.ts';
import { fuzzing } from './fuzz.ts';
import { mediaReaders } from './media-readers.ts';
import { fuzzedReaders } from './readers.ts';
import { readersFolder, scratchFolder } from './scratch-folder.ts';

const folder = scratchFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const seed = 20;

/** Building networks takes longer than reading their settings, and decoding longer than both. */
const fewer: Readonly<Record<string, number>> = {
  'single file': 150,
  ...Object.fromEntries(mediaReaders.map(({ name }) => [name, 40])),
};

test.each(fuzzedReaders.map((reader) => [reader.name, reader] as const))(
  '%s: reads or refuses whatever it is given',
  async (name, reader) => {
    const runs = fewer[name] ?? 2000;
    const found = await reader.run({ runs, seed, path: readersFolder(folder, name) });
    expect(found.failure).toBeUndefined();
    expect(found.inputs).toBe(runs);
    // Some inputs are read and some refused; otherwise only the first check would be tested.
    expect(found.accepted).toBeGreaterThan(runs / 100);
    expect(found.refused).toBeGreaterThan(runs / 100);
  },
);

test('a reader that crashes, takes long, or complains at length is found', async () => {
  const run = async (read: (input: number) => void) => {
    const reader = fuzzing({ name: 'x', inputs: fc.nat({ max: 99 }), read: async (input) => read(input) });
    return (await reader.run({ runs: 200, seed, path: (name) => name })).failure;
  };
  const refusing = (message: string) => () => {
    throw new CheckpointError(message);
  };
  expect(await run(refusing('no good'))).toBeUndefined();
  expect(await run(refusing('no\ngood'))).toMatch(/not one plain line/);
  expect(await run(refusing('x'.repeat(3000)))).toMatch(/a message of 3000 characters/);
  const crash = await run((input) => {
    if (input > 50) throw new TypeError('of undefined');
  });
  expect(crash).toMatch(/of undefined[\s\S]*\[51\]/);
  const slow = await run((input) => {
    const until = performance.now() + (input === 0 ? 1010 : 0);
    while (performance.now() < until);
  });
  expect(slow).toMatch(/took 1\d\d\d ms/);
});
