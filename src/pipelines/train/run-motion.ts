/** @file The motion that a run has learned so far. */

import type { FramesPart } from '../../media/clip-part.ts';
import { roundedToHalf } from '../../motion/file/low-rank.ts';
import { type Motion, writeMotion } from '../../motion/file/motion-file.ts';
import type { MotionValues } from '../../motion/trained-motion.ts';
import type { TrainingClip } from '../../training/data/training-clip.ts';
import { motionValues, type TrainingState } from '../../training/state.ts';
import { decidingSettings, type TrainingSettings } from '../../training/training-settings.ts';
import type { Prepared } from './prepare-training.ts';

/** The clips' captions, `null` for a clip without one; empty if no clip has one. */
function captionsOf(clips: readonly TrainingClip[]): { captions?: (string | null)[] } {
  const captions = clips.map(({ caption }) => caption ?? null);
  return captions.some((caption) => caption !== null) ? { captions } : {};
}

/** The parts of the clips that were used, `null` for a whole clip; empty if all are whole. */
function partsOf(clips: readonly TrainingClip[]): { clipParts?: (FramesPart | null)[] } {
  const clipParts = clips.map(({ part }) => part ?? null);
  return clipParts.some((part) => part !== null) ? { clipParts } : {};
}

/** What a motion file says besides what its training was asked for. */
export interface MotionFacts {
  readonly framesPerSecond: number;
  /** In how many clips the moving object can be cut out, if that was looked for. */
  readonly cutClips: number | undefined;
}

/**
 * Writes the current motion. The file contains no paths, times or durations, so the same training gives the same bytes.
 */
export function writeMotionOf(
  path: string,
  prepared: Prepared,
  state: TrainingState,
  facts: MotionFacts,
): Promise<void> {
  const dtype = prepared.settings.rank > 0 ? 'float16' : 'float32';
  return writeMotion(path, motionOf(prepared, state, facts), { dtype });
}

/** The current motion, as read back from its file. */
export function motionOf(
  { settings, base, record }: Prepared,
  state: TrainingState,
  { framesPerSecond, cutClips }: MotionFacts,
): Motion {
  const { prompt, frames, width, height, variant, rank, ...others } = decidingSettings(
    settings,
  ) as TrainingSettings;
  const { startedFrom } = record;
  const info = {
    baseName: base.name,
    baseFingerprint: base.fingerprint,
    prompt,
    frames,
    width,
    height,
    framesPerSecond,
    steps: state.optimiser.step,
    variant,
    rank,
    settings: {
      ...others,
      // If objects could be cut out of only some clips, `copyPaste` alone would overstate what was done.
      ...(cutClips !== undefined && cutClips < record.clips.length && { cutClips }),
      ...(startedFrom && { startedFrom: startedFrom.sha256 }),
      clips: record.clips.map((clip) => clip.fingerprint),
      ...captionsOf(record.clips),
      ...partsOf(record.clips),
    },
  };
  return { info, values: valuesInFile(state, settings) };
}

/** The motion as read back from its file: low-rank factors are rounded to float16 there. */
function valuesInFile(state: TrainingState, { rank }: TrainingSettings): MotionValues {
  return rank > 0 ? roundedToHalf(motionValues(state)) : motionValues(state);
}
