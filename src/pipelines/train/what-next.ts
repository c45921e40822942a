/** @file Notices after a training: what to do with the motion, and whether it was trained for long enough. */

import { type Notice, notice } from '../../events.ts';
import type { BaseModel } from '../../models/base-model.ts';
import { builtInBase } from '../../models/built-in-base.ts';
import { call, type Phrase, phrase } from '../../phrases.ts';
import { withoutUndefined } from '../../settings.ts';
import {
  recommendedTraining,
  type TrainingSettings,
  trainingDefaults,
} from '../../training/training-settings.ts';

/** A completed training. */
export interface EndedTraining {
  /** Folder of the run, as given. */
  readonly out: string;
  readonly settings: Pick<TrainingSettings, 'base' | 'prompt' | 'steps'>;
  /** Recommended number of steps, if far fewer were taken. */
  readonly moreSteps: number | undefined;
}

/** Below this share of the recommended amount, a training is far too short. */
const TOO_FEW = 1 / 2;

type Amount = Pick<TrainingSettings, 'steps' | 'batch' | 'accumulation'>;

/**
 * The number of steps that a base recommends (default the paper's 500) if `settings` train on fewer than half as many
 * videos, else `undefined`.
 */
export function recommendedSteps(settings: Amount, base: Pick<BaseModel, 'settings'>): number | undefined {
  const ofBase = recommendedTraining(base.settings);
  const { steps, batch, accumulation } = { ...trainingDefaults, ...withoutUndefined(ofBase) } as Amount;
  const videos = (amount: Amount) => amount.steps * amount.batch * amount.accumulation;
  if (videos(settings) >= TOO_FEW * steps * batch * accumulation) return undefined;
  return Math.ceil((steps * batch * accumulation) / (settings.batch * settings.accumulation));
}

/** The notice before a training with far fewer steps than recommended. */
export function fewSteps(steps: number, recommended: number): Notice {
  return notice({
    found: `${steps} step${steps === 1 ? ' is' : 's are'} far fewer than recommended with this base: the motion may hardly be learned`,
    expected: `about ${recommended}`,
    setting: 'steps',
  });
}

/** The notice when training is complete: what to do next. */
export function whatNext({ out, settings, moreSteps }: EndedTraining): Notice {
  const { base, prompt, steps } = settings;
  const make = call('generateVideo', {
    motion: out,
    ...(base !== builtInBase() && { base }),
    prompt,
    out: 'video.gif',
  });
  const found = phrase`make a video with: ${make}`;
  if (moreSteps === undefined) return notice({ found });
  const more = call('learnMotion', { out, resume: true, steps: moreSteps });
  return notice({
    found,
    advice: phrase`It was trained for ${steps} of ${moreSteps} recommended steps; train further with: ${more}`,
  });
}

/** Advice on how to continue the run in `out`. */
export function howToGoOn(out: string): Phrase {
  return phrase`Continue with: ${call('learnMotion', { out, resume: true })}`;
}
