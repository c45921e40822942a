/** @file Where and how something is computed, as settings: seed, device, memory and precision, declared once. */
import { z } from 'zod';
import { declare, defaultsOf } from '../settings.ts';
import { expecting } from '../wrong-settings.ts';
import { mostThreads } from './cores.ts';
import { type DeviceChoice, type DeviceName, deviceChoices } from './devices.ts';
import { memoryChoices } from './memory-mode.ts';

/** Names of the precisions in which products with weights can be computed. */
export const precisions = ['f32', 'int8', 'tf32'] as const;

/** The precision in which products with weights are computed. */
export type Precision = (typeof precisions)[number];

/** The settings. */
export const runningSettings = {
  seed: declare(z.int(), {
    description: 'seed of all random draws; the same seed gives the same result on the same device',
    default: 0,
  }),
  /** Unknown names are refused, and `auto` is replaced by a device, where the library takes the choice. */
  device: declare(
    expecting(z.string().min(1), `one of: ${deviceChoices.join(', ')}`) as unknown as z.ZodType<
      DeviceName,
      DeviceChoice
    >,
    {
      description: 'where to compute',
      choices: {
        cpu: 'on the processor',
        webgpu: 'on a graphics card, through WebGPU',
        cuda: 'on an NVIDIA card, through CUDA, on Linux',
        auto: 'cuda, or else webgpu, where it works and is faster than the processor; else cpu',
      },
      default: 'cpu',
    },
  ),
  memory: declare(z.enum(memoryChoices), {
    description: 'how much memory the networks may take for speed',
    choices: {
      auto: 'fast, or low if that would take more than 70 % of the memory of the machine',
      fast: 'run each network as a single program',
      balanced: 'same as fast; it differs in training only',
      low: 'run each block as its own program and read its weights when needed, which is slower',
    },
    default: 'auto',
  }),
  precision: declare(z.enum(precisions), {
    description: "how products with the U-Net's weights are computed",
    choices: {
      f32: 'in single precision',
      int8: 'as 8-bit integers, which is faster on processors with VNNI and rounds more coarsely; on the CPU',
      tf32: 'all products with factors of 10 bits, which is faster on NVIDIA cards since 2020; on CUDA',
    },
    default: 'f32',
  }),
};

/** Threads that compute; no setting of what is computed, since results do not depend on it. */
export const threadsSetting = declare(z.int().min(1).max(mostThreads), {
  description: 'processor threads of computations',
  usual: 'LAMP_THREADS, or one per core',
});

/** The defaults: seed 0, on the CPU, with memory as it is there, in single precision. */
export const runningDefaults = defaultsOf(runningSettings);
