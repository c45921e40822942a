import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { beforeAll, expect, test, vi } from 'vitest';
import { writeSafetensors } from '../checkpoints/safetensors.ts';
import { CheckpointError } from '../errors.ts';
import { floats } from '../graph/host-tensor.ts';
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

test.each([
  ['model.gguf', Buffer.from(`GGUF\x03\0\0\0${' '.repeat(99)}`), /is a GGUF file/],
  ['model.onnx', Buffer.from('\x08\x07\x12\x07pytorch'), /is an ONNX model/],
  ['model.h5', Buffer.from(`\x89HDF\r\n\x1a\n${' '.repeat(99)}`, 'latin1'), /is an HDF5 file/],
  ['model_index.json', Buffer.from('{}'), /give the folder that has model_index\.json/],
  ['page.safetensors', Buffer.from('<!doctype html>'), /is a web page/],
  ['pointer.ckpt', Buffer.from('version https://git-lfs.github.com/spec/v1\n'), /git lfs pull/],
])('lamp inspect names %s', async (name, content, message) => {
  await writeFile(path(name), content);
  await expect(inspect(path(name))).rejects.toThrow(CheckpointError);
  await expect(inspect(path(name))).rejects.toThrow(message);
});

test('lamp inspect names a LoRA', async () => {
  const lora = path('lora.safetensors');
  await writeSafetensors(lora, [['lora_unet_x.lora_up.weight', floats(Float32Array.of(1))]]);
  await expect(inspect(lora)).rejects.toThrow(/it is a LoRA, which changes a model/);
});
