/** @file How much arithmetic a sampling takes, from what it stored. */
import { isGuided } from '../../src/diffusion/guidance.ts';
import type { StoredSettings } from '../../src/pipelines/video/stored-settings.ts';

/** Predictions of the U-Net for one video. */
export interface Predictions {
  /** Those of the whole network. */
  readonly whole: number;
  /** Those of its last block alone, with deep features of an earlier step. */
  readonly rest: number;
}

/** What is read of stored settings. */
export type SampledSettings = Pick<
  StoredSettings,
  'guidance' | 'guidanceStart' | 'guidanceEnd' | 'guidedSteps' | 'deepEvery' | 'fullSteps'
>;

/**
 * The predictions of a sampling with these timesteps: two at a guided step, one at others. Throws `RangeError` if they
 * are not those that the settings store.
 */
export function predictionsOf(settings: SampledSettings, timesteps: readonly number[]): Predictions {
  const { guidance, guidanceStart: start, guidanceEnd: end, deepEvery } = settings;
  const most = settings.guidedSteps ?? (guidance > 1 ? timesteps.length : 0);
  let [whole, rest, guided, full, age, known] = [0, 0, 0, 0, 0, 0];
  for (const timestep of timesteps) {
    // Adaptive guidance ends after so many steps, and only then.
    const halves = guided < most && isGuided({ start, end }, timestep) ? 2 : 1;
    if (halves === 2) guided++;
    age++;
    if (age < deepEvery && known >= halves) {
      rest += halves;
      continue;
    }
    [age, known] = [0, halves];
    whole += halves;
    full++;
  }
  if (guided !== most || full !== (settings.fullSteps ?? timesteps.length)) {
    throw new RangeError(
      `${guided} guided and ${full} whole steps were counted; stored are ${most} and ${settings.fullSteps}`,
    );
  }
  return { whole, rest };
}
