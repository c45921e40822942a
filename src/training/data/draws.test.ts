import { expect, test } from 'vitest';
import {
  type DrawPlan,
  drawNoise,
  drawSample,
  type NeededFrames,
  neededFrames,
  shiftedTimestep,
} from './draws.ts';
import { type View, viewName } from './view.ts';

const framesIn = (views: readonly NeededFrames[], view: View) =>
  views.find((each) => viewName(each.view) === viewName(view))?.frames;

const plan: DrawPlan = {
  seed: 3,
  starts: [5, 1, 9],
  frames: 4,
  stride: 2,
  shuffle: true,
  flipProbability: 0.5,
  timesteps: 1000,
};

test('a draw depends on the seed and its number alone', () => {
  expect(drawSample(plan, 17)).toEqual(drawSample(plan, 17));
  const many = (seed: number) => Array.from({ length: 20 }, (_, i) => drawSample({ ...plan, seed }, i));
  expect(many(3)).not.toEqual(many(4));
  expect(drawNoise(3, 'noise', 0, 4)).not.toEqual(drawNoise(3, 'posterior', 0, 4));
});

test('each round takes every clip once, in an order of its own', () => {
  const orders = Array.from({ length: 12 }, (_, round) =>
    [0, 1, 2].map((place) => drawSample(plan, 3 * round + place).clip).join(''),
  );
  for (const order of orders) expect([...order].sort().join('')).toBe('012');
  expect(new Set(orders).size).toBeGreaterThan(2);
  expect(drawSample({ ...plan, shuffle: false }, 4).clip).toBe(1);
});

test('every start, both directions and both ends of time are drawn', () => {
  const draws = Array.from({ length: 3000 }, (_, i) => drawSample(plan, i));
  const starts = new Set(draws.filter(({ clip }) => clip === 2).map(({ frames }) => frames[0]));
  expect([...starts].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  for (const { clip, frames } of draws) expect(frames[3]! - frames[0]!).toBe(6 + 0 * clip);
  const flipped = draws.filter((draw) => draw.view.flipped).length / draws.length;
  expect(Math.abs(flipped - 0.5)).toBeLessThan(0.05);
  expect(Math.min(...draws.map(({ timestep }) => timestep))).toBeLessThan(5);
  expect(Math.max(...draws.map(({ timestep }) => timestep))).toBeGreaterThan(994);
});

test('the frames of a video may be selected otherwise; other draws stay the same', () => {
  const framesFrom = (clip: number, start: number) => [100 * clip, start];
  for (let i = 0; i < 50; i++) {
    const usual = drawSample(plan, i);
    const { frames, ...rest } = drawSample({ ...plan, framesFrom }, i);
    expect({ ...rest, frames: usual.frames }).toEqual(usual);
    expect(frames).toEqual([100 * usual.clip, usual.frames[0]]);
  }
});

test('no timestep below the lowest is drawn, and all above it are', () => {
  const noisy = { ...plan, lowestTimestep: 300, timestepShift: 1.3 };
  const timesteps = Array.from({ length: 3000 }, (_, i) => drawSample(noisy, i).timestep);
  expect(Math.min(...timesteps)).toBeGreaterThanOrEqual(300);
  expect(Math.min(...timesteps)).toBeLessThan(305);
  expect(Math.max(...timesteps)).toBeGreaterThan(994);
  expect(Math.max(...timesteps)).toBeLessThan(1000);
});

test('the needed frames are those drawn, and grow with the steps', () => {
  const few = neededFrames(plan, 5);
  const more = neededFrames(plan, 50);
  for (let i = 0; i < 5; i++) {
    const { clip, frames, view } = drawSample(plan, i);
    expect(framesIn(few[clip]!, view)).toEqual(expect.arrayContaining([...frames]));
  }
  for (const [clip, views] of few.entries()) {
    for (const { view, frames } of views) {
      expect(framesIn(more[clip]!, view)).toEqual(expect.arrayContaining([...frames]));
    }
  }
  const never = neededFrames({ ...plan, flipProbability: 0 }, 50).flat();
  expect(never.every(({ view }) => !view.flipped)).toBe(true);
});

test('videos are moved up to the limit, in a few ways per clip, and all other draws stay the same', () => {
  const moving = { ...plan, reach: { across: 3, down: 10 } };
  const draws = Array.from({ length: 3000 }, (_, i) => drawSample(moving, i));
  expect(draws.map(({ view, ...rest }) => rest)).toEqual(
    draws.map((_, i) => {
      const { view, ...rest } = drawSample(plan, i);
      return rest;
    }),
  );
  const ofClip = draws
    .filter(({ clip }) => clip === 2)
    .map(({ view }) => viewName({ ...view, flipped: false }));
  expect(new Set(ofClip).size).toBe(25);
  expect(ofClip).toContain('');
  const across = draws.map(({ view }) => view.right);
  const down = draws.map(({ view }) => view.down);
  expect([Math.min(...across), Math.max(...across)]).toEqual([-3, 3]);
  expect(Math.max(...down.map(Math.abs))).toBeLessThanOrEqual(10);
  expect(Math.max(...down.map(Math.abs))).toBeGreaterThan(7);
});

test('a share of the views is in other colours', () => {
  const views = (recolour: number) =>
    Array.from({ length: 3000 }, (_, i) => drawSample({ ...plan, recolour }, i).view);
  const colourful = views(0.5).filter(({ colours }) => colours);
  // 24 of 25 views are not the clip as it is; half of these, of three clips.
  expect(colourful.length / 3000).toBeGreaterThan(0.3);
  expect(colourful.length / 3000).toBeLessThan(0.66);
  expect(new Set(colourful.map(viewName)).size).toBeGreaterThan(40);
  for (const { colours, right, down } of colourful) {
    expect([...colours!.order].sort()).toEqual([0, 1, 2]);
    for (const gamma of colours!.gamma) expect(Math.abs(Math.log(gamma))).toBeLessThanOrEqual(0.35);
    expect([right, down]).toEqual([0, 0]);
  }
  expect(views(0)).toEqual(Array.from({ length: 3000 }, (_, i) => drawSample(plan, i).view));
});

test('a share of the samples whose object can be cut out is pasted onto another scene, and all other draws stay the same', () => {
  const reach = { across: 100, down: 100 };
  const copyPaste = { share: 0.75, cut: [true, false, true], scenes: 5 };
  const draws = Array.from({ length: 6000 }, (_, i) =>
    drawSample({ ...plan, reach, recolour: 0.5, copyPaste }, i),
  );
  expect(draws.map(({ view, ...rest }) => rest)).toEqual(
    draws.map((_, i) => {
      const { view, ...rest } = drawSample(plan, i);
      return rest;
    }),
  );
  const pasted = draws.filter(({ view }) => view.scene);
  expect(new Set(pasted.map(({ clip }) => clip))).toEqual(new Set([0, 2]));
  expect(Math.abs(pasted.length / 4000 - 0.75)).toBeLessThan(0.03);
  // 25 views before the own scene, 75 before others, mirrored or not as a whole.
  const names = (clip: number) =>
    draws.filter((each) => each.clip === clip).map(({ view }) => viewName(view));
  expect(new Set(names(0)).size).toBe(200);
  expect(new Set(names(1)).size).toBe(50);
  const scenes = pasted.map(({ view }) => view.scene!);
  expect(new Set(scenes.map(({ index }) => index))).toEqual(new Set([0, 1, 2, 3, 4]));
  for (const share of [scenes.filter((each) => each.flipped), scenes.filter(({ colours }) => colours)]) {
    expect(Math.abs(share.length / scenes.length - 0.5)).toBeLessThan(0.12);
  }
  expect(pasted.some(({ view }) => view.colours && !view.scene!.colours)).toBe(true);
});

test('a shift moves timesteps towards more noise, keeps their order and range, and 1 changes nothing', () => {
  const all = Array.from({ length: 1000 }, (_, timestep) => timestep);
  expect(all.map((timestep) => shiftedTimestep(timestep, 1000, 1))).toEqual(all);
  const shifted = all.map((timestep) => shiftedTimestep(timestep, 1000, 3));
  expect(shifted).toEqual(shifted.toSorted((a, b) => a - b));
  expect(Math.min(...shifted)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...shifted)).toBe(999);
  // The middle of 0…1 goes to 3·½ / (1 + 2·½).
  expect(shifted[500]).toBe(750);
  expect(shiftedTimestep(500, 1000, 1 / 3)).toBe(250);
});
