/** @file Where and how something is computed, as settings: seed, device and memory, declared once. */
import { z } from 'zod';
import { declare, defaultsOf } from '../settings.ts';
import { expecting } from '../wrong-settings.ts';
import { mostThreads } from './cores.ts';
import { type DeviceName, deviceNames } from './devices.ts';
import { memoryChoices } from './memory-mode.ts';

/** The settings. */
export const runningSettings = {
  seed: declare(z.int(), {
    description: 'seed of all random draws; the same seed gives the same result on the same device',
    default: 0,
  }),
  /** Unknown names are refused when the device is opened. */
  device: declare(
    expecting(z.string().min(1), `one of: ${deviceNames.join(', ')}`) as unknown as z.ZodType<
      DeviceName,
      DeviceName
    >,
    {
      description: 'where to compute',
      choices: deviceNames,
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
};

/** Threads that compute; no setting of what is computed, since results do not depend on it. */
export const threadsSetting = declare(z.int().min(1).max(mostThreads), {
  description: 'processor threads of computations',
  usual: 'LAMP_THREADS, or one per core',
});

/** The defaults: seed 0, on the CPU, with memory as it is there. */
export const runningDefaults = defaultsOf(runningSettings);
