/** @file Devices that graphs can run on. */
import { DeviceError } from '../errors.ts';
import { floats } from '../graph/host-tensor.ts';
import { add } from '../graph/operators/add.ts';
import { input } from '../graph/tensor.ts';
import { type Phrase, phrase, setting } from '../phrases.ts';
import { coreCount, mostThreads } from './cores.ts';
import { emitGraph } from './emit.ts';
import { plainReason } from './engine-errors.ts';
import { createSession, executionProviders, OrtTensor, type SessionOptions } from './onnx-runtime.ts';
import { settleTf32 } from './tf32.ts';

/** Names of the devices that graphs can run on. */
export const deviceNames = ['cpu', 'webgpu', 'cuda'] as const;

/** Name of a device: the CPU, a GPU through WebGPU, or an NVIDIA GPU through CUDA. */
export type DeviceName = (typeof deviceNames)[number];

/** What can be chosen: a device, or `auto`, for the fastest that works. */
export const deviceChoices = [...deviceNames, 'auto'] as const;

/** A device, or `auto`. */
export type DeviceChoice = (typeof deviceChoices)[number];

/** What to do where a device cannot be used. */
export const deviceAdvice: Record<DeviceName, readonly (string | Phrase)[]> = {
  cpu: ['ONNX Runtime itself does not work here; reinstall with "npm install onnxruntime-node".'],
  webgpu: [
    'WebGPU needs a graphics driver (Vulkan on Linux, Direct3D 12 on Windows, Metal on macOS).',
    phrase`Install it, or use ${setting('device', 'cpu')}.`,
  ],
  cuda: [
    phrase`CUDA needs Linux on x64, an NVIDIA driver, CUDA 12 with cuDNN 9, and ONNX Runtime's CUDA files: run "npm rebuild onnxruntime-node --ignore-scripts=false" in the project, or use ${setting('device', 'cpu')}.`,
  ],
};

/** ONNX operators that a device does not compute in ONNX Runtime 1.30, and that graphs for it are written without. */
export const lackingOperators: Readonly<Record<DeviceName, readonly string[]>> = {
  cpu: [],
  webgpu: ['FusedMatMul', 'IsNaN'],
  cuda: [],
};

/** Validates a device name. Throws `DeviceError` listing the devices. */
export function parseDevice(name: string): DeviceName {
  return oneOf(deviceNames, name);
}

/** Validates a device name or `auto`. Throws `DeviceError` listing the choices. */
export function parseDeviceChoice(name: string): DeviceChoice {
  return oneOf(deviceChoices, name);
}

function oneOf<Name extends string>(choices: readonly Name[], name: string): Name {
  const chosen = choices.find((known) => known === name);
  if (chosen !== undefined) return chosen;
  const expected = `one of: ${choices.join(', ')}`;
  throw new DeviceError({ found: `unknown device "${name}"`, expected, setting: 'device' });
}

/**
 * Runs a small graph on the device. Throws `DeviceError` saying what is missing and what to install when that fails;
 * there is no silent fallback to another device.
 */
export async function checkDevice(device: DeviceName): Promise<void> {
  const reason = await whyUnusable(device);
  if (reason === undefined) return;
  throw new DeviceError({
    found: `device "${device}" cannot be used: ${reason}`,
    setting: 'device',
    advice: deviceAdvice[device],
  });
}

/**
 * Why a small graph does not run on a device; `undefined` where it does. Throws `DeviceError` where `LAMP_THREADS`
 * makes no sense.
 */
export async function whyUnusable(
  device: DeviceName,
  { platform, arch }: { readonly platform: string; readonly arch: string } = process,
): Promise<string | undefined> {
  if (device === 'cuda' && !(platform === 'linux' && arch === 'x64')) {
    return `CUDA works on Linux on x64 only, and this is ${platform}-${arch}`;
  }
  if (!executionProviders().includes(device)) {
    return `this build of ONNX Runtime for ${platform}-${arch} does not include it`;
  }
  if (device === 'cuda') settleTf32();
  const { bytes } = emitGraph({ y: add(input('x', [4]), input('x2', [4])) }, lackingOperators[device]);
  try {
    const session = await createSession(bytes, sessionOptions(device));
    const value = floats(Float32Array.of(1, 2, 3, 4));
    const tensor = new OrtTensor('float32', value.data, value.shape);
    const { y } = await session.run({ x: tensor, x2: tensor });
    await session.release();
    return y?.data[3] === 8 ? undefined : 'a small graph gave a wrong result';
  } catch (error) {
    if (error instanceof DeviceError) throw error;
    return plainReason(error instanceof Error ? error.message : String(error));
  }
}

/**
 * Number of CPU threads that compute: `LAMP_THREADS`, or else one per core; `undefined` where the system does not
 * report its cores. Throws `DeviceError` unless `LAMP_THREADS` is an integer from 1 to 9999.
 */
export function computingThreads(): number | undefined {
  const { LAMP_THREADS: threads } = process.env;
  if (threads && !(/^[1-9]\d*$/.test(threads) && Number(threads) <= mostThreads)) {
    throw new DeviceError({
      found: `LAMP_THREADS is "${threads}"`,
      expected: `a whole number from 1 to ${mostThreads}`,
      advice: 'Set one, or unset it.',
    });
  }
  return threads ? Number(threads) : coreCount();
}

/** Options of a session on a device. Throws as `computingThreads` does. */
export function sessionOptions(device: DeviceName): SessionOptions {
  const intraOpNumThreads = computingThreads();
  return {
    ...(intraOpNumThreads !== undefined && { intraOpNumThreads }),
    executionProviders: device === 'cpu' ? ['cpu'] : [device, 'cpu'],
    graphOptimizationLevel: 'all',
    enableMemPattern: false,
    logSeverityLevel: 4,
  };
}
