/**
 * @file Strengths of motions, and combinations of several. A layer of the video U-Net is the image model's layer plus
 * the contribution of a motion: the gated temporal convolution, the temporal attention, and the change of the spatial
 * attention. The contributions of several motions are summed, each multiplied by its strength:
 *
 * - convolutions: `s + Σ strength · gate(s) · conv1d(s)`, each motion with its own gate;
 * - temporal attention: `x + Σ strength · attn_temp(norm_temp(x))`, each motion with its own queries, keys and values;
 * - layers of extensions: `x + Σ strength · W·[gated views]` for the carried first frame, for example;
 * - matrices of the spatial attention: `W = W_base + Σ strength · (W_motion − W_base)`; likewise a movement (see
 *   `movementBias`), with W_base = 0.
 *
 * All but the last are linear in `conv1d`, `attn_temp.to_out` and their like, so a strength scales just these (of
 * low-rank factors, B). Weights of several motions are never averaged but kept side by side (see `acting-motions.ts`).
 */

import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { CheckpointError, UsageError } from '../../errors.ts';
import { type FloatTensor, floats } from '../../graph/host-tensor.ts';
import type { BaseModel } from '../../models/base-model.ts';
import { phrase, setting } from '../../phrases.ts';
import { expectationOf } from '../../wrong-settings.ts';
import { nameInCombination } from '../acting-motions.ts';
import { extendedOutputs } from '../extended/extended-names.ts';
import type { MotionValues, TrainedMotion } from '../trained-motion.ts';
import { stackedA, stackedB } from './low-rank.ts';
import type { MotionInfo } from './motion-file.ts';

/** The strength of a motion: 0 has no effect, 1 is as trained. */
export const motionStrengthSchema = z.number().min(0).max(1);

/** A motion and its strength, from 0 (no effect) to 1 (as trained). */
export interface ActingMotion extends TrainedMotion {
  readonly strength: number;
}

/**
 * Combines motions of one variant, each compatible with the base , into one. A single motion of
 * strength 1 is returned unchanged; with all strengths 0 the video model equals the untrained one, bit for bit. Throws
 * `UsageError` for a strength outside 0 to 1, and without a motion.
 */
export async function combineMotions(
  motions: readonly ActingMotion[],
  base: BaseModel,
): Promise<TrainedMotion> {
  if (motions.length === 0) {
    throw new UsageError({
      found: 'there is no motion to combine',
      expected: 'at least one',
      setting: 'motions',
    });
  }
  const odd = motions.find(({ strength }) => !motionStrengthSchema.safeParse(strength).success);
  if (odd) {
    throw new UsageError({
      found: `a motion's strength is ${odd.strength}`,
      expected: expectationOf(motionStrengthSchema),
      setting: 'motions',
    });
  }
  const effective = motions.filter(({ strength }) => strength > 0);
  const acting = effective.length > 0 ? effective : motions.slice(0, 1);
  if (acting.length === 1 && acting[0]!.strength === 1) return acting[0]!;
  const combined = new Map<string, FloatTensor>(await spatialOf(acting, base));
  for (const [i, { values, strength }] of acting.entries()) {
    for (const [name, value] of values) {
      if (isSpatial(name)) continue;
      combined.set(nameInCombination(name, i), isOutput(name) ? scaled(value, strength) : value);
    }
  }
  const values = new Map([...combined].sort(([a], [b]) => (a < b ? -1 : 1)));
  return { variant: acting[0]!.variant, values };
}

/** Whether a layer's contribution is linear in this parameter: scaling all such parameters scales the contribution. */
function isOutput(name: string): boolean {
  return (
    /\.(conv1d|attn_temp\.to_out\.0)\.(weight|bias|lora_B\.weight)$/.test(name) ||
    extendedOutputs.some((output) => name.endsWith(`.${output}`))
  );
}

function isSpatial(name: string): boolean {
  return name.includes('.attn1.');
}

function scaled({ data, shape }: FloatTensor, factor: number): FloatTensor {
  // Adding zero turns −0 into 0.
  return floats(
    data.map((value) => factor * value + 0),
    shape,
  );
}

function zerosLike({ data, shape }: FloatTensor): FloatTensor {
  return floats(new Float32Array(data.length), shape);
}

/**
 * The spatial attention: full matrices as the base's plus the sum of changes, low-rank factors as stacked factors, or
 * both.
 */
async function spatialOf(acting: readonly ActingMotion[], base: BaseModel): Promise<MotionValues> {
  const found = new Map<string, FloatTensor>();
  const names = [...new Set(acting.flatMap(({ values }) => [...values.keys()].filter(isSpatial)))];
  for (const name of names) {
    const holders = acting.flatMap(({ values, strength }) => {
      const value = values.get(name);
      return value ? [{ value, strength }] : [];
    });
    if (name.endsWith('.lora_A.weight')) {
      found.set(name, stackedA(holders.map(({ value }) => value)));
    } else if (name.endsWith('.lora_B.weight')) {
      found.set(name, stackedB(holders.map(({ value, strength }) => scaled(value, strength))));
    } else {
      const own = base.unet.weights.shapes.has(name)
        ? ((await base.unet.weights.file.read(name)) as FloatTensor)
        : zerosLike(holders[0]!.value);
      found.set(
        name,
        floats(
          own.data.map((start, i) =>
            holders.reduce((sum, { value, strength }) => sum + strength * (value.data[i]! - start), start),
          ),
          own.shape,
        ),
      );
    }
  }
  return found;
}

/** Number and size of the frames that motions generate by default. */
export type MotionShape = Pick<MotionInfo, 'frames' | 'width' | 'height'>;

/**
 * Number and size of frames for combined motions: the requested ones, by default those all were trained with. Throws
 * `CheckpointError` when their variants differ, and `UsageError` when their defaults differ and none was requested.
 */
export function sharedShape(
  motions: readonly { readonly path: string; readonly info: MotionInfo }[],
  asked: { readonly [Side in keyof MotionShape]?: number | undefined } = {},
): MotionShape {
  const [first, ...others] = motions as [(typeof motions)[number], ...typeof motions];
  for (const other of others) {
    if (!isDeepStrictEqual(first.info.variant, other.info.variant)) {
      throw new CheckpointError({
        found: `motions "${first.path}" and "${other.path}" have different parts (their variants differ) and cannot act in one model`,
        setting: 'motions',
        advice: 'Use one of them.',
      });
    }
    const sizeOf = ({ info }: { info: MotionInfo }) => `${info.width}x${info.height}`;
    if (asked.frames === undefined && first.info.frames !== other.info.frames) {
      throw new UsageError({
        found: `motion "${first.path}" was trained with ${first.info.frames} frames, "${other.path}" with ${other.info.frames}`,
        setting: 'frames',
        advice: phrase`Choose with ${setting('frames')}.`,
      });
    }
    if (asked.width === undefined && sizeOf(first) !== sizeOf(other)) {
      throw new UsageError({
        found: `motion "${first.path}" was trained at ${sizeOf(first)}, "${other.path}" at ${sizeOf(other)}`,
        setting: 'size',
        advice: phrase`Choose with ${setting('size')}.`,
      });
    }
  }
  const { frames, width, height } = first.info;
  return {
    frames: asked.frames ?? frames,
    width: asked.width ?? width,
    height: asked.height ?? height,
  };
}
