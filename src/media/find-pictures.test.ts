import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { beforeAll, expect, test } from 'vitest';
import { MediaError } from '../errors.ts';
import type { ProgressEvent } from '../events.ts';
import { testFolder } from '../testing/test-folder.ts';
import { findPictures } from './find-pictures.ts';

const at = await testFolder();

beforeAll(async () => {
  for (const folder of ['photos', 'photos/inner', 'none', 'empty']) await mkdir(at(folder));
  const names = [
    'b10.png',
    'b2.JPG',
    'a.tiff',
    'ä b.svg',
    '.hidden.png',
    'IMG.HEIC',
    'notes.txt',
    'clip.mp4',
  ];
  for (const name of names) await writeFile(at(`photos/${name}`), name);
  await writeFile(at('none/readme.md'), '');
});

const inPhotos = ['ä b.svg', 'a.tiff', 'b2.JPG', 'b10.png'].map((name) => at(`photos/${name}`));

test('single pictures stay as they are named, in their order, even twice', async () => {
  const words = ['x.png', 'missing/y', 'x.png'];
  expect(await findPictures(words)).toEqual({ paths: words, many: false });
});

test('a folder gives its pictures in order of name, and a notice names what is skipped', async () => {
  const events: ProgressEvent[] = [];
  const found = await findPictures(['z.png', at('photos')], { onEvent: (event) => void events.push(event) });
  expect(found).toEqual({ paths: ['z.png', ...inPhotos], many: true });
  expect(events).toMatchObject([
    {
      type: 'notice',
      message: `folder "${at('photos')}": 4 of 8 members are pictures; not used: "clip.mp4", "IMG.HEIC", "inner", …`,
    },
  ]);
});

test('a list names pictures and folders, a path a line, relative to itself', async () => {
  const text = '\uFEFFphotos/ä b.svg\r\n\r\n  photos/b2.JPG  \nphotos\n/absolute/c.png\n@d.png';
  await writeFile(at('list.txt'), text);
  expect(await findPictures([`@${at('list.txt')}`, 'last.png'])).toEqual({
    paths: [
      at('photos/ä b.svg'),
      at('photos/b2.JPG'),
      ...inPhotos,
      '/absolute/c.png',
      at('@d.png'),
      'last.png',
    ],
    many: true,
  });
});

test.each([
  ['an empty folder', 'empty', 'is empty; expected files that end in .png'],
  ['a folder without pictures', 'none', 'holds no picture (found "readme.md"); expected files that end in'],
  ['a list that is missing', '@missing.txt', 'there is no such file'],
  ['no name of a list', '@', 'it is a folder, not a file'],
  ['a list that is a folder', '@photos', 'it is a folder, not a file'],
  ['a list that is a pipe', '@pipe', 'it is a pipe, not a file'],
  ['an empty list', '@empty.txt', 'is empty (0 bytes)'],
  ['a list of blank lines', '@blank.txt', 'names no picture'],
  ['a list in UTF-16', '@utf16.txt', 'is not UTF-8 text. Save it as UTF-8'],
])('refuses %s', async (_, name, message) => {
  await writeFile(at('empty.txt'), '');
  await writeFile(at('blank.txt'), ' \n\r\n');
  await writeFile(at('utf16.txt'), Buffer.from('\uFEFFä.png', 'utf16le'));
  if (name === '@pipe') execFileSync('mkfifo', [at('pipe')]);
  const word = name.startsWith('@') ? `@${at(name.slice(1))}` : at(name);
  const error: unknown = await findPictures([word]).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(MediaError);
  expect((error as Error).message).toContain(message);
});
