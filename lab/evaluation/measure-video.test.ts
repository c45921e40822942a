import { expect, test } from 'vitest';
import { loadShapes, trainingShapes } from '../world/shape.ts';
import { loadThings } from '../world/thing.ts';
import { measureVideo, pointError } from './measure-video.ts';
import { suiteMotion } from './motion-cases.ts';

const size = { width: 64, height: 64 };
const classOf = (thing: string) => ({ thing, thingProbability: 1, scene: '', sceneProbability: 1 });

test('true clips have almost no track error, still videos that of a still track, and classified things are counted', async () => {
  const { cases } = await suiteMotion('runs', { things: 2, size });
  expect(cases).toHaveLength(4);
  for (const each of cases) {
    const right = each.truth.map(() => classOf(each.thing));
    const perfect = measureVideo(each.truth, each, right, new Set(['tiger']));
    expect(perfect.motion!.stillPoints).toBeGreaterThan(0.15);
    expect(perfect.motion!.points).toBeLessThan(perfect.motion!.stillPoints / 5);
    // Only the soft edge, which the mask excludes, differs.
    expect(perfect.motion!.scene).toBeGreaterThan(45);
    expect(perfect.truth).toMatchObject({ psnr: 100, gradientEnergy: 1 });
    expect(perfect).toMatchObject({ identity: true, leakage: 0 });

    const still = each.truth.map(() => each.truth[0]!);
    const seen = each.truth.map((_, i) => classOf(i % 2 ? 'tiger' : each.thing));
    const stood = measureVideo(still, each, seen, new Set(['tiger']));
    expect(stood.motion!.points).toBeCloseTo(stood.motion!.stillPoints, 1);
    expect(stood.truth.psnr).toBeCloseTo(stood.truth.stillPsnr, 6);
    expect(stood.identity).toBe(false);
    expect(stood.leakage).toBeCloseTo(8 / 15);
  }
});

test('things and at least one scene of the cases are in no clip', async () => {
  const motion = await suiteMotion('grows', { things: 6, size });
  const inClips = new Set(motion.thingsInClips(8));
  expect(inClips.size).toBe(8);
  expect(motion.cases.filter(({ thing }) => inClips.has(thing))).toEqual([]);
  expect(new Set(motion.cases.map(({ thing }) => thing)).size).toBe(6);
});

test('with strangers, cases show things that the built-in model does not know', async () => {
  const { cases } = await suiteMotion('grows', { things: 8, size, strangers: true });
  const known = (await loadThings()).filter(({ core }) => core).map(({ name }) => name);
  expect(new Set(cases.map(({ thing }) => thing)).size).toBe(8);
  expect(cases.filter(({ thing }) => known.includes(thing))).toEqual([]);
  const rotating = await suiteMotion('rotates', { things: 3, size, strangers: true });
  const trained = (await trainingShapes(await loadShapes(size))).map(({ phrase }) => phrase);
  expect(new Set(rotating.cases.map(({ thing }) => thing)).size).toBe(6);
  expect(rotating.cases.filter(({ thing }) => trained.includes(thing))).toEqual([]);
});

test('rendered objects rotate by the angles of their own frames', async () => {
  const motion = await suiteMotion('rotates', { things: 3, size });
  expect(motion.cases).toHaveLength(6);
  for (const { thing, truth, world } of motion.cases) {
    expect(motion.thingsInClips(8)).not.toContain(thing);
    expect(truth).toHaveLength(16);
    expect(world).toBeUndefined();
  }
  await expect(suiteMotion('walks', { things: 1, size })).rejects.toThrow('no motion is called "walks"');
});

test('errors of size and angle are measured by how far they move the points of the thing', () => {
  const track = [{ x: 0.5, y: 0.5, size: 0.25, angle: 0, found: true }];
  expect(pointError({ position: 0.03, size: 0.4, angle: 0, lost: 0 }, track)).toBeCloseTo(0.05);
  expect(pointError({ position: 0, size: 0, angle: 1, lost: 0 }, track)).toBeCloseTo(0.1);
});
