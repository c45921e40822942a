/** @file How a model is trained from scratch. */
import { adamWDefaults } from '../../src/training/adamw.ts';
import type { LoopSettings } from '../../src/training/trainer.ts';

/** Settings of one training from scratch, of a VAE or of text encoder and U-Net. */
export interface PretrainSettings extends LoopSettings {
  /** Samples of a step. */
  readonly batch: number;
  /** Decides every random draw. */
  readonly seed: number;
}

/**
 * What is not asked for: AdamW with little decay, a warm-up against the first steps' large gradients, a cosine to the
 * end (a constant rate leaves the last bit of quality to the average), and a moving average that becomes the model.
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

/** Settings that change how a training is kept and shown, but not what comes out of it. */
const harmless: readonly string[] = ['saveEvery', 'sampleEvery'] satisfies (keyof PretrainSettings)[];

/** The settings on which the trained values depend. */
export function decidingPretrainSettings(settings: PretrainSettings): Partial<PretrainSettings> {
  const dropped = settings.schedule === 'constant' ? [...harmless, 'steps'] : harmless;
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !dropped.includes(name)));
}
