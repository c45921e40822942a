/** @file How a model is trained from scratch. */
import { adamWDefaults } from '../../src/training/adamw.ts';
import type { LoopSettings } from '../../src/training/trainer.ts';

/** Settings of one training from scratch, of a VAE or of text encoder and U-Net. */
export interface PretrainSettings extends LoopSettings {
  /** Batch size. */
  readonly batch: number;
  /** Seed of all random draws. */
  readonly seed: number;
}

/**
 * Defaults: little weight decay, a warm-up because of the first steps' large gradients, a cosine schedule
 * (after a constant rate, averaging alone must provide the last bit of quality), and a moving average as the result.
 */
export const pretrainDefaults: Omit<PretrainSettings, 'steps'> = {
  ...adamWDefaults,
  beta2: 0.99,
  weightDecay: 1e-3,
  batch: 64,
  seed: 0,
  learningRate: 1e-3,
  schedule: 'cosine',
  warmupSteps: 100,
  averageDecay: 0.995,
  clipNorm: 1,
  accumulation: 1,
  saveEvery: 500,
  sampleEvery: 500,
};

/** Settings that affect how a training is stored and shown, but not its result. */
const harmless: readonly string[] = ['saveEvery', 'sampleEvery'] satisfies (keyof PretrainSettings)[];

/** The settings on which the trained values depend. */
export function decidingPretrainSettings(settings: PretrainSettings): Partial<PretrainSettings> {
  const dropped = settings.schedule === 'constant' ? [...harmless, 'steps'] : harmless;
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !dropped.includes(name)));
}
