/**
 * @file The cases of the motion suite: clips of each motion for training, and first frames of things that are not in
 * them.
 */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomStream } from '../../src/diffusion/random.ts';
import { CAPTIONS_NAME } from '../../src/media/caption-files.ts';
import type { Picture } from '../../src/media/picture.ts';
import type { Size } from '../../src/media/size.ts';
import { writeVideo } from '../../src/media/video-file.ts';
import { motionClip } from '../world/motion-clip.ts';
import { motionSet, motionSplit } from '../world/motion-set.ts';
import { pick } from '../world/sample.ts';
import { loadShapes, ROTATES, type ShapeSplit, shapeSplit } from '../world/shape.ts';
import { loadThings, type Thing } from '../world/thing.ts';
import type { TrackPoint } from '../world/track.ts';
import { MOTIONS, type WorldMotion } from '../world/world-motions.ts';
import type { CaptionedVideo } from './motion-loss.ts';

/** Number of frames of clips and videos. */
export const suiteFrames = 16;

/** A video to generate, and its ground truth. */
export interface MotionCase {
  readonly prompt: string;
  /** The classifier's name for the thing. */
  readonly thing: string;
  /** The thing's true track from this first frame on. */
  readonly truth: readonly Picture[];
  /** Its true positions, and the scene without it; absent for rendered objects, which fill the picture. */
  readonly world?: { readonly track: readonly TrackPoint[]; readonly background: Picture };
}

/** A motion of the suite. */
export interface SuiteMotion {
  readonly name: string;
  readonly description: string;
  /** The prompt that describes the clips. */
  readonly prompt: string;
  /** The classifier's names for the things in the clips, in the order of the clips. */
  readonly thingsInClips: (count: number) => readonly string[];
  /** The first `count` clips, each with a caption of its own. */
  readonly clips: (count: number) => readonly CaptionedVideo[];
  /** Writes the first `count` clips to a folder, as folders of pictures, each with a caption of its own. */
  readonly writeClips: (folder: string, count: number) => Promise<void>;
  readonly cases: readonly MotionCase[];
}

/** Names of all motions that the suite knows, in the order of its tables. */
export const suiteMotionNames: readonly string[] = [ROTATES, ...MOTIONS.map(({ name }) => name)];

/** The default motions of the suite. */
export const defaultMotionNames: readonly string[] = [ROTATES, 'runs', 'flies', 'falls', 'swings', 'grows'];

/** Size of the suite. */
export interface SuiteSize {
  /**
   * Number of things that are not in the clips; each appears in two scenes. Of objects that turn, there are twice as
   * many, or six strangers.
   */
  readonly things: number;
  /** Use, instead, things and objects that the built-in model was not trained to draw; default no. */
  readonly strangers?: boolean | undefined;
  readonly size: Size;
}

/** Prepares a motion. Throws `RangeError` for a name that it does not know. */
export async function suiteMotion(name: string, asked: SuiteSize): Promise<SuiteMotion> {
  if (name === ROTATES) return rotation(await shapeSplit(await loadShapes(asked.size)), asked);
  const motion = MOTIONS.find((each) => each.name === name);
  if (!motion)
    throw new RangeError(`no motion is called "${name}"; there are ${suiteMotionNames.join(', ')}`);
  return movingThings(await loadThings(), motion, asked);
}

/** The things of the world on their true tracks. Clips have seed 0. */
function movingThings(
  things: readonly Thing[],
  motion: WorldMotion,
  { things: count, size, strangers = false }: SuiteSize,
): SuiteMotion {
  const clipsOf = (clips: number) => motionSet(things, motion, 0, clips, { frames: suiteFrames, size }).clips;
  const { heldOut, inClips } = motionSplit(motion, things);
  const unseen = strangers ? things.filter(({ core }) => !core) : heldOut.things;
  const cases = unseen.slice(0, count).flatMap((thing, i) =>
    // One scene that occurs in no clip, and one that occurs in some.
    [heldOut.scenes, inClips.scenes].map((scenes, j) => {
      const stream = randomStream(0, 'motion suite', motion.name, i, j);
      const clip = motionClip(stream, motion, thing, pick(stream, scenes), { frames: suiteFrames, size });
      const { frames, prompt, track, background } = clip;
      return { prompt, thing: thing.name, truth: frames, world: { track, background } };
    }),
  );
  return {
    name: motion.name,
    description: motion.description,
    prompt: `a thing ${motion.verb}`,
    thingsInClips: (clips) => clipsOf(clips).map(({ thing }) => thing.name),
    clips: clipsOf,
    writeClips: (folder, clips) => writeClips(folder, clipsOf(clips)),
    cases,
  };
}

/** Rendered objects that turn before a white ground; the clips are files of others (openai/shap-e). */
function rotation(split: ShapeSplit, { things: count, strangers = false }: SuiteSize): SuiteMotion {
  const { inClips } = split;
  const unseen = strangers ? split.strangers : split.measured;
  const whole = (clips: number) =>
    inClips.slice(0, clips).map(({ frames, phrase }) => ({ frames, prompt: rotating(phrase) }));
  return {
    name: ROTATES,
    description: 'turns around its axis (third-party clips)',
    prompt: rotating('a thing'),
    thingsInClips: (clips) => inClips.slice(0, clips).map(({ phrase }) => phrase),
    clips: (clips) => whole(clips).map((clip) => ({ ...clip, frames: clip.frames.slice(0, suiteFrames) })),
    writeClips: (folder, clips) => writeClips(folder, whole(clips)),
    cases: unseen.slice(0, 2 * count).map(({ phrase, frames }) => ({
      prompt: rotating(phrase),
      thing: phrase,
      truth: frames.slice(0, suiteFrames),
    })),
  };
}

/** A caption that says that a thing rotates. */
const rotating = (phrase: string) => `${phrase} ${ROTATES} on a white ground`;

/**
 * Where clips say what moves in them, a motion leaves it to the prompt what moves: with one caption for all, it mixes
 * the things up.
 */
async function writeClips(folder: string, clips: readonly CaptionedVideo[]): Promise<void> {
  const captions: string[] = [];
  for (const [i, { frames, prompt }] of clips.entries()) {
    const name = `clip-${String(i).padStart(2, '0')}`;
    await writeVideo(join(folder, name), frames, { framesPerSecond: 8 });
    captions.push(`${name}\t${prompt}\n`);
  }
  await writeFile(join(folder, CAPTIONS_NAME), captions.join(''));
}
