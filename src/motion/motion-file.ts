/** @file A motion as one portable file: safetensors with the trained tensors, and in its metadata what they belong to. */
import { z } from 'zod';
import { checkJson } from '../checkpoints/json-file.ts';
import { openSafetensors, writeSafetensors } from '../checkpoints/safetensors.ts';
import { CheckpointError } from '../errors.ts';
import { type FloatTensor, sameShape } from '../graph/host-tensor.ts';
import type { BaseModel } from '../models/base-model.ts';
import { motionParameters } from './parameters.ts';
import type { MotionValues } from './predictor.ts';

const format = 'lamp-motion';
const version = 1;

const infoSchema = z.object({
  /** Name of the base model's folder at training. */
  baseName: z.string(),
  /** Identity of the base model's U-Net (see `fingerprint`). */
  baseFingerprint: z.string(),
  /** What the clips were said to show. */
  prompt: z.string(),
  frames: z.number().int().min(2),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  /** Frames per second of the training frames; the rate to play at. */
  framesPerSecond: z.number().positive(),
  /** Training steps taken. */
  steps: z.number().int().nonnegative(),
  /** All settings of the training. */
  settings: z.record(z.string(), z.unknown()),
});

/** What a motion file says about itself. */
export type MotionInfo = z.infer<typeof infoSchema>;

/** A motion in memory. */
export interface Motion {
  readonly info: MotionInfo;
  /** Trained parameters by their names in the video U-Net. */
  readonly values: MotionValues;
}

/** Writes a motion file atomically. The same motion gives the same bytes. */
export async function writeMotion(path: string, { info, values }: Motion): Promise<void> {
  await writeSafetensors(path, values, { format, version: String(version), motion: JSON.stringify(info) });
}

/** What a motion file says about itself, without reading its tensors. Throws `CheckpointError`. */
export async function readMotionInfo(path: string): Promise<MotionInfo> {
  return (await openMotion(path)).info;
}

/** Reads a motion file. Throws `CheckpointError` when it is damaged or no motion. */
export async function readMotion(path: string): Promise<Motion> {
  const { file, info } = await openMotion(path);
  const values = new Map<string, FloatTensor>();
  for (const [name, tensor] of await file.readAll()) {
    if (tensor.dtype !== 'float32')
      throw new CheckpointError(`"${path}": tensor "${name}" is ${tensor.dtype}, not float.`);
    values.set(name, tensor);
  }
  return { info, values };
}

/**
 * Throws `CheckpointError`, naming both, when a motion does not fit a base model: other architecture, or (unless
 * `otherWeights`) other weights than those it was trained on.
 */
export function assertFits(
  path: string,
  { info, values }: Motion,
  base: BaseModel,
  { otherWeights = false }: { otherWeights?: boolean } = {},
): void {
  const asked = motionParameters(base.unet.weights.shapes);
  const wrong = asked.find(({ name, shape }) => {
    const found = values.get(name);
    return !found || !sameShape(found.shape, shape);
  });
  const names = `motion "${path}" was trained on base "${info.baseName}"`;
  if (wrong || values.size !== asked.length) {
    const found = wrong && values.get(wrong.name);
    const example = wrong
      ? `"${wrong.name}" should be [${wrong.shape}], found ${found ? `[${found.shape}]` : 'nothing'}`
      : `${values.size} trained tensors where ${asked.length} belong`;
    throw new CheckpointError(
      `${names}, which has another architecture than "${base.name}" (${example}). Use the base it was trained on.`,
    );
  }
  if (info.baseFingerprint !== base.fingerprint && !otherWeights) {
    throw new CheckpointError(
      `${names}, whose weights differ from those of "${base.name}". Use that base, or allow it with --other-base.`,
    );
  }
}

async function openMotion(path: string) {
  const file = await openSafetensors(path);
  if (file.metadata.format !== format) {
    throw new CheckpointError(
      `"${path}" is a safetensors file but no motion (its metadata has no format "${format}").`,
    );
  }
  if (Number(file.metadata.version) !== version) {
    throw new CheckpointError(
      `"${path}" has motion format version ${file.metadata.version}; this program reads version ${version}. Update lamp-video.`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(file.metadata.motion ?? '');
  } catch {
    throw new CheckpointError(`"${path}" is damaged: its description is not valid JSON.`);
  }
  return { file, info: checkJson(value, infoSchema, `the description of motion "${path}"`) };
}
