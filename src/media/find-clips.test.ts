import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { MediaError } from '../errors.ts';
import { testFolder } from '../testing/test-folder.ts';
import { testdata } from '../testing/testdata.ts';
import { inspectClip } from './clip.ts';
import { findClipSet, findClips } from './find-clips.ts';
import { writePng } from './picture-file.ts';
import { listFrames } from './picture-folder.ts';

const at = await testFolder();
const penguin = testdata('../lab/assets/world/shapes/a_penguin_0.gif');
const dot = { width: 1, height: 1, data: new Uint8Array(3) };

test('a folder of clips, in natural order, without other files', async () => {
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

test('what is not taken is named, and why', async () => {
  const files: Record<string, string> = {
    'Thumbs.db': 'left there by the system',
    'a.AVI': 'AVI is not read. To use "a.AVI", convert it: ffmpeg -i a.AVI -crf 12 -pix_fmt yuv420p a.mp4',
    'b c.wmv':
      'Windows Media is not read. To use "b c.wmv", convert it: ffmpeg -i "b c.wmv" -crf 12 -pix_fmt yuv420p "b c.mp4"',
    'd.apng':
      'animated PNG is not read. To use "d.apng", convert it: ffmpeg -i d.apng -crf 12 -pix_fmt yuv420p d.mp4',
    'e.flv':
      'Flash video is not read. To use "e.flv", convert it: ffmpeg -i e.flv -crf 12 -pix_fmt yuv420p e.mp4',
    'f.mpg':
      'an MPEG program stream is not read. To use "f.mpg", convert it: ffmpeg -i f.mpg -crf 12 -pix_fmt yuv420p f.mp4',
    'g.ts': 'not an MPEG transport stream',
    'h.jpg': 'a single picture',
    'i.m3u8': 'a playlist',
    'notes.md': 'no clip',
  };
  await mkdir(at('left'));
  for (const name of Object.keys(files)) await writeFile(at(`left/${name}`), 'import x;\n'.repeat(40));
  for (const name of [
    '.DS_Store',
    'captions.tsv',
    'metadata.jsonl',
    'z.txt',
    'z.CAPTION',
    'README.md',
    'LICENSE',
    'LICENSE-CC-BY-4.0.txt',
  ]) {
    await writeFile(at(`left/${name}`), '');
  }
  await cp(penguin, at('left/z.gif'));
  const folders: Record<string, readonly string[]> = {
    j: [],
    k: ['1.png', '2.png', 'notes.txt'],
    l: ['one.png', 'two.png'],
    m: ['x.gif'],
    n: ['readme.md'],
  };
  for (const [folder, names] of Object.entries(folders)) {
    await mkdir(at(`left/${folder}`));
    for (const name of names) await writeFile(at(`left/${folder}/${name}`), '');
  }
  for (const name of ['7.png', 'desktop.ini', '.DS_Store']) {
    await (name === '7.png' ? writePng(at('left/y.1/7.png'), dot) : writeFile(at(`left/y.1/${name}`), ''));
  }
  const { clips, passedOver, folders: looked } = await findClipSet([at('left')]);
  expect(clips).toEqual([at('left/y.1'), at('left/z.gif')]);
  expect(looked).toEqual([at('left')]);
  expect(
    Object.fromEntries(
      passedOver.map(({ path, reason, advice }) => [
        path.slice(at('left/').length),
        advice === undefined ? reason : `${reason}. ${advice}`,
      ]),
    ),
  ).toEqual({
    ...files,
    j: 'an empty folder',
    k: 'a folder with "notes.txt" among its 2 numbered pictures. Move "notes.txt" elsewhere to use "k" as a clip.',
    l: 'a folder with pictures that are not numbered, such as "one.png". Number the pictures in "l" to use it as a clip.',
    m: 'a folder with clips of its own. Name "m" itself to use its clips.',
    n: 'a folder without clips',
    'y.1/desktop.ini': 'left there by the system',
  });
  const both = await findClipSet([at('left'), at('left/m')]);
  expect(both.clips).toContain(at('left/m/x.gif'));
  const kinds = Object.fromEntries(
    passedOver.map(({ path, kind }) => [path.slice(at('left/').length), kind]),
  );
  expect(kinds).toEqual({
    ...Object.fromEntries(
      ['a.AVI', 'b c.wmv', 'd.apng', 'e.flv', 'f.mpg'].map((name) => [name, 'unread video']),
    ),
    ...{ 'g.ts': 'other', 'notes.md': 'other', 'h.jpg': 'picture', 'i.m3u8': 'playlist' },
    ...{ j: 'folder', k: 'nearly frames', l: 'nearly frames', m: 'folder of clips', n: 'folder' },
    ...{ 'Thumbs.db': 'system', 'y.1/desktop.ini': 'system' },
  });
  expect(both.passedOver.map(({ path }) => path)).not.toContain(at('left/m'));
  // A folder of frames is a clip whatever the system left in it.
  expect((await findClipSet([at('left/y.1')])).clips).toEqual([at('left/y.1')]);
  expect(await listFrames(at('left/y.1'))).toEqual([at('left/y.1/7.png')]);
});

test('MPEG transport streams are recognised by their bytes', async () => {
  const stream = await readFile(testdata('clips/odd/transport.m2t'));
  const packets = Array.from({ length: stream.length / 188 }, (_, i) =>
    stream.subarray(188 * i, 188 * (i + 1)),
  );
  await mkdir(at('streams'));
  await writeFile(at('streams/a.ts'), stream);
  await writeFile(at('streams/b.M2TS'), Buffer.concat(packets.flatMap((each) => [Buffer.alloc(4), each])));
  await writeFile(at('streams/c.ts'), `G${'export const x = 1;\n'.repeat(40)}`);
  expect(await findClips([at('streams')])).toEqual([at('streams/a.ts'), at('streams/b.M2TS')]);
  for (const name of ['a.ts', 'b.M2TS']) {
    expect(await inspectClip(at(`streams/${name}`))).toMatchObject({
      kind: 'video',
      width: 64,
      height: 48,
      frameCount: 10,
      framesPerSecond: 10,
    });
  }
  // The table of the program says that its pictures are MPEG-2 (2) in place of H.264 (1b).
  const table = packets.findIndex((each) => each[1] === 0x50 && each[2] === 0x00);
  const type = stream.indexOf(0x1b, 188 * table + 5);
  const broadcast = Uint8Array.from(stream);
  broadcast[type] = 0x02;
  await writeFile(at('streams/d.mts'), broadcast);
  await expect(inspectClip(at('streams/d.mts'))).rejects.toThrow(
    'or coded as MPEG-2, as DVDs and broadcasts are. Convert it: ffmpeg -i d.mts -crf 12 -pix_fmt yuv420p d.mp4',
  );
  await expect(findClips([at('streams/c.ts')])).rejects.toThrow('c.ts" is not an MPEG transport stream');
});

test('a folder whose frames cannot be a clip, or that holds only other kinds, says what to do', async () => {
  await mkdir(at('mixed'));
  for (const name of ['1.png', '2.png']) await writePng(at(`mixed/${name}`), dot);
  await writeFile(at('mixed/notes.md'), 'x');
  await expect(findClips([at('mixed')])).rejects.toThrow(
    'Its 2 numbered pictures are a clip once "notes.md" is no longer among them.',
  );
  await mkdir(at('old/films'), { recursive: true });
  await cp(penguin, at('old/films/a.gif'));
  await expect(findClips([at('old')])).rejects.toThrow(
    /\(found films; "films": a folder with clips of its own\); expected .* Name "films" itself to use its clips\.$/,
  );
  await writeFile(at('old/b.avi'), 'x');
  await expect(findClips([at('old')])).rejects.toThrow(
    /\(found b\.avi, films; "b\.avi": AVI is not read\); .* To use "b\.avi", convert it: ffmpeg -i b\.avi /,
  );
  await expect(findClips([at('old/b.avi')])).rejects.toThrow('AVI is not read. Convert it: ffmpeg -i b.avi');
});
