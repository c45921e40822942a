/** @file LAMP in the micro world: trained on eight clips of things moving right, tested on things of other colours. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { randomStream } from '../../src/diffusion/random.ts';
import type { WorkOptions } from '../../src/events.ts';
import { learnMotion } from '../../src/library/learn-motion.ts';
import { openGenerator } from '../../src/library/open-generator.ts';
import type { Picture } from '../../src/media/picture.ts';
import { writePng } from '../../src/media/picture-file.ts';
import type { VideoSettings } from '../../src/pipelines/video/video-settings.ts';
import {
  captionOf,
  type MicroColour,
  type MicroScene,
  type MicroShape,
  microSize,
  movedRight,
  paintScene,
  trackError,
} from './world.ts';

/** Number of frames of clips and videos. */
const microFrames = 8;

/** The prompt of the clips; any caption of the world may replace "a thing". */
const microPrompt = 'a thing moving right';

/** Every colour moves on two grounds, and no ground has only one colour; otherwise unseen pairs fade out. */
const moving: readonly [MicroShape, MicroColour, MicroColour][] = [
  ['square', 'red', 'blue'],
  ['diamond', 'red', 'white'],
  ['cross', 'green', 'magenta'],
  ['bar', 'green', 'black'],
  ['diamond', 'blue', 'yellow'],
  ['square', 'blue', 'cyan'],
  ['bar', 'yellow', 'red'],
  ['cross', 'yellow', 'green'],
];

/** Colours that occur in no clip. */
const unseen: readonly MicroColour[] = ['cyan', 'magenta', 'white', 'black'];

/** First scene of each clip. */
function clipScenes(seed: number): MicroScene[] {
  const random = randomStream(seed, 'micro clips');
  return moving.map(([shape, colour, ground]) => ({ shape, colour, ground, ...start(random.uniform) }));
}

/** First scenes of generated videos: things of unseen colours, three each, on all grounds. */
function unseenScenes(seed: number): MicroScene[] {
  const random = randomStream(seed, 'micro videos');
  const shapes: readonly MicroShape[] = ['square', 'diamond', 'cross', 'bar'];
  const grounds: readonly MicroColour[] = ['red', 'blue', 'white', 'black', 'green', 'yellow', 'magenta'];
  return Array.from({ length: 12 }, (_, i) => {
    const colour = unseen[i % unseen.length]!;
    const others = grounds.filter((ground) => ground !== colour);
    const ground = others[random.integer(others.length)]!;
    return { shape: shapes[(i + Math.floor(i / 4)) % 4]!, colour, ground, ...start(random.uniform) };
  });
}

/** A position from which a thing can move right for all frames without leaving the picture. */
function start(uniform: () => number): { x: number; y: number } {
  return { x: 1.7 + 0.9 * uniform(), y: 1.75 + uniform() * (microSize - 3.5) };
}

/** Writes the clips, trains the motion in `folder` (or resumes), and returns its path. */
export async function learnMicroMotion(
  folder: string,
  base: string,
  { steps = 1500, learningRate = 1e-3, seed = 0, ...work }: WorkOptions & MicroMotionOptions = {},
): Promise<string> {
  const clips = join(folder, 'clips');
  for (const [i, scene] of clipScenes(seed).entries()) {
    for (const [f, moved] of movedRight(scene, microFrames).entries()) {
      await writePng(join(clips, `clip-${i}`, `${String(f).padStart(3, '0')}.png`), paintScene(moved));
    }
  }
  const settings = {
    base,
    clips: [clips],
    prompt: microPrompt,
    frames: microFrames,
    width: microSize,
    height: microSize,
    steps,
    learningRate,
    seed,
    flipProbability: 0,
    saveEvery: 500,
  };
  const out = join(folder, 'run');
  const resume = await stat(join(out, 'run.json')).then(
    () => true,
    () => false,
  );
  const { path } = await learnMotion({ ...work, out, resume, ...settings });
  return path;
}

/** Training settings. */
export interface MicroMotionOptions {
  readonly steps?: number;
  readonly learningRate?: number;
  readonly seed?: number;
}

/**
 * Video settings: little guidance, and no alignment of statistics between frames, which at 8×8 pixels depend more on
 * where the thing is than on how it looks.
 */
const microVideoSettings = {
  samplerSteps: 25,
  guidance: 1,
  alignment: 'off',
  histogramMatching: false,
} as const satisfies Partial<VideoSettings>;

/** A video of a thing of an unseen colour, and its error. */
export interface MicroVideo {
  readonly scene: MicroScene;
  readonly truth: readonly MicroScene[];
  readonly frames: readonly Picture[];
  /** Pixels; see `trackError`. */
  readonly error: number;
  /** The same for a still video. */
  readonly stillError: number;
}

/** Generates a video for each unseen thing from its true first frame, and measures the tracks. */
export async function measureMicroMotion(
  base: string,
  motion: string,
  settings: Partial<VideoSettings> & { readonly seed?: number } = {},
): Promise<MicroVideo[]> {
  const size = { frames: microFrames, width: microSize, height: microSize };
  const generator = await openGenerator({ base, motion, ...size });
  const videos: MicroVideo[] = [];
  try {
    for (const scene of unseenScenes(settings.seed ?? 0)) {
      const truth = movedRight(scene, microFrames);
      const firstFrame = paintScene(scene);
      const prompt = `${captionOf(scene)} moving right`;
      const { frames } = await generator.generateVideo({
        ...microVideoSettings,
        ...settings,
        prompt,
        firstFrame,
      });
      const still = truth.map(() => firstFrame);
      videos.push({
        scene,
        truth,
        frames,
        error: trackError(frames, truth),
        stillError: trackError(still, truth),
      });
    }
  } finally {
    await generator.dispose();
  }
  return videos;
}

/** Mean of a figure over the videos. */
export function meanOf(videos: readonly MicroVideo[], number: (video: MicroVideo) => number): number {
  return videos.reduce((sum, video) => sum + number(video), 0) / videos.length;
}
