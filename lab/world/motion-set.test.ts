import { beforeAll, expect, test } from 'vitest';
import { randomStream } from '../../src/diffusion/random.ts';
import { motionClip } from './motion-clip.ts';
import { motionSet, motionSplit } from './motion-set.ts';
import { SCENES, sceneNamed } from './scene.ts';
import { loadThings, type Thing, thingNamed } from './thing.ts';
import { MOTIONS, motionNamed } from './world-motions.ts';

let things: readonly Thing[];
beforeAll(async () => {
  things = await loadThings();
});

test('every motion starts at rest and is described', () => {
  for (const motion of MOTIONS) {
    const { x, y, scale, angle } = motion.at(0);
    expect([x, y, scale, angle].map(Math.abs)).toEqual([0, 0, 1, 0]);
    expect(motion.description).not.toBe('');
  }
  expect(() => motionNamed('hops')).toThrow('no motion is called "hops"; there are runs');
});

test.each(MOTIONS.map((motion) => [motion.name, motion] as const))(
  '%s stays inside the picture with every thing in every scene',
  (_, motion) => {
    for (const thing of things) {
      for (const scene of SCENES) {
        const stream = randomStream(1, thing.name, scene.name);
        const { boxes } = motionClip(stream, motion, thing, scene, { size: { width: 48, height: 48 } });
        for (const { left, top, right, bottom } of boxes) {
          expect(Math.min(left, top, 1 - right, 1 - bottom)).toBeGreaterThan(0.01);
        }
      }
    }
  },
);

test('a clip has its frames, prompt and true track, and is reproducible', () => {
  const clip = () =>
    motionClip(randomStream(1), motionNamed('runs'), thingNamed(things, 'elephant'), sceneNamed('beach'), {
      frames: 8,
    });
  const { frames, prompt, track, background } = clip();
  expect(prompt).toBe('an elephant runs on the beach');
  expect([frames.length, track.length]).toEqual([8, 8]);
  expect(track[7]!.x - track[0]!.x).toBeCloseTo(0.46, 5);
  expect(frames[0]).not.toEqual(frames[1]);
  // The scene stands still: the uppermost row never changes.
  for (const frame of frames) expect(frame.data.subarray(0, 384)).toEqual(background.data.subarray(0, 384));
  const again = clip();
  expect(again.track).toEqual(track);
  for (const [index, frame] of frames.entries()) {
    expect(Buffer.compare(again.frames[index]!.data, frame.data)).toBe(0);
  }
});

test('a split holds out things and scenes, and depends on the motion only', () => {
  for (const motion of MOTIONS) {
    const { inClips, heldOut } = motionSplit(motion, things);
    expect([inClips.things.length, heldOut.things.length]).toEqual([8, 16]);
    expect([inClips.scenes.length, heldOut.scenes.length]).toEqual([9, 5]);
    expect(new Set(inClips.things.map(({ group }) => group)).size).toBe(4);
    expect(inClips.things.filter((thing) => heldOut.things.includes(thing))).toEqual([]);
    expect([...inClips.things, ...heldOut.things].every(({ core }) => core)).toBe(true);
  }
});

test('a set has varied clips, and a smaller set is a prefix of it', () => {
  const motion = motionNamed('falls');
  const { clips, inClips, heldOut } = motionSet(things, motion, 1, 8);
  expect(new Set(clips.map(({ thing }) => thing))).toEqual(new Set(inClips.things));
  expect(new Set(clips.map(({ scene }) => scene)).size).toBe(8);
  expect(new Set(clips.map(({ track }) => track[0]!.x)).size).toBe(8);
  expect(
    clips.some(({ thing, scene }) => heldOut.things.includes(thing) || heldOut.scenes.includes(scene)),
  ).toBe(false);
  expect(motionSet(things, motion, 1, 2).clips[1]!.frames).toEqual(clips[1]!.frames);
  expect(motionSet(things, motion, 2, 1).clips[0]!.frames).not.toEqual(clips[0]!.frames);
  expect(motionSet(things, motion, 1, 16).clips).toHaveLength(16);
});
