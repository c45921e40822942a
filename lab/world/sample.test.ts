import { beforeAll, describe, expect, test } from 'vitest';
import { randomStream } from '../../src/diffusion/random.ts';
import { pictureToFloats } from '../../src/media/picture.ts';
import { worldBatch } from './batch.ts';
import { captionOf, withAdjective } from './caption.ts';
import { type WorldSample, worldSample } from './sample.ts';
import { paintScene, SCENES, sceneNamed } from './scene.ts';
import { loadShapes, type Shape, shapeSample } from './shape.ts';
import { loadThings, type Thing } from './thing.ts';

let things: readonly Thing[];
let shapes: readonly Shape[];
let samples: WorldSample[];
beforeAll(async () => {
  things = await loadThings();
  shapes = await loadShapes();
  samples = Array.from({ length: 1500 }, (_, index) => worldSample(things, randomStream(7, 'test', index)));
});

describe('captions', () => {
  test('join their parts and fit the article', () => {
    expect(withAdjective('an elephant', 'small')).toBe('a small elephant');
    expect(withAdjective('a beach', 'empty')).toBe('an empty beach');
    expect(captionOf({ thing: 'an elephant', verb: 'runs', place: 'in the snow' })).toBe(
      'an elephant runs in the snow',
    );
    expect(captionOf({ thing: 'a car', place: 'at night', where: 'on the left' })).toBe(
      'a car at night, on the left',
    );
    expect(captionOf({ thing: 'a car', adjective: 'big' })).toBe('a big car');
    expect(captionOf({ thing: 'a car', where: 'on the left' })).toBe('a car on the left');
  });

  test('are grammatical everywhere', () => {
    const all = [
      ...samples,
      ...Array.from({ length: 300 }, (_, i) => shapeSample(shapes, randomStream(8, i))),
    ];
    for (const { caption } of all) {
      expect(caption).toMatch(/^[a-z0-9',\- ]+$/);
      expect(caption).not.toMatch(/\ba [aeiou]|\ban [^aeiou]|\b(a|an|the) (a|an|the)\b| {2}|undefined/);
    }
  });

  test('name the thing, mostly the scene, and sometimes what is extra', () => {
    const share = (what: (sample: WorldSample) => boolean) => samples.filter(what).length / samples.length;
    const unnamed = ({ caption }: WorldSample) => /\bthing\b/.test(caption);
    for (const sample of samples) {
      if (sample.thing && !unnamed(sample)) expect(sample.caption).toContain(sample.thing.name);
    }
    expect(share(unnamed)).toBeGreaterThan(0.03);
    expect(share(unnamed)).toBeLessThan(0.09);
    const names = ({ scene, caption }: WorldSample) =>
      caption.includes(scene.phrase) || scene.places.some((place) => caption.includes(place));
    expect(share(names)).toBeGreaterThan(0.85);
    expect(share(({ thing }) => !thing)).toBeCloseTo(0.06, 1);
    expect(share(({ caption }) => caption.includes(' in the air'))).toBeGreaterThan(0.05);
    expect(share(({ caption }) => caption.includes(' on the left'))).toBeGreaterThan(0.02);
    expect(new Set(samples.map(({ caption }) => caption)).size).toBeGreaterThan(1000);
  });
});

test('things lie inside the picture, large enough, at all places, independent of the scene', () => {
  const seen = new Set<string>();
  for (const { box, pose, thing, scene } of samples) {
    if (!box || !pose || !thing) continue;
    expect(Math.min(box.left, box.top, 1 - box.right, 1 - box.bottom)).toBeGreaterThan(0.015);
    expect(pose.size).toBeGreaterThan(0.29);
    seen.add(`${thing.name} ${scene.name}`);
  }
  expect(seen.size).toBeGreaterThan(0.9 * 32 * 14);
});

test('the same stream gives the same picture, another gives another', () => {
  const [a, b, c] = [3, 3, 4].map((seed) => worldSample(things, randomStream(seed, 'x')));
  expect(a!.picture).toEqual(b!.picture);
  expect(a!.caption).toBe(b!.caption);
  expect(a!.picture).not.toEqual(c!.picture);
});

test('scenes are smooth, vary, and exist at any size', () => {
  for (const scene of SCENES) {
    const { picture, ground } = paintScene(scene, randomStream(1, scene.name), { width: 96, height: 64 });
    expect(picture.data.length).toBe(96 * 64 * 3);
    expect(ground[0]).toBeLessThan(ground[1]);
    expect(new Set(picture.data).size).toBeGreaterThan(8);
    expect(paintScene(scene, randomStream(2, scene.name)).picture).not.toEqual(
      paintScene(scene, randomStream(3, scene.name)).picture,
    );
  }
  expect(() => sceneNamed('bog')).toThrow('no scene is called "bog"; there are meadow');
});

test('a batch consists of consecutive samples, wherever it starts', () => {
  const source = { things, shapes, shapeShare: 0.5 };
  const whole = worldBatch(source, 5, 0, 6);
  const rest = worldBatch(source, 5, 4, 2);
  const each = 3 * 128 * 128;
  expect(rest.captions).toEqual(whole.captions.slice(4));
  expect(rest.pixels).toEqual(whole.pixels.subarray(4 * each));
  expect(whole.captions.some((caption) => /3d|white/.test(caption))).toBe(true);
  expect(whole.pixels.every((value) => value >= -1 && value <= 1)).toBe(true);
  const into = new Float32Array(2 * each);
  expect(worldBatch(source, 5, 4, 2, into).pixels).toBe(into);
  expect(() => worldBatch(source, 5, 0, 3, into)).toThrow('do not hold the shape [3,3,128,128]');
});

test('a batch holds the picture as pictureToFloats gives it', () => {
  const stream = randomStream(5, 'world', 0);
  stream.uniform();
  const { picture } = worldSample(things, stream);
  expect(worldBatch({ things }, 5, 0, 1).pixels).toEqual(pictureToFloats(picture));
});
