import { beforeAll, expect, test } from 'vitest';
import { openSafetensors, writeSafetensors } from '../../checkpoints/safetensors.ts';
import { CheckpointError } from '../../errors.ts';
import type { ProgressEvent } from '../../events.ts';
import { type BaseModel, openBaseModel } from '../../models/base-model.ts';
import { testFolder } from '../../testing/test-folder.ts';
import { lampMotion, randomMotion, testMotion } from '../../testing/test-motions.ts';
import { testdata } from '../../testing/testdata.ts';
import { motionVariants } from '../variant.ts';
import { assertFitsBase, readMotion, readMotionInfo, writeMotion } from './motion-file.ts';
import { findMotionFile } from './motion-path.ts';

const at = await testFolder();
let base: BaseModel;
beforeAll(async () => {
  base = await openBaseModel(testdata('mini/tiny-sd'));
});

test('motions of LAMP itself store no variant', async () => {
  await writeMotion(at('plain'), testMotion(base, lampMotion(randomMotion(base, 1, motionVariants.lamp))));
  expect((await openSafetensors(at('plain'))).metadata.motion).not.toContain('variant');
  expect((await readMotionInfo(at('plain'))).variant).toEqual(motionVariants.lamp);
});

test('another variant is kept, and the motion must have its parameters', async () => {
  const variant = motionVariants['attention-only'];
  const motion = testMotion(base, { variant, values: randomMotion(base, 1, variant) });
  await writeMotion(at('other'), motion);
  const read = await readMotion(at('other'));
  expect(read).toEqual(motion);
  expect(() => assertFitsBase('m', read, base)).not.toThrow();
  const asLamp = { ...read, info: { ...read.info, variant: motionVariants.lamp } };
  expect(() => assertFitsBase('m', asLamp, base)).toThrow(/conv1d.*is missing instead of/);
  const zeroShot = testMotion(base, { variant: motionVariants['zero-shot'], values: new Map() });
  expect(() => assertFitsBase('m', zeroShot, base)).not.toThrow();
});

test('a variant that this program does not know is refused', async () => {
  const { info } = testMotion(base, lampMotion(new Map()));
  const motion = JSON.stringify({ ...info, variant: { ...motionVariants.lamp, warp: true } });
  await writeSafetensors(at('new'), randomMotion(base, 1, motionVariants.lamp), {
    format: 'lamp-motion',
    version: '1',
    motion,
  });
  await expect(readMotion(at('new'))).rejects.toThrow(CheckpointError);
  await expect(readMotion(at('new'))).rejects.toThrow(/variant.*warp/);
});

test('a base with other weights gives a notice, one of another architecture is refused; both are named', async () => {
  const motion = testMotion(base, lampMotion(randomMotion(base, 1, motionVariants.lamp)));
  const notices: string[] = [];
  const onEvent = (event: ProgressEvent) => void (event.type === 'notice' && notices.push(event.message));
  assertFitsBase('m', motion, base, { onEvent });
  expect(notices).toEqual([]);
  const fromSd = { ...motion.info, baseName: 'sd', baseFingerprint: 'abc' };
  assertFitsBase('m', { ...motion, info: fromSd }, base, { onEvent });
  expect(notices).toEqual([
    expect.stringMatching(
      /^motion "m" was trained on base "sd"; "tiny-sd" \(.* other weights.*; expected fingerprint abc\.$/,
    ),
  ]);
  const values = new Map([...motion.values].slice(1));
  expect(() => assertFitsBase('m', { info: fromSd, values }, base)).toThrow(
    'motion "m" was trained on base "sd", which has another architecture than "tiny-sd" (',
  );
  expect(() => assertFitsBase('m', { ...motion, values }, base)).toThrow(
    `base "tiny-sd", which has another architecture than "${base.folder}" (`,
  );
  const builtIn = { ...base, name: 'built-in' };
  const earlier = { ...motion, info: { ...fromSd, baseName: 'built-in' } };
  expect(() => assertFitsBase('m', earlier, builtIn)).toThrow(
    /^motion "m" was trained on the built-in model of another version of lamp-video \(fingerprint abc\).* Train the motion again/,
  );
  const ofThis = { ...motion.info, baseName: 'built-in' };
  expect(() => assertFitsBase('m', { ...motion, info: ofThis }, builtIn)).not.toThrow();
});

test('low-rank factors are read back with their rank', async () => {
  const motion = testMotion(base, lampMotion(randomMotion(base, 1, motionVariants.lamp, 4)), { rank: 4 });
  await writeMotion(at('thin'), motion);
  const read = await readMotion(at('thin'));
  expect(read).toEqual(motion);
  expect(() => assertFitsBase('m', read, base)).not.toThrow();
  const asWhole = { ...read, info: { ...read.info, rank: undefined } };
  expect(() => assertFitsBase('m', asWhole, base)).toThrow(/conv1d\.weight" is missing instead of/);
});

test('a motion whose training went wrong is refused by the tensor, and sizes beyond all measure', async () => {
  const motion = testMotion(base, lampMotion(randomMotion(base, 1, motionVariants.lamp)));
  const [name, { data }] = [...motion.values][5]!;
  data[2] = Number.NaN;
  await writeMotion(at('nan'), motion);
  await expect(readMotion(at('nan'))).rejects.toThrow(CheckpointError);
  await expect(readMotion(at('nan'))).rejects.toThrow(`holds NaN in tensor "${name}"`);
  await writeMotion(at('huge'), testMotion(base, lampMotion(new Map()), { frames: 2 ** 40 }));
  await expect(readMotionInfo(at('huge'))).rejects.toThrow(
    /"frames" is \d+; expected a whole number from \d+ to \d+/,
  );
});

test.each([
  [
    'a base model',
    ['model.diffusion_model.out.0.bias', 'first_stage_model.x'],
    /it is a whole Stable Diffusion model\. A base model is given with "base"/,
  ],
  [
    'a LoRA',
    ['lora_unet_x.lora_up.weight'],
    /it is a LoRA, which changes a model.*Give a motion file, or the run folder/,
  ],
  ['a motion module', ['down_blocks.0.motion_modules.0.x'], /it is a motion module of AnimateDiff/],
  [
    'the authors’ U-Net',
    ['conv_in.conv1d.weight'],
    /it looks like LAMP's U-Net of another program\. "convertMotion"/,
  ],
  [
    'anything',
    ['x'],
    /no motion \(its metadata has no format "lamp-motion"\)\. Give a motion file, or the run/,
  ],
])('%s in a motion’s place is named', async (_, names, message) => {
  const bias = await base.unet.weights.file.read('conv_in.bias');
  await writeSafetensors(
    at('wrong'),
    names.map((name) => [name, bias] as const),
  );
  await expect(readMotion(at('wrong'))).rejects.toThrow(CheckpointError);
  await expect(readMotion(at('wrong'))).rejects.toThrow(message);
});

test('a base model’s folder in a motion’s place is named', async () => {
  await expect(findMotionFile(base.folder)).rejects.toThrow(
    /is a base model, not a motion\. A base model is given with "base"\./,
  );
});
