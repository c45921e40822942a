/** @file What is said to whoever trained a motion: what can be done with it, and whether it was trained for long enough. */

import { type Notice, notice } from '../../events.ts';
import type { BaseModel } from '../../models/base-model.ts';
import { builtInBase } from '../../models/built-in-base.ts';
import { call, type Phrase, phrase } from '../../phrases.ts';
import {
  recommendedTraining,
  type TrainingSettings,
  trainingDefaults,
} from '../../training/training-settings.ts';
import { withoutUndefined } from '../video/video-settings.ts';

/** A training that took all its steps. */
export interface EndedTraining {
  /** Folder of the run, as it was given. */
  readonly out: string;
  readonly settings: Pick<TrainingSettings, 'base' | 'prompt' | 'steps'>;
  /** How many steps should be taken, where these are far fewer. */
  readonly moreSteps: number | undefined;
}

/** So small a share of the recommended steps is far too little. */
const TOO_FEW = 1 / 2;

type Amount = Pick<TrainingSettings, 'steps' | 'batch' | 'accumulation'>;

/**
 * The steps that a base recommends (500, the paper's, unless it says so) where `settings` see less than half as many videos,
 * else `undefined`.
 */
export function recommendedSteps(settings: Amount, base: Pick<BaseModel, 'settings'>): number | undefined {
  const ofBase = recommendedTraining(base.settings);
  const { steps, batch, accumulation } = { ...trainingDefaults, ...withoutUndefined(ofBase) } as Amount;
  const videos = (amount: Amount) => amount.steps * amount.batch * amount.accumulation;
  if (videos(settings) >= TOO_FEW * steps * batch * accumulation) return undefined;
  return Math.ceil((steps * batch * accumulation) / (settings.batch * settings.accumulation));
}

/** What is said before a training that will take far fewer steps than it should. */
export function fewStepsText(steps: number, recommended: number): string {
  return `${steps} step${steps === 1 ? ' is' : 's are'} far fewer than the ${recommended} that are recommended with this base: the motion may hardly be learned.`;
}

/** What is said when all steps are taken: what to do next. */
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
    advice: phrase`It took ${steps} of ${moreSteps} recommended steps; train further with: ${more}`,
  });
}

/** How one goes on with the run in `out`. */
export function howToGoOn(out: string): Phrase {
  return phrase`Go on with: ${call('learnMotion', { out, resume: true })}`;
}
