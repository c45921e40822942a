/** @file The clips of a motion, and the things and scenes that are held out for measuring. */

import { randomStream } from '../../src/diffusion/random.ts';
import { type MotionClip, type MotionClipOptions, motionClip } from './motion-clip.ts';
import { SCENES, type Scene } from './scene.ts';
import type { Thing, ThingGroup } from './thing.ts';
import type { WorldMotion } from './world-motions.ts';

/** Which core things and scenes may be in a motion's clips, and which never are. */
export interface MotionSplit {
  readonly inClips: { readonly things: readonly Thing[]; readonly scenes: readonly Scene[] };
  readonly heldOut: { readonly things: readonly Thing[]; readonly scenes: readonly Scene[] };
}

/** Number of core things of each group in a motion's clips; eight in all. */
const IN_CLIPS: Readonly<Record<ThingGroup, number>> = { animal: 3, vehicle: 2, person: 1, object: 2 };
/** Numbers of painted and plain scenes in the clips; the other three and two are held out. */
const PAINTED_IN_CLIPS = 5;
const PLAIN_IN_CLIPS = 4;

/**
 * The split of a motion: 8 of the 24 core things and 9 of the 14 scenes are for its clips, chosen by the motion's name
 * alone: the same for every seed and number of clips. Other motions have other splits.
 */
export function motionSplit(motion: WorldMotion, things: readonly Thing[]): MotionSplit {
  const core = shuffled(
    things.filter((each) => each.core),
    motion,
    'things',
  );
  const taken = new Set(
    Object.entries(IN_CLIPS).flatMap(([group, count]) =>
      core.filter((each) => each.group === group).slice(0, count),
    ),
  );
  const scenes = shuffled(SCENES, motion, 'scenes');
  const used = new Set([
    ...scenes.filter(({ plain }) => !plain).slice(0, PAINTED_IN_CLIPS),
    ...scenes.filter(({ plain }) => plain).slice(0, PLAIN_IN_CLIPS),
  ]);
  return {
    inClips: {
      things: core.filter((each) => taken.has(each)),
      scenes: scenes.filter((each) => used.has(each)),
    },
    heldOut: {
      things: core.filter((each) => !taken.has(each)),
      scenes: scenes.filter((each) => !used.has(each)),
    },
  };
}

function shuffled<T>(all: readonly T[], motion: WorldMotion, what: string): T[] {
  const order = randomStream(0, 'motion split', motion.name, what).shuffle(all.length);
  return order.map((index) => all[index]!);
}

/** The clips of a motion, and what is held out. */
export interface MotionSet extends MotionSplit {
  readonly clips: readonly MotionClip[];
}

/**
 * Renders `count` clips of a motion. Every thing and every scene of the split comes once before any comes again,
 * paired anew for each seed, so that things and scenes are independent. The first clips of a larger set are
 * the clips of a smaller one.
 */
export function motionSet(
  things: readonly Thing[],
  motion: WorldMotion,
  seed: number,
  count = 8,
  options: MotionClipOptions = {},
): MotionSet {
  const split = motionSplit(motion, things);
  const clips = Array.from({ length: count }, (_, index) => {
    const thing = inTurn(split.inClips.things, index, seed, motion, 'thing order');
    const scene = inTurn(split.inClips.scenes, index, seed, motion, 'scene order');
    return motionClip(randomStream(seed, 'motion clip', motion.name, index), motion, thing, scene, options);
  });
  return { ...split, clips };
}

/** Element `index` of a sequence that repeats all choices, in another random order each time. */
function inTurn<T>(choices: readonly T[], index: number, seed: number, motion: WorldMotion, what: string): T {
  const round = Math.floor(index / choices.length);
  const order = randomStream(seed, what, motion.name, round).shuffle(choices.length);
  return choices[order[index % choices.length]!]!;
}
