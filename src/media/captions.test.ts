import { mkdir, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { MediaError } from '../errors.ts';
import { testFolder } from '../testing/test-folder.ts';
import { captionsFor } from './captions.ts';

const at = await testFolder();
let count = 0;

/** The captions of some clips in a new folder with these files. */
async function captions(files: Record<string, string | Uint8Array>, ...clips: string[]) {
  const folder = `set-${count++}`;
  await mkdir(at(folder));
  for (const [name, content] of Object.entries(files)) await writeFile(at(`${folder}/${name}`), content);
  const found = await captionsFor(clips.map((clip) => at(`${folder}/${clip}`)));
  return Object.fromEntries([...found].map(([path, text]) => [path.slice(at(folder).length + 1), text]));
}

test('from a list, from a file beside the clip, which goes first, and none', async () => {
  const files = {
    'captions.tsv':
      '\uFEFFfile\tcaption\r\na.mp4\ta horse runs\r\n\r\nb.mp4\t a zebra runs \r\nelse.gif\tnothing\r\n',
    'b.txt': 'a striped\n  horse runs\n',
    'folder.txt': 'a dog jumps',
  };
  expect(await captions(files, 'a.mp4', 'b.mp4', 'folder', 'c.mp4')).toEqual({
    'a.mp4': 'a horse runs',
    'b.mp4': 'a striped horse runs',
    folder: 'a dog jumps',
  });
  expect(await captions({}, 'a.mp4')).toEqual({});
  expect(await captionsFor([])).toEqual(new Map());
});

test('a caption is one line, whatever lies within it', async () => {
  expect(await captions({ 'captions.tsv': 'a.mp4\ta\rhorse\u000bruns' }, 'a.mp4')).toEqual({
    'a.mp4': 'a horse runs',
  });
});

test('a clip named "file" needs no header', async () => {
  expect(await captions({ 'captions.tsv': 'file\ta folder of pictures' }, 'file')).toEqual({
    file: 'a folder of pictures',
  });
});

test('malformed lines are named', async () => {
  const list = async (text: string | Uint8Array) => {
    const error = await captions({ 'captions.tsv': text }, 'a.mp4').catch((error: unknown) => error);
    expect(error).toBeInstanceOf(MediaError);
    return (error as Error).message.replace(/^captions "[^"]*"/, '');
  };
  const rule = "Each line is a clip's name, a tab, and its caption.";
  expect(await list('a.mp4\tx\nb.mp4 y\n')).toBe(`, line 2: there is no tab in "b.mp4 y". ${rule}`);
  expect(await list('a.mp4\tx\ty')).toBe(`, line 1: there are 2 tabs. ${rule}`);
  expect(await list('\u001b[2J\u0007x')).toContain('there is no tab in " [2J x"');
  expect(await list('\tx')).toContain('the name is missing');
  expect(await list('a.mp4\t ')).toContain('the caption of "a.mp4" is missing');
  expect(await list('a.mp4\tx\na.mp4\ty')).toContain('line 2: "a.mp4" has a caption already');
  expect(await list(Uint8Array.of(0x61, 0x09, 0xff, 0xfe))).toContain('not UTF-8');
  await expect(captions({ 'a.txt': ' \n' }, 'a.mp4')).rejects.toThrow(/a\.txt" is empty/);
});
