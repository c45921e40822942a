import { describe, expect, test } from 'vitest';
import { CheckpointError } from '../errors.ts';
import { selectBaseFiles } from './base-files.ts';

const settings = [
  'model_index.json',
  'unet/config.json',
  'vae/config.json',
  'text_encoder/config.json',
  'tokenizer/vocab.json',
  'tokenizer/merges.txt',
  'tokenizer/tokenizer_config.json',
  'scheduler/scheduler_config.json',
];
const weights = [
  'unet/diffusion_pytorch_model.safetensors',
  'vae/diffusion_pytorch_model.safetensors',
  'text_encoder/model.safetensors',
];

const select = (paths: readonly string[]) =>
  selectBaseFiles(
    paths.map((path) => ({ path })),
    '"owner/name"',
  ).map(({ path }) => path);
const withoutUNet = weights.slice(1);
const unetOf = (...names: string[]) =>
  select([...settings, ...withoutUNet, ...names.map((name) => `unet/${name}`)]).filter((path) =>
    /^unet\/(?!config)/.test(path),
  );

test('takes the settings and one set of weights, and nothing else', () => {
  const other = [
    'README.md',
    'v1-5-pruned.safetensors',
    'safety_checker/config.json',
    'safety_checker/model.safetensors',
    'feature_extractor/preprocessor_config.json',
    'unet/diffusion_pytorch_model.bin',
    'unet/diffusion_pytorch_model.fp16.safetensors',
    'unet/diffusion_pytorch_model.non_ema.safetensors',
    'unet/diffusion_flax_model.msgpack',
    'text_encoder/pytorch_model.bin',
    'text_encoder/openvino_model.bin',
    'tokenizer/deeper/vocab.json',
    'vae/sub/config.json',
  ];
  expect(select([...other, ...settings, ...weights]).sort()).toEqual([...settings, ...weights].sort());
});

test('takes the recommended settings and the second text encoder where there are any', () => {
  const more = [
    'lamp.json',
    'text_encoder_2/config.json',
    'text_encoder_2/model.safetensors',
    'tokenizer_2/vocab.json',
  ];
  expect(select([...settings, ...weights, ...more])).toEqual(expect.arrayContaining(more));
});

describe('of several sets of weights the best', () => {
  const parts = (middle: string, ending: string, count = 2) =>
    Array.from(
      { length: count },
      (_, i) => `diffusion_pytorch_model${middle}-0000${i + 1}-of-00002.${ending}`,
    );

  test('safetensors before bin, full precision before half', () => {
    const all = [
      'diffusion_pytorch_model.fp16.bin',
      'diffusion_pytorch_model.bin',
      'diffusion_pytorch_model.fp16.safetensors',
      'diffusion_pytorch_model.safetensors',
    ];
    for (let count = all.length; count > 0; count--) {
      expect(unetOf(...all.slice(0, count))).toEqual([`unet/${all[count - 1]}`]);
    }
  });

  test('numbered parts with their index, but only all of them', () => {
    const index = 'diffusion_pytorch_model.safetensors.index.json';
    const half = 'diffusion_pytorch_model.fp16.safetensors';
    expect(unetOf(index, half, ...parts('', 'safetensors'))).toEqual(
      [index, ...parts('', 'safetensors')].map((name) => `unet/${name}`),
    );
    expect(unetOf(index, half, ...parts('', 'safetensors', 1))).toEqual([`unet/${half}`]);
    const halfIndex = 'diffusion_pytorch_model.safetensors.index.fp16.json';
    expect(unetOf(halfIndex, ...parts('.fp16', 'safetensors'))).toHaveLength(3);
  });
});

describe('says what is missing', () => {
  const message = (paths: readonly string[]) => {
    try {
      select(paths);
    } catch (error) {
      expect(error).toBeInstanceOf(CheckpointError);
      return (error as Error).message;
    }
    return '';
  };

  test('no diffusers model', () => {
    expect(message(['README.md'])).toBe(
      '"owner/name" has no model_index.json; it is no diffusers model. Check the name.',
    );
    expect(message(['a.safetensors', 'b.ckpt'])).toContain(
      'it holds single files (a.safetensors, b.ckpt). Name one: hub:owner/name/a.safetensors.',
    );
  });

  test('a part, or its weights', () => {
    expect(message([...settings, ...withoutUNet, 'unet/flax_model.msgpack'])).toBe(
      '"owner/name" is not complete: unet/ has no weights in .safetensors or .bin files (found config.json, flax_model.msgpack). Choose another repository or revision.',
    );
    expect(message(['model_index.json', ...weights])).toContain('unet/ has no config.json');
  });

  test('a model of another kind', () => {
    expect(message(['model_index.json', 'transformer/config.json'])).toContain('has "transformer/"');
  });
});
