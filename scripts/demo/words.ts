/** @file The texts of the demo's page about the training and the base model, from the actual settings. */
import { isDeepStrictEqual } from 'node:util';
import { motionVariantNames, motionVariants } from '../../src/motion/variant.ts';
import type { StoredSettings } from '../../src/pipelines/video/stored-settings.ts';
import type { RunRecord } from '../../src/training/run-folder.ts';

/** The parts of `run.json` that the page mentions. */
export type LearnedFrom = {
  readonly settings: Pick<RunRecord['settings'], 'prompt' | 'copyPaste' | 'places' | 'variant'>;
  readonly clips: readonly Pick<RunRecord['clips'][number], 'caption'>[];
};

/**
 * The captions of the training, and the scenes in which the clips were shown; `wished` are the places of the videos.
 */
export function clipsText({ settings, clips }: LearnedFrom, wished: readonly string[]): string {
  const { prompt, copyPaste, places } = settings;
  const told = captionsText(prompt, clips);
  if (copyPaste === 0) return told;
  const share = `${Math.round(100 * copyPaste)} %`;
  const scenes = `another clip’s${places.length > 0 ? `, or one that the base model had drawn for one of ${places.length} places` : ''}`;
  const shared = wished.filter((place) => places.includes(place)).length;
  const which =
    shared === 0
      ? ''
      : ` ${shared === wished.length ? 'The places of all the videos below' : `${shared} of the ${wished.length} places of the videos below`} are among these, but none of their things.`;
  return `${told} In ${share} of the views that the model learned from, what moves was cut out and put before another scene: ${scenes}.${which}`;
}

function captionsText(prompt: string, clips: LearnedFrom['clips']): string {
  const captioned = clips.filter(({ caption }) => caption !== undefined).length;
  if (captioned === 0) return `The prompt for every clip was “${prompt}”.`;
  if (captioned === clips.length) return 'The prompt for each clip is written below it.';
  return `The prompts are written below the clips; that of clips without a caption was “${prompt}”.`;
}

/** Who draws a video's frames. */
export function videosText({
  firstFrame,
  imageModelBelow,
}: Pick<StoredSettings, 'firstFrame' | 'imageModelBelow'>): string {
  if (firstFrame.kind === 'none') return 'The motion draws all frames.';
  const after =
    imageModelBelow > 0
      ? ', and the base model redraws details that the motion did not copy from the first frame'
      : '';
  return `The base model draws the first frame; the motion makes the others from it${after}.`;
}

/** What the base model knew before, and the method of the training. */
export function methodText({ settings }: LearnedFrom, builtIn: boolean): string {
  const base = builtIn
    ? 'The base model had been trained before, for hours, on still pictures of a little painted world that has all these things and places; some show how a motion begins, none how it goes on.'
    : 'What the base model can draw it had learned before.';
  const { variant } = settings;
  const name = motionVariantNames.find((each) => isDeepStrictEqual(motionVariants[each], variant));
  const method =
    name === 'lamp'
      ? 'The method is LAMP as in the paper.'
      : name === 'lamp-extended'
        ? 'The method is LAMP with additions (“lamp-extended”) without which this small model would not learn the motion in so few steps.'
        : `The method is a variant of LAMP: ${name ?? JSON.stringify(variant)}.`;
  return `${base} ${method}`;
}
