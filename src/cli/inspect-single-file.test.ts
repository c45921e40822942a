import { Command } from 'commander';
import { beforeAll, expect, test, vi } from 'vitest';
import { formats, writeModels } from '../testing/model-formats.ts';
import { testFolder } from '../testing/test-folder.ts';
import { testdata } from '../testing/testdata.ts';
import { inspectCommand } from './inspect.ts';

const path = await testFolder();
let expected: Record<string, unknown>;
beforeAll(async () => {
  expected = await inspect(testdata('mini/tiny-sd'));
  for (const format of formats) await writeModels(testdata('mini'), path(format), format);
});

async function inspect(target: string): Promise<Record<string, unknown>> {
  let text = '';
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((piece) => {
    text += piece;
    return true;
  });
  try {
    const program = new Command().exitOverride().addCommand(inspectCommand().exitOverride());
    await program.parseAsync(['inspect', target, '--size', '16x16', '--frames', '2', '--json'], {
      from: 'user',
    });
  } finally {
    spy.mockRestore();
  }
  return JSON.parse(text) as Record<string, unknown>;
}

test.each([
  'single-safetensors/tiny-sd.safetensors',
  'single-ckpt/tiny-sd.ckpt',
  'bin/tiny-sd',
  'fp16/tiny-sd',
  'sharded/tiny-sd',
])('lamp inspect says the same of the model as %s', async (target) => {
  const found = await inspect(path(target));
  for (const part of ['unet', 'vae', 'textEncoder']) {
    const { dtypes, ...facts } = found[part] as Record<string, unknown>;
    expect(facts).toMatchObject({ parameters: (expected[part] as typeof facts).parameters });
    expect(dtypes).toEqual([target.startsWith('fp16') ? 'float16' : 'float32']);
  }
  expect([found.kind, found.name, found.predictionType]).toEqual(['base', 'tiny-sd', 'epsilon']);
});
