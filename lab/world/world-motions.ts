/** @file The motions of the little world as functions of time, and the words for them. */

/** A thing's displacement, scale and rotation since the start. */
export interface MotionOffset {
  /** To the right, as a fraction of the picture's width. */
  readonly x: number;
  /** Downwards, as a fraction of the picture's height. */
  readonly y: number;
  /** Its size, relative to the start. */
  readonly scale: number;
  /** Clockwise, in radians. */
  readonly angle: number;
}

/** A motion. */
export interface WorldMotion {
  /** Short and unique, for files and options, such as `runs`. */
  readonly name: string;
  /** Description for tables, such as "runs to the right with a bounce". */
  readonly description: string;
  /** The verb phrase of prompts, such as "falls down". */
  readonly verb: string;
  /** When the thing certainly stands on the ground: at the `start`, at the `end`, or `never`. */
  readonly stands: 'start' | 'end' | 'never';
  /** The point that stays fixed while the thing grows. */
  readonly anchor: 'feet' | 'centre';
  /** Range of the longer side at the start, as fractions of the picture's height, in which the whole motion fits. */
  readonly sizes: readonly [smallest: number, largest: number];
  /** The displacement at a time from 0 to 1; zero at 0. */
  readonly at: (time: number) => MotionOffset;
}

const STILL: MotionOffset = { x: 0, y: 0, scale: 1, angle: 0 };
const SWING = Math.PI / 6;
/** The pendulum's length, as a share of the picture's height. */
const ROPE = 0.45;
/** When the falling thing touches the ground for the first time. */
const LANDING = 0.65;

/** All motions that the project renders itself. */
export const MOTIONS: readonly WorldMotion[] = [
  {
    name: 'runs',
    description: 'runs to the right with a bounce',
    verb: 'runs',
    stands: 'start',
    anchor: 'centre',
    sizes: [0.4, 0.48],
    at: (time) => ({ ...STILL, x: 0.46 * time, y: -0.09 * Math.abs(Math.sin(3 * Math.PI * time)) }),
  },
  {
    name: 'flies',
    description: 'flies up from the ground',
    verb: 'flies up',
    stands: 'start',
    anchor: 'centre',
    sizes: [0.4, 0.48],
    // Slowly off the ground, then evenly: the speed grows over the first third.
    at: (time) => ({ ...STILL, y: -0.46 * (time < 1 / 3 ? 1.8 * time * time : 1.2 * time - 0.2) }),
  },
  {
    name: 'falls',
    description: 'falls, lands and bounces once',
    verb: 'falls down',
    stands: 'end',
    anchor: 'centre',
    sizes: [0.4, 0.48],
    at: (time) => ({ ...STILL, y: 0.46 * fallen(time) }),
  },
  {
    name: 'swings',
    description: 'swings like a pendulum',
    verb: 'swings',
    stands: 'never',
    anchor: 'centre',
    sizes: [0.4, 0.48],
    at: (time) => {
      const angle = SWING * Math.sin(2 * Math.PI * time);
      return { ...STILL, x: -ROPE * Math.sin(angle), y: -ROPE * (1 - Math.cos(angle)), angle };
    },
  },
  {
    name: 'grows',
    description: 'grows to twice its size',
    verb: 'grows',
    stands: 'start',
    anchor: 'feet',
    sizes: [0.36, 0.44],
    at: (time) => ({ ...STILL, scale: 1 + time }),
  },
  {
    name: 'jumps',
    description: 'jumps twice on the spot',
    verb: 'jumps',
    stands: 'start',
    anchor: 'centre',
    sizes: [0.4, 0.52],
    at: (time) => ({ ...STILL, y: -0.3 * Math.abs(Math.sin(2 * Math.PI * time)) }),
  },
  {
    name: 'spins',
    description: 'turns once, clockwise like a wheel',
    verb: 'spins around',
    stands: 'never',
    anchor: 'centre',
    sizes: [0.42, 0.56],
    at: (time) => ({ ...STILL, angle: 2 * Math.PI * time }),
  },
];

/** Height of the fall, from 0 to 1: free fall, then one low bounce, then rest. */
function fallen(time: number): number {
  if (time < LANDING) return (time / LANDING) ** 2;
  const bounce = (time - LANDING) / (0.95 - LANDING);
  return bounce < 1 ? 1 - 0.2 * 4 * bounce * (1 - bounce) : 1;
}

/** The motion of a name. Throws `RangeError` when there is none. */
export function motionNamed(name: string): WorldMotion {
  const found = MOTIONS.find((each) => each.name === name);
  if (!found) {
    throw new RangeError(
      `no motion is called "${name}"; there are ${MOTIONS.map((each) => each.name).join(', ')}`,
    );
  }
  return found;
}
