import { beforeAll, expect, test } from 'vitest';
import { randomStream } from '../../src/diffusion/random.ts';
import { blankPicture, type Picture } from '../../src/media/picture.ts';
import { type MotionClip, motionClip } from './motion-clip.ts';
import { SCENES, sceneNamed } from './scene.ts';
import { loadThings, type Thing, thingNamed } from './thing.ts';
import { type TrackOptions, trackThing } from './track.ts';
import { stillTrack, type TrackError, trackError } from './track-error.ts';
import { MOTIONS, motionNamed, type WorldMotion } from './world-motions.ts';

let things: readonly Thing[];
beforeAll(async () => {
  things = (await loadThings()).filter(({ core }) => core);
});

function clips(motion: WorldMotion, count: number): MotionClip[] {
  return Array.from({ length: count }, (_, index) => {
    const stream = randomStream(11, motion.name, index);
    return motionClip(stream, motion, things[stream.integer(24)]!, SCENES[stream.integer(14)]!);
  });
}

function meanOf(errors: readonly TrackError[]) {
  const mean = (key: keyof TrackError) => errors.reduce((sum, error) => sum + error[key], 0) / errors.length;
  return { position: mean('position'), size: mean('size'), angle: mean('angle'), lost: mean('lost') };
}

/** Noise of some grey levels, as a decoder might add, the same for the same clip. */
function noisy(frames: readonly Picture[], level: number): Picture[] {
  const stream = randomStream(3, 'noise');
  const draw = () => level * (stream.uniform() + stream.uniform() - 1);
  return frames.map((frame) => ({
    ...frame,
    data: frame.data.map((value) => Math.round(Math.max(0, Math.min(255, value + draw())))),
  }));
}

test.each(MOTIONS.map((motion) => [motion.name, motion] as const))(
  '%s: measured and true tracks agree',
  (_, motion) => {
    const all = clips(motion, 8);
    const known = meanOf(
      all.map(({ frames, background, track }) => trackError(trackThing(frames, { background }), track)),
    );
    expect(known.position).toBeLessThan(0.008);
    expect(known.size).toBeLessThan(0.06);
    expect(known.angle).toBeLessThan(0.06);
    expect(known.lost).toBe(0);
    const like = all.map(({ frames, background, track }) =>
      trackError(trackThing(frames, { background, example: frames[0]! }), track),
    );
    expect(meanOf(like).position).toBeLessThan(0.012);
    expect(meanOf(like).lost).toBe(0);
    const guessed = meanOf(all.map(({ frames, track }) => trackError(trackThing(frames), track)));
    expect(guessed.position).toBeLessThan(0.03);
    expect(guessed.size).toBeLessThan(0.12);
    expect(guessed.lost).toBe(0);
  },
);

test('a decoder’s noise hardly matters', () => {
  const all = clips(motionNamed('runs'), 4);
  const known = all.map(({ frames, background, track }) =>
    trackError(trackThing(noisy(frames, 12), { background }), track),
  );
  expect(meanOf(known).position).toBeLessThan(0.01);
  expect(
    meanOf(all.map(({ frames, track }) => trackError(trackThing(noisy(frames, 12)), track))).position,
  ).toBeLessThan(0.03);
});

test('a drifting scene is not mistaken for the thing if an example shows the thing', () => {
  const all = ['basketball', 'frog', 'giraffe'].map((name, i) =>
    motionClip(randomStream(5, i), motionNamed('runs'), thingNamed(things, name), sceneNamed('night')),
  );
  // The scene beneath every frame slides away with its moon, as a generated one might.
  const drifting = ({ frames, background }: MotionClip) =>
    frames.map((frame, f) => {
      const { width, height, data } = frame;
      const shift = Math.round((30 * f) / (frames.length - 1));
      const drifted = data.slice();
      for (let at = 0; at < data.length; at++) {
        const pixel = Math.floor(at / 3);
        const covered = [0, 1, 2].some((c) => data[3 * pixel + c] !== background.data[3 * pixel + c]);
        const from =
          (Math.max(0, (pixel % width) - shift) + width * Math.floor(pixel / width)) * 3 + (at % 3);
        if (!covered) drifted[at] = background.data[from]!;
      }
      return { width, height, data: drifted };
    });
  const errors = (options: (clip: MotionClip) => TrackOptions) =>
    meanOf(all.map((clip) => trackError(trackThing(drifting(clip), options(clip)), clip.track))).position;
  const plain = errors(({ background }) => ({ background }));
  const known = errors(({ background, frames }) => ({ background, example: frames[0]! }));
  expect(known).toBeLessThan(0.02);
  expect(known).toBeLessThan(0.6 * plain);
});

test('a still video has no motion, with and without the known background', () => {
  for (const { frames, background, track } of clips(motionNamed('runs'), 4)) {
    const still = noisy(
      frames.map(() => frames[0]!),
      8,
    );
    const truth = stillTrack(track);
    for (const measured of [trackThing(still, { background }), trackThing(still)]) {
      const error = trackError(measured, truth);
      expect(error.position).toBeLessThan(0.004);
      expect(error.size).toBeLessThan(0.03);
    }
  }
});

test('the error of a still video is the extent of the motion', () => {
  const [clip] = clips(motionNamed('runs'), 1);
  expect(trackError(stillTrack(clip!.track), clip!.track).position).toBeCloseTo(0.258, 2);
});

test('full turns are counted', () => {
  const clip = motionClip(
    randomStream(2),
    motionNamed('spins'),
    thingNamed(things, 'elephant'),
    sceneNamed('plain blue'),
  );
  const { background } = clip;
  expect(trackThing(clip.frames, { background }).at(-1)!.angle).toBeCloseTo(2 * Math.PI, 1);
});

test('an empty scene has no track, and misuse is refused', () => {
  const empty = blankPicture({ width: 32, height: 32 }, [90, 120, 200]);
  const track = trackThing([empty, empty]);
  expect(track.map(({ found }) => found)).toEqual([false, false]);
  expect(trackError(track, track).lost).toBe(2);
  expect(() => trackThing([])).toThrow('at least one frame');
  expect(() => trackThing([empty], { background: blankPicture({ width: 16, height: 32 }) })).toThrow(
    '32x32 and 16x32',
  );
  expect(() => trackError(track, track.slice(1))).toThrow('2 and 1 frames');
});
