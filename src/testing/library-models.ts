/** @file A tiny base model and motions for it, as files, for tests of the library. */
import { type BaseModel, openBaseModel } from '../models/base-model.ts';
import { type MotionInfo, writeMotion } from '../motion/file/motion-file.ts';
import { motionVariants } from '../motion/variant.ts';
import { randomMotion, testMotion } from './test-motions.ts';
import { testdata } from './testdata.ts';

/** The folder of the tiny base model. */
export const tinyBase = testdata('mini/tiny-sd');

/** Default shape and prompt of the motions written by `writeTestMotion`. */
export const tinyInfo = { frames: 3, width: 24, height: 16, prompt: 'a cat walks' } as const;

/** Writes a motion with random values; default one of LAMP itself for the tiny base. */
export async function writeTestMotion(
  path: string,
  { variant = motionVariants.lamp, ...info }: Partial<MotionInfo> = {},
  base?: BaseModel,
): Promise<string> {
  const model = base ?? (await openBaseModel(tinyBase));
  const motion = { variant, values: randomMotion(model, 1, variant) };
  await writeMotion(path, testMotion(model, motion, { ...tinyInfo, ...info }));
  return path;
}
