/** @file The precision in which products with the U-Net's weights are computed. */
import { DeviceError } from '../errors.ts';
import { phrase, setting } from '../phrases.ts';
import type { DeviceName } from '../runtime/devices.ts';
import { int8IsExact } from '../runtime/int8-check.ts';
import type { Precision } from '../runtime/running-settings.ts';
import type { BaseModel } from './base-model.ts';
import { int8Outline, int8Weights } from './int8-weights.ts';

/** Throws `DeviceError` for a precision that the device does not compute in: `int8` is for CPUs, `tf32` for CUDA. */
export function assertPrecision(precision: Precision, device: DeviceName): void {
  const needed = { f32: device, int8: 'cpu', tf32: 'cuda' }[precision];
  if (device === needed) return;
  throw new DeviceError({
    found: phrase`${setting('precision', precision)} was chosen for the device "${device}"`,
    expected: phrase`${setting('device', needed)} with it`,
    setting: 'precision',
    advice: phrase`Use ${setting('precision', 'f32')}, or ${setting('device', needed)}.`,
  });
}

const inInt8 = new WeakMap<BaseModel, Promise<BaseModel>>();

/**
 * The model whose U-Net computes in this precision. For `int8` its weights are rounded to 8-bit integers, once for a
 * model: they are kept in the user's cache folder. Throws `DeviceError` for `int8` elsewhere than on a CPU that
 * computes such products rightly, and for `tf32` elsewhere than on CUDA, `StorageError` if the integers cannot be
 * written.
 */
export async function inPrecision(
  base: BaseModel,
  precision: Precision,
  device: DeviceName,
): Promise<BaseModel> {
  if (precision === 'f32') return base;
  assertPrecision(precision, device);
  if (precision === 'tf32') {
    return { ...base, unet: { ...base.unet, weights: { ...base.unet.weights, precision } } };
  }
  if (!(await int8IsExact())) {
    throw new DeviceError({
      found:
        "this processor's 8-bit products are wrong for large values: it has no instructions for them (VNNI)",
      setting: 'precision',
      advice: phrase`Use ${setting('precision', 'f32')}.`,
    });
  }
  let rounded = inInt8.get(base);
  if (!rounded) {
    rounded = withInt8Weights(base);
    inInt8.set(base, rounded);
    // A failure, such as a full disk, may have passed by the next call.
    rounded.catch(() => inInt8.delete(base));
  }
  return rounded;
}

/** The model of `inPrecision`, for estimates only: it has no values in 8 bits, and none are made. */
export function outlineInPrecision(base: BaseModel, precision: Precision): BaseModel {
  if (precision !== 'int8') return base;
  return { ...base, unet: { ...base.unet, weights: int8Outline(base.unet.weights) } };
}

async function withInt8Weights(base: BaseModel): Promise<BaseModel> {
  return { ...base, unet: { ...base.unet, weights: await int8Weights(base.unet.weights) } };
}
