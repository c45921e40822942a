import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { worldAsset } from './asset.ts';
import { articleFor } from './caption.ts';
import { loadShapes, shapeSplit } from './shape.ts';
import { loadThings, thingNamed } from './thing.ts';

function list(name: string): { file: string }[] {
  return JSON.parse(readFileSync(worldAsset(name), 'utf8'));
}

test.each([
  ['things', '.svg', /Copyright 2013 Google[\s\S]*Apache License/],
  ['shapes', '.gif', /MIT License[\s\S]*2023 OpenAI/],
])(
  'every listed file of %s is there, no other one is, and the licence lies beside them',
  (folder, ending, licence) => {
    const listed = list(`${folder}.json`).map(({ file }) => file);
    const found = readdirSync(worldAsset(folder)).filter((name) => name.endsWith(ending));
    expect(found.sort()).toEqual([...listed].sort());
    expect(readFileSync(worldAsset(`${folder}/LICENSE`), 'utf8')).toMatch(licence);
  },
);

test('there are 32 things of distinct names, 24 of them core, with the right articles', async () => {
  const things = await loadThings();
  expect(things).toHaveLength(32);
  expect(things.filter(({ core }) => core)).toEqual(things.slice(0, 24));
  expect(new Set(things.map(({ name }) => name)).size).toBe(32);
  for (const { phrase, name } of things) expect(phrase).toBe(`${articleFor(name)} ${name}`);
  expect(await loadThings()).toBe(things);
});

test('things are drawn large, cut to what is opaque, and look to the right', async () => {
  const things = await loadThings();
  for (const { sprite } of things) {
    expect(Math.max(...sprite.extent)).toBe(1);
    expect(sprite.area).toBeGreaterThan(0.15);
    expect(Math.hypot(...sprite.centroid)).toBeLessThan(0.2);
  }
  // The giraffe's head is on the side it looks to: above its middle there is more of it on the right.
  const { width, height, data } = thingNamed(things, 'giraffe').sprite.levels[1]!;
  let sum = 0;
  for (let y = 0; y < height / 3; y++) {
    for (let x = 0; x < width; x++) sum += data[(y * width + x) * 4 + 3]! * (x - width / 2);
  }
  expect(sum).toBeGreaterThan(0);
  expect(() => thingNamed(things, 'unicorn')).toThrow('no thing is called "unicorn"; there are panda');
});

test('shapes have 24 frames and are divided into 8 for clips, those that are measured, and 6 strangers', async () => {
  const shapes = await loadShapes({ width: 32, height: 32 });
  expect(shapes).toHaveLength(36);
  expect(shapes.every(({ frames }) => frames.length === 24 && frames[0]!.width === 32)).toBe(true);
  const { inClips, measured, strangers } = await shapeSplit(shapes);
  expect([inClips.length, strangers.length]).toEqual([8, 6]);
  expect(new Set([...inClips, ...measured, ...strangers])).toEqual(new Set(shapes));
});
