import { readdir, stat } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { writeVideo } from '../../media/video-file.ts';
import { openBaseModel } from '../../models/base-model.ts';
import { builtInBase } from '../../models/built-in-base.ts';
import { smoothScene, withSquare } from '../../testing/moving-square.ts';
import { testFolder } from '../../testing/test-folder.ts';
import { trainingDefaults } from '../../training/training-settings.ts';
import { lookAtClips } from './look-clips.ts';

const at = await testFolder();
const scene = smoothScene({ width: 48, height: 32 }, [40, 120, 200]);
const names = ['one', 'other'];
const clips = names.map((id) => ({ id, path: at(`${id}.gif`), key: id }));
for (const [k, { path }] of clips.entries()) {
  const frames = Array.from({ length: 8 }, (_, i) =>
    withSquare(scene, { x: 4 * i, y: 8 * k, side: 9, colour: [250, 30 * k, 30] }),
  );
  await writeVideo(path, frames, { framesPerSecond: 8 });
}

/** The files of the cache, and when they were written. */
async function cached() {
  const files = (await readdir(at('cache'))).map(async (name) => {
    return [name, (await stat(at(`cache/${name}`))).mtimeMs] as const;
  });
  return Promise.all(files);
}

const look = (settings: object) =>
  lookAtClips({ clips, settings: { ...settings }, folder: at('cache'), address: '/looks' });

test('where a part of one clip changes, nothing of the others is read again, nor made', async () => {
  const settings = { frames: 4, width: 32, height: 32 };
  const first = await look(settings);
  expect(first.clips.map(({ clip }) => clip)).toEqual(names);
  const before = await cached();
  // Of each clip what was found, a strip and a loop.
  expect(before).toHaveLength(6);
  expect(await look(settings)).toEqual(first);
  expect(await cached()).toEqual(before);
  const changed = await look({ ...settings, clipParts: { [clips[1]!.path]: { startFrame: 4 } } });
  expect(changed.clips[0]).toEqual(first.clips[0]);
  expect(changed.clips[1]).toMatchObject({ part: { startFrame: 4 }, sees: { frames: [4, 5, 6, 7] } });
  const after = await cached();
  expect(after).toHaveLength(9);
  expect(after).toEqual(expect.arrayContaining(before));
});

test('with other settings clips are seen otherwise, without being examined again', async () => {
  const { clips: seen } = await look({ frames: 3, width: 32, height: 32 });
  expect(seen.map(({ sees }) => sees!.frames)).toEqual([
    [2, 3, 4],
    [2, 3, 4],
  ]);
  expect((await cached()).filter(([name]) => name.endsWith('.json'))).toHaveLength(3);
});

test('the settings of the training are those of its base, its preset, and what it begins with', async () => {
  const seen = async (training: object, settings: object = {}) => {
    const { size, clips: looked } = await lookAtClips({
      ...{ clips, training, folder: at('of-training'), address: '/looks' },
      settings: { frames: 4, ...settings },
    });
    return { size, frames: looked[0]!.sees!.frames.length };
  };
  const ofBase = (await openBaseModel(builtInBase())).settings.size;
  expect(await seen({ base: 'built-in' })).toEqual({ size: ofBase, frames: 4 });
  expect(await seen({ base: 'built-in' }, { width: 32, height: 16 })).toMatchObject({
    size: { width: 32, height: 16 },
  });
  const usual = { width: trainingDefaults.width, height: trainingDefaults.height };
  expect(await seen({ base: 'built-in', preset: 'reference' })).toMatchObject({ size: usual });
  // A base that is not on this machine recommends nothing yet.
  expect(await seen({})).toMatchObject({ size: usual });
  expect(await seen({ base: 'built-in' }, { window: 'spread' })).toMatchObject({ size: ofBase });
});
