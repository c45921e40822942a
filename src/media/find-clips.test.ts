import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { MediaError } from '../errors.ts';
import { testFolder } from '../testing/test-folder.ts';
import { testdata } from '../testing/testdata.ts';
import { findClips } from './find-clips.ts';
import { writePng } from './picture-file.ts';

const at = await testFolder();
const penguin = testdata('../lab/assets/world/shapes/a_penguin_0.gif');
const dot = { width: 1, height: 1, data: new Uint8Array(3) };

test('a folder of clips, in natural order, without what is no clip', async () => {
  await mkdir(at('clips'));
  for (const name of ['b10.gif', 'b9.gif', '.hidden.gif', 'a.GIF']) {
    await cp(penguin, at(join('clips', name)));
  }
  await writeFile(at('clips/captions.tsv'), 'x');
  await writePng(at('clips/cover1.png'), dot);
  await writePng(at('clips/c/0000.png'), dot);
  await writePng(at('clips/d/unnumbered.png'), dot);
  await sharp(penguin, { animated: true }).webp({ effort: 0 }).toFile(at('clips/e.webp'));
  await sharp(penguin).webp().toFile(at('clips/f.webp'));
  const expected = ['a.GIF', 'b9.gif', 'b10.gif', 'c', 'e.webp'].map((name) => at(join('clips', name)));
  expect(await findClips([at('clips')])).toEqual(expected);
  expect(await findClips([at('clips/c'), at('clips')])).toEqual([
    at('clips/c'),
    ...expected.filter((path) => path !== at('clips/c')),
  ]);
});

test('a folder of frames is one clip, a folder of animated WebP is many', async () => {
  expect(await findClips([at('clips/c')])).toEqual([at('clips/c')]);
  await mkdir(at('animations'));
  await cp(at('clips/e.webp'), at('animations/1.webp'));
  await cp(at('clips/e.webp'), at('animations/2.webp'));
  expect(await findClips([at('animations')])).toEqual([at('animations/1.webp'), at('animations/2.webp')]);
});

test('says what is supported when there is no clip', async () => {
  await mkdir(at('nothing'));
  const messageOf = (path: string) =>
    findClips([path]).then(
      () => '',
      (error: unknown) => (error instanceof MediaError ? error.message : `not a MediaError: ${error}`),
    );
  expect(await messageOf(at('nothing'))).toMatch(/is empty; expected MP4, .* folder of numbered pictures\.$/);
  expect(await messageOf(at('clips/d'))).toContain('holds no clip (found unnumbered.png); expected MP4');
  expect(await messageOf(at('none'))).toContain('does not exist');
  expect(await messageOf(at('clips/captions.tsv'))).toContain('ends in .tsv; expected MP4');
});
