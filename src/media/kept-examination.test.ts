import { readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { MediaError, StorageError } from '../errors.ts';
import { smoothScene, withSquare } from '../testing/moving-square.ts';
import { testFolder } from '../testing/test-folder.ts';
import { thrownBy } from '../testing/thrown-by.ts';
import { examineClipSet } from './clip-report.ts';
import { examineClip } from './examine-clip.ts';
import { keptExamination } from './kept-examination.ts';
import { writeVideo } from './video-file.ts';

const at = await testFolder();
const scene = smoothScene({ width: 48, height: 32 }, [40, 120, 200]);
const frames = Array.from({ length: 8 }, (_, i) =>
  withSquare(scene, { x: 4 * i, y: 8, side: 9, colour: [250, 30, 30] }),
);
const cache = at('cache');
const folder = { passedOver: [], folders: [] };

const [then, later] = [new Date(1.7e12), new Date(1.8e12)];

/** Takes what is in a file away, but neither its size nor its time: whoever reads it finds it damaged. */
async function emptied(path: string): Promise<void> {
  await writeFile(path, Buffer.alloc((await stat(path)).size));
  await utimes(path, then, then);
}

test('a clip that has not changed is not read again, whatever it is examined for; another part of it is', async () => {
  const path = at('square.gif');
  await writeVideo(path, frames, { framesPerSecond: 8 });
  await utimes(path, then, then);
  const part = { startFrame: 2, crop: { left: 8, top: 0, width: 32, height: 32 } };
  const set = { clips: [path], ...folder };
  const alone = await examineClip(path, part);
  const examined = await examineClipSet(set, { frames: 4, clipParts: { [path]: part }, cache });
  await emptied(path);
  expect(await keptExamination(cache, path, part)).toEqual(alone);
  const { crop, ...frame } = part;
  const sameInOtherOrder = { crop: { height: 32, width: 32, top: 0, left: 8 }, ...frame };
  const options = { clipParts: { [path]: sameInOtherOrder }, cache };
  expect((await examineClipSet(set, { frames: 4, ...options })).clips).toEqual(examined.clips);
  const [shorter] = (await examineClipSet(set, { frames: 3, ...options })).clips;
  expect(shorter!.window).toMatchObject({ starts: 4 });
  expect(examined.clips[0]!.window).toMatchObject({ starts: 3 });
  const [other] = (await examineClipSet(set, { frames: 4, cache, clipParts: { [path]: { startFrame: 3 } } }))
    .unreadable;
  expect(other).toMatchObject({ path });
  // Something else at the same place.
  await utimes(path, later, later);
  expect(await thrownBy(keptExamination(cache, path, part))).toBeInstanceOf(MediaError);
});

test('pictures in a folder are known by all of them, and what is damaged in the cache is found again', async () => {
  const path = at('numbered');
  const own = at('own-cache');
  await writeVideo(path, frames, { framesPerSecond: 8 });
  await utimes(at('numbered/0003.png'), then, then);
  const found = await keptExamination(own, path, undefined);
  const [file] = await readdir(own);
  const kept = await readFile(at(`own-cache/${file}`));
  for (const content of [
    kept.subarray(0, 100),
    '{}',
    kept.toString('utf8').replace('"frames":8', '"frames":7'),
  ]) {
    await writeFile(at(`own-cache/${file}`), content);
    expect(await keptExamination(own, path, undefined)).toEqual(found);
    expect(await readFile(at(`own-cache/${file}`))).toEqual(kept);
  }
  await emptied(at('numbered/0003.png'));
  expect(await keptExamination(own, path, undefined)).toEqual(found);
  await utimes(at('numbered/0003.png'), later, later);
  expect(await thrownBy(keptExamination(own, path, undefined))).toBeInstanceOf(MediaError);
});

test('a folder that cannot be written is named by its setting', async () => {
  const path = at('still-square.gif');
  await writeVideo(path, frames, { framesPerSecond: 8 });
  const error = await thrownBy(keptExamination(`${path}/below`, path, undefined));
  expect(error).toBeInstanceOf(StorageError);
  expect(error).toMatchObject({ setting: 'cache' });
});
