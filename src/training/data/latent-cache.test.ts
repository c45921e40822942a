import { readdir, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { openSafetensors, writeSafetensors } from '../../checkpoints/safetensors.ts';
import { InterruptedError } from '../../errors.ts';
import type { ProgressEvent } from '../../events.ts';
import { type FloatTensor, floats } from '../../graph/host-tensor.ts';
import { readFrames } from '../../media/clip.ts';
import { cutOut, pasted } from '../../media/cut-out.ts';
import { flipHorizontally, type Picture, pictureToFloats, shifted } from '../../media/picture.ts';
import { type BaseModel, openBaseModel } from '../../models/base-model.ts';
import { pictureEncoder } from '../../models/programs.ts';
import { testFolder } from '../../testing/test-folder.ts';
import { testdata } from '../../testing/testdata.ts';
import { findTrainingClips } from './clip-set.ts';
import { cacheLatents, type LatentCacheOptions } from './latent-cache.ts';
import type { TrainingClip } from './training-clip.ts';
import { plainView } from './view.ts';

const at = await testFolder();
const settings = { width: 32, height: 16, fit: 'cover', device: 'cpu' } as const;
let base: BaseModel;
let clips: TrainingClip[];
beforeAll(async () => {
  base = await openBaseModel(testdata('mini/tiny-sd'));
  const paths = ['01', '02'].map((number) => testdata(`clips/walking/walk_out_${number}.mp4`));
  clips = await findTrainingClips({
    clips: paths,
    frames: 4,
    stride: 2,
    clipRange: 'whole',
    clipFps: 'common',
    window: 'random',
  });
});

/** Opens the cache and counts the frames that were encoded for it. */
async function open(
  folder: string,
  needed: LatentCacheOptions['needed'],
  signal?: AbortSignal,
  scenes?: LatentCacheOptions['scenes'],
) {
  let encoded = 0;
  const notices: ProgressEvent[] = [];
  const cache = await cacheLatents({
    folder,
    vae: base.vae,
    settings,
    clips,
    needed,
    scenes,
    signal,
    onEvent: (event) => {
      if (event.type === 'progress') encoded = event.done;
      if (event.type === 'notice') notices.push(event);
    },
  });
  return { cache, encoded, notices };
}

const mirrored = { ...plainView, flipped: true };
const moved = { ...mirrored, right: 2, down: -1 };
const needed = [
  [
    { view: plainView, frames: [0, 3] },
    { view: mirrored, frames: [3, 7] },
  ],
  [{ view: moved, frames: [5] }],
];

test('holds what the encoder makes of each frame, mirrored and moved where it is needed so', async () => {
  const { cache, encoded: count } = await open(at('a'), needed);
  expect(count).toBe(5);
  const encoder = await pictureEncoder(base.vae, settings);
  const [picture] = await readFrames(clips[0]!.path, { indices: [7], size: settings });
  const encoded = (seen: Picture) => encoder.encode(floats(pictureToFloats(seen), [1, 3, 16, 32]));
  const expected = await encoded(flipHorizontally(picture!));
  const [other] = await readFrames(clips[1]!.path, { indices: [5], size: settings });
  const expectedMoved = await encoded(shifted(flipHorizontally(other!), 2, -1));
  await encoder.dispose();
  expect((await cache.read(1, [5], moved))[0]!.mean).toEqual(expectedMoved.mean);
  const [three, seven] = await cache.read(0, [3, 7], mirrored);
  expect(seven!.mean).toEqual(expected.mean);
  expect(seven!.deviation).toEqual(expected.deviation);
  expect(three!.mean).not.toEqual((await cache.read(0, [3], plainView))[0]!.mean);
});

test('holds what is cut out of a frame before another scene, and nothing of it for other scenes', async () => {
  const [shown] = await readFrames(clips[0]!.path, { indices: [7], size: settings });
  const [behind] = await readFrames(clips[1]!.path, { indices: [5], size: settings });
  const own = { picture: behind!, region: { width: 32, height: 16, data: new Uint8Array(512).fill(1) } };
  const view = { ...mirrored, right: 3, scene: { index: 0, flipped: true } };
  const scenes = (fingerprint: string) => ({
    pictures: [shown!],
    places: ['here'],
    ofClips: [own, undefined],
    fingerprint,
  });
  const wanted = [[{ view, frames: [7] }], []];
  const { cache, encoded: count } = await open(at('e'), wanted, undefined, scenes('a'));
  expect(count).toBe(1);
  const encoder = await pictureEncoder(base.vae, settings);
  const seen = pasted(cutOut(shown!, own), flipHorizontally(shown!), { right: -3, down: 0 });
  const expected = await encoder.encode(floats(pictureToFloats(flipHorizontally(seen)), [1, 3, 16, 32]));
  await encoder.dispose();
  expect((await cache.read(0, [7], view))[0]!.mean).toEqual(expected.mean);
  expect((await open(at('e'), wanted, undefined, scenes('a'))).encoded).toBe(0);
  expect((await open(at('e'), wanted, undefined, scenes('b'))).encoded).toBe(1);
});

test('files of earlier versions, which numbered frames otherwise, are not used', async () => {
  const folder = at('f');
  await open(folder, needed);
  for (const name of await readdir(folder)) {
    const file = await openSafetensors(join(folder, name));
    expect(file.metadata.version).toBe('2');
    const { version: _, ...older } = file.metadata;
    const tensors = [...(await file.readMany([...file.tensors.keys()]))];
    await writeSafetensors(join(folder, name), tensors as [string, FloatTensor][], older);
  }
  expect((await open(folder, needed)).encoded).toBe(5);
});

test('encodes only what is missing', async () => {
  const folder = at('b');
  await open(folder, needed);
  expect((await open(folder, needed)).encoded).toBe(0);
  const more = [
    [
      { view: plainView, frames: [0, 1, 3] },
      { view: mirrored, frames: [0, 3, 7] },
    ],
    needed[1]!,
  ];
  const { encoded, cache } = await open(folder, more);
  expect(encoded).toBe(2);
  expect(await cache.read(0, [0, 1, 3], plainView)).toHaveLength(3);
});

test('replaces a damaged file, with a notice', async () => {
  const folder = at('c');
  await open(folder, needed);
  const [name] = await readdir(folder);
  const path = join(folder, name!);
  const { size } = await stat(path);
  await truncate(path, size - 1);
  const { encoded, notices } = await open(folder, needed);
  expect(encoded).toBeGreaterThan(0);
  expect(notices).toHaveLength(1);
  expect((await open(folder, needed)).encoded).toBe(0);
});

test('keeps what was encoded when it is stopped', async () => {
  const folder = at('d');
  const controller = new AbortController();
  const stopping = cacheLatents({
    folder,
    vae: base.vae,
    settings,
    clips,
    needed,
    signal: controller.signal,
    onEvent: (event) => event.type === 'progress' && event.done === 2 && controller.abort(),
  });
  await expect(stopping).rejects.toThrow(InterruptedError);
  expect((await open(folder, needed)).encoded).toBe(3);
});
