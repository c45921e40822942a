import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { CheckpointError } from '../errors.ts';
import { readJsonFile } from './json-file.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lamp-json-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const schema = z.object({ size: z.int(), name: z.string().default('unet') });

async function reading(text: string): Promise<unknown> {
  const path = join(folder, 'config.json');
  await writeFile(path, text);
  return readJsonFile(path, schema, "the model's settings");
}

test('reads, fills in defaults and passes over a byte order mark', async () => {
  expect(await reading('\uFEFF{"size": 8, "other": 1}')).toEqual({ size: 8, name: 'unet' });
});

test('complaints are one line and name the file and the field', async () => {
  for (const [text, message] of [
    ['{"size":', /the model's settings, ".*config\.json", is not valid JSON/],
    ['{"size":"8"}', /config\.json", is not as expected: "size" is .*expected/],
    ['7\n', /is not as expected: /],
  ] as const) {
    const error = await reading(text).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(CheckpointError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toContain('\n');
  }
  await expect(readJsonFile(join(folder, 'none.json'), schema, 'x')).rejects.toThrow(/no such file/);
  await expect(readJsonFile(folder, schema, 'x')).rejects.toThrow(/it is a folder/);
});
