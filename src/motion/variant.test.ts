import { expect, test } from 'vitest';
import { motionParameters } from './motion-parameters.ts';
import { isLamp, isTrained, motionVariantNames, motionVariantSchema, motionVariants } from './variant.ts';

const unet = new Map([
  ['conv_in.weight', [8, 4, 3, 3]],
  ['conv_in.bias', [8]],
  ['conv_out.weight', [4, 8, 3, 3]],
  ['a.proj_in.weight', [8, 8, 1, 1]],
  ['a.attn1.to_q.weight', [8, 8]],
  ['a.attn1.to_k.weight', [8, 8]],
  ['a.attn1.to_v.weight', [8, 8]],
  ['a.attn1.to_out.0.weight', [8, 8]],
  ['a.attn1.to_out.0.bias', [8]],
]);
const convolution = ['conv_in', 'conv_out'].flatMap((layer) =>
  ['conv1d', 'conv_gate'].flatMap((part) => ['weight', 'bias'].map((kind) => `${layer}.${part}.${kind}`)),
);
const queries = ['a.attn1.to_q.weight'];
const attention = ['to_q.weight', 'to_k.weight', 'to_v.weight', 'to_out.0.weight', 'to_out.0.bias'].map(
  (part) => `a.attn_temp.${part}`,
);
const carried = ['conv_in', 'conv_out'].flatMap((end) =>
  ['movement', 'conv_gate.weight', 'conv_gate.bias', 'to_out.weight'].map((part) => `${end}.carried.${part}`),
);
const copied = [
  'movement',
  'conv_gate.weight',
  'conv_gate.bias',
  'middle.weight',
  'middle.bias',
  'warp',
  'share',
].map((part) => `conv_out.copied.${part}`);
const added = ['to_k.weight', 'to_v.weight', 'to_out.0.weight', 'movement'].map((part) => `a.attn1.${part}`);

test.each([
  ['lamp', [convolution, queries, attention]],
  ['lamp-extended', [convolution, queries, attention, added, carried, copied]],
  ['no-first-frame', [convolution, queries, attention]],
  ['no-temporal-convolution', [queries, attention]],
  ['plain-convolution', [convolution, queries, attention]],
  ['no-temporal-attention', [convolution, queries]],
  ['frozen-queries', [convolution, attention]],
  ['zero-shot', []],
  ['tune-a-video-like', [queries, attention]],
  ['attention-only', [attention]],
] as const)('%s trains what it should', (name, parts) => {
  const found = motionParameters(unet, motionVariants[name]).map((parameter) => parameter.name);
  expect(found).toEqual(parts.flat().sort());
  expect(isTrained(motionVariants[name])).toBe(found.length > 0);
});

test('parts beyond the paper are trained where they are switched on', () => {
  const added = (switches: object) => {
    const names = (variant = motionVariants.lamp) => motionParameters(unet, variant).map(({ name }) => name);
    const usual = names();
    return names({ ...motionVariants.lamp, ...switches }).filter((name) => !usual.includes(name));
  };
  expect(added({ movement: true })).toEqual(['a.attn1.movement']);
  expect(added({ trainAttention: true })).toEqual([
    'a.attn1.to_k.weight',
    'a.attn1.to_out.0.weight',
    'a.attn1.to_v.weight',
  ]);
  expect(added({ cleanFirstTime: true })).toEqual([]);
  expect(added({ carry: true })).toEqual(carried.toSorted());
  expect(added({ copy: true })).toEqual(copied.toSorted());
  for (const only of ['movement', 'carry', 'copy', 'trainAttention'])
    expect(isTrained({ ...motionVariants['zero-shot'], [only]: true })).toBe(true);
});

test('the default is LAMP', () => {
  expect(motionVariantSchema.parse({})).toEqual(motionVariants.lamp);
  expect(motionVariantNames.filter((name) => isLamp(motionVariants[name]))).toEqual(['lamp']);
  expect(isLamp({ ...motionVariants.lamp, pooledNorm: false })).toBe(false);
});

test('every named variant passes the check, what makes no sense does not', () => {
  for (const name of motionVariantNames) {
    expect(motionVariantSchema.parse(motionVariants[name])).toEqual(motionVariants[name]);
  }
  const positions = { temporalAttention: false, temporalPositions: true };
  expect(() => motionVariantSchema.parse(positions)).toThrow('false while temporalAttention is off');
  const clean = { firstFrame: false, cleanFirstTime: true };
  expect(() => motionVariantSchema.parse(clean)).toThrow('false while firstFrame is off');
  expect(() => motionVariantSchema.parse({ firstFrame: false, carry: true })).toThrow('could be carried');
  expect(() => motionVariantSchema.parse({ firstFrame: false, copy: true })).toThrow('could be copied');
  const unseen = { spatialAttention: 'own', movement: true };
  expect(() => motionVariantSchema.parse(unseen)).toThrow('false unless spatialAttention is first');
  expect(() => motionVariantSchema.parse({ spatialAttention: 'last' })).toThrow('first-and-previous');
  expect(() => motionVariantSchema.parse({ first: true })).toThrow('first');
});
