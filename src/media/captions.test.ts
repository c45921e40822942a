import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { MediaError } from '../errors.ts';
import { testFolder } from '../testing/test-folder.ts';
import { captionsFor, describeUnused, readCaptions } from './captions.ts';

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

/** The captions of a folder's clips, and what is said of the rest. */
async function captionSet(files: Record<string, string>, ...clips: string[]) {
  const folder = `set-${count++}`;
  await mkdir(at(folder));
  for (const [name, content] of Object.entries(files)) await writeFile(at(`${folder}/${name}`), content);
  const found = await readCaptions(
    clips.map((clip) => at(`${folder}/${clip}`)),
    [at(folder)],
  );
  return {
    captions: Object.fromEntries([...found.captions].map(([path, text]) => [basename(path), text])),
    told: describeUnused(found.unused).map((text) => text.replaceAll(`${at(folder)}/`, '')),
  };
}

test('lines of a list that name nothing are counted, and the clip that may be meant is named', async () => {
  const names = ['"a.mp4"', 'B.mp4', 'clips/c.mp4', 'd', 'else.mp4', './e.mp4'];
  const files = {
    'captions.tsv': names.map((name) => `${name}\tx\n`).join(''),
    ...Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [`${name}.mp4`, ''])),
  };
  const { captions, told } = await captionSet(files, 'a.mp4', 'b.mp4', 'c.mp4', 'd.mp4', 'e.mp4');
  expect(captions).toEqual({ 'e.mp4': 'x' });
  expect(told).toEqual([
    '5 lines of "captions.tsv" match no clip: ""a.mp4"" (line 1; is "a.mp4" meant?), "B.mp4" (line 2; is "b.mp4" meant?), "clips/c.mp4" (line 3; is "c.mp4" meant?), …',
  ]);
  // A clip that is there and not asked for is no mistake.
  expect((await captionSet({ 'captions.tsv': 'b.mp4\tx', 'a.mp4': '', 'b.mp4': '' }, 'a.mp4')).told).toEqual(
    [],
  );
});

test('one caption file a clip in all its spellings', async () => {
  const files = { 'a.TXT': 'one', 'b.caption': 'two', 'CAPTIONS.TSV': 'c.gif\tthree', 'C.gif.txt': 'x' };
  const clips = { 'a.mp4': '', 'b.mp4': '', 'c.gif': '' };
  const { captions, told } = await captionSet({ ...files, ...clips, 'A.txt': 'x' }, ...Object.keys(clips));
  expect(captions).toEqual({ 'a.mp4': 'one', 'b.mp4': 'two', 'c.gif': 'three' });
  expect(told).toEqual(['2 caption files match no clip: "A.txt" (is "a.mp4" meant?), "C.gif.txt".']);
  await expect(captionSet({ 'a.txt': 'one', 'a.caption': 'two', 'a.mp4': '' }, 'a.mp4')).rejects.toThrow(
    /has two captions, ".*a\.caption" and ".*a\.txt", which differ\. Remove one\./,
  );
});

test('names in both Unicode forms are the same', async () => {
  const [one, two] = ['caf\u00e9.mp4', 'cafe\u0301.mp4'] as const;
  const composedList = { 'captions.tsv': `${one}\tx`, [two]: '' };
  expect(await captionSet(composedList, two)).toEqual({ captions: { [two]: 'x' }, told: [] });
  const list = { 'metadata.jsonl': `{"file_name":"${two}","text":"x"}`, [one]: '' };
  expect(await captionSet(list, one)).toEqual({ captions: { [one]: 'x' }, told: [] });
  expect((await captionSet({ 'cafe\u0301.txt': 'x', [one]: '' }, one)).captions).toEqual({ [one]: 'x' });
});

test('metadata.jsonl as on the hub', async () => {
  const files = {
    'metadata.jsonl': [
      '{"file_name": "a.mp4", "text": "a horse runs", "boxes": [[1, 2]]}',
      '{"file_name": "b.mp4", "caption": " a zebra\\n runs "}',
      '{"file_name": "c.mp4", "prompt": "a pony runs", "text": null}',
      '{"file_name": "d.mp4", "label": 3}',
      '{"file_name": "train/e.mp4", "text": "x"}',
      '',
    ].join('\n'),
    'captions.tsv': 'a.mp4\ta horse gallops',
    ...Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [`${name}.mp4`, ''])),
  };
  const { captions, told } = await captionSet(files, 'a.mp4', 'b.mp4', 'c.mp4', 'd.mp4', 'e.mp4');
  expect(captions).toEqual({
    'a.mp4': 'a horse gallops',
    'b.mp4': 'a zebra runs',
    'c.mp4': 'a pony runs',
  });
  expect(told).toEqual([
    '1 line of "metadata.jsonl" matches no clip: "train/e.mp4" (line 5; is "e.mp4" meant?).',
    '1 line of "metadata.jsonl" has no caption under "text", "caption" or "prompt": "d.mp4" (line 4).',
  ]);
  const message = (line: string) =>
    captionSet({ 'metadata.jsonl': line, 'a.mp4': '' }, 'a.mp4').then(
      () => '',
      (error: Error) => error.message,
    );
  expect(await message('{"file_name": "a.mp4", "text": 3}')).toContain('line 1: "text" is no text.');
  expect(await message('{"text": "x"}')).toContain('"file_name" is missing');
  expect(await message('["a.mp4"]')).toContain(
    'is no JSON object. Each line is an object such as {"file_name"',
  );
  expect(await message('{"file_name": "a.mp4", "text": "x", "prompt": "y"}')).toContain(
    '"text" and "prompt" differ',
  );
  expect(await message('{"file_name":"a.mp4","text":"x"}\n{"file_name":"./a.mp4","text":"y"}')).toContain(
    'line 2: "./a.mp4" is there already',
  );
});

test('a folder of frames keeps the dots in its name', async () => {
  const folder = `set-${count++}`;
  for (const name of ['v1.2', 'v1', 'v1.3']) await mkdir(at(`${folder}/${name}`), { recursive: true });
  await writeFile(at(`${folder}/v1.txt`), 'one');
  await writeFile(at(`${folder}/v1.2.txt`), 'one two');
  await writeFile(at(`${folder}/captions.tsv`), 'v1.3\tone three\n');
  const clips = [at(`${folder}/v1.2`), at(`${folder}/v1/`), at(`${folder}/v1.3`)];
  expect([...(await captionsFor(clips))]).toEqual([
    [clips[0], 'one two'],
    [clips[1], 'one'],
    [clips[2], 'one three'],
  ]);
  await rm(at(`${folder}/v1`), { recursive: true });
  const rest = await readCaptions([clips[0]!, clips[2]!], [at(folder)]);
  expect(describeUnused(rest.unused)).toEqual(['1 caption file matches no clip: "v1.txt".']);
});

test('texts beside a single clip are only named where a clip is nearly called so', async () => {
  const folder = `set-${count++}`;
  await mkdir(at(folder));
  for (const name of ['walk.mp4', 'Walk.txt', 'diary.txt']) await writeFile(at(`${folder}/${name}`), 'x');
  const { unused } = await readCaptions([at(`${folder}/walk.mp4`)]);
  expect(unused.map(({ name, meant }) => [name, meant])).toEqual([['Walk.txt', 'walk.mp4']]);
});
