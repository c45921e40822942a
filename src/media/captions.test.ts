import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { MediaError } from '../errors.ts';
import { type GivenParts, libraryVocabulary, messageParts, wordFor } from '../phrases.ts';
import { testFolder } from '../testing/test-folder.ts';
import { captionTableLine } from './caption-lists.ts';
import { describeCaptionNotes } from './caption-notes.ts';
import { captionsFor, readCaptions } from './captions.ts';

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

test('come from a list, or from a file beside the clip, which takes precedence', async () => {
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

test('a caption becomes one line, whatever line separators it contains', async () => {
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
  const rule = "expected a clip's name, a tab, and its caption on each line.";
  expect(await list('a.mp4\tx\nb.mp4 y\n')).toBe(`, line 2: there is no tab in "b.mp4 y"; ${rule}`);
  expect(await list('a.mp4\tx\ty')).toBe(`, line 1: there are 2 tabs; ${rule}`);
  expect(await list('\u001b[2J\u0007x')).toContain('there is no tab in " [2J x"');
  expect(await list('\tx')).toContain('the name is missing');
  expect(await list('a.mp4\t ')).toContain('the caption of "a.mp4" is missing');
  expect(await list('a.mp4\tx\na.mp4\ty')).toContain('line 2: "a.mp4" has a caption already');
  expect(await list(Uint8Array.of(0x61, 0x09, 0xff, 0xfe))).toContain('not UTF-8');
  await expect(captions({ 'a.txt': ' \n' }, 'a.mp4')).rejects.toThrow(/a\.txt" is empty/);
});

const worded = (said: GivenParts) => wordFor(messageParts(said), libraryVocabulary);

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
    told: describeCaptionNotes(found.notes).map((said) => worded(said).replaceAll(`${at(folder)}/`, '')),
  };
}

test('lines of a list that match no clip are counted, and similar names of clips are suggested', async () => {
  const names = ['B.mp4', 'clips/c.mp4', 'D', 'else.mp4', './e.mp4'];
  const files = {
    'captions.tsv': names.map((name) => `${name}\tx\n`).join(''),
    ...Object.fromEntries(['b', 'c', 'd', 'e'].map((name) => [`${name}.mp4`, ''])),
  };
  const { captions, told } = await captionSet(files, 'b.mp4', 'c.mp4', 'd.mp4', 'e.mp4');
  expect(captions).toEqual({ 'e.mp4': 'x' });
  expect(told).toEqual([
    '4 lines of "captions.tsv" match no clip: "B.mp4" (line 1), "clips/c.mp4" (line 2), "D" (line 3), … Is "b.mp4" meant in line 1? Is "c.mp4" meant in line 2? Is "d.mp4" meant in line 3?',
  ]);
  // A clip that is there and not asked for is no mistake.
  expect((await captionSet({ 'captions.tsv': 'b.mp4\tx', 'a.mp4': '', 'b.mp4': '' }, 'a.mp4')).told).toEqual(
    [],
  );
});

test('lines that clearly mean one clip are used for it, and named', async () => {
  const lines = [
    '"a.mp4"\t"a ""big"" horse, running"',
    'b\tx b',
    'frames/\tx frames',
    '.\\d.mp4\tx d',
    'e.mp4\t"no" and "yes"',
  ];
  const clips = { 'a.mp4': '', 'b.webm': '', frames: '', 'd.mp4': '', 'e.mp4': '', 'b.txt~': '' };
  const { captions, told } = await captionSet(
    { 'captions.tsv': `"file"\t"caption"\r\n${lines.join('\r\n')}`, ...clips },
    ...['a.mp4', 'b.webm', 'frames', 'd.mp4', 'e.mp4'],
  );
  expect(captions).toEqual({
    'a.mp4': 'a "big" horse, running',
    'b.webm': 'x b',
    frames: 'x frames',
    'd.mp4': 'x d',
    'e.mp4': '"no" and "yes"',
  });
  expect(told).toEqual([
    '4 lines of "captions.tsv" name their clips differently and are used: ""a.mp4"" for "a.mp4" (line 2), "b" for "b.webm" (line 3), "frames/" for "frames" (line 4), …',
  ]);
  const metadata = '{"file_name":"./a","text":"x"}\n{"file_name":"b.mp4/","text":"y"}';
  expect(
    await captionSet({ 'metadata.jsonl': metadata, 'a.mp4': '', 'b.mp4': '' }, 'a.mp4', 'b.mp4'),
  ).toEqual({
    captions: { 'a.mp4': 'x', 'b.mp4': 'y' },
    told: [
      '2 lines of "metadata.jsonl" name their clips differently and are used: "./a" for "a.mp4" (line 1), "b.mp4/" for "b.mp4" (line 2).',
    ],
  });
});

test('a line that is written for a caption gives that caption', async () => {
  for (const caption of ['a horse', '"so to speak"', '"no" and "yes"', 'an 8" disc', '"']) {
    const table = captionTableLine('a.mp4', caption);
    expect(await captions({ 'captions.tsv': table }, 'a.mp4')).toEqual({ 'a.mp4': caption });
  }
});

test('ambiguous and repeated lines are not used', async () => {
  const two = await captionSet({ 'captions.tsv': 'a\tx', 'a.mp4': '', 'a.gif': '' }, 'a.mp4', 'a.gif');
  expect(two).toEqual({ captions: {}, told: ['1 line of "captions.tsv" matches no clip: "a" (line 1).'] });
  // The other one lies there, though it is not asked for.
  expect((await captionSet({ 'captions.tsv': 'a\tx', 'a.mp4': '', 'a.gif': '' }, 'a.mp4')).captions).toEqual(
    {},
  );
  const twice = await captionSet({ 'captions.tsv': 'a\tx\n"a.mp4"\ty', 'a.mp4': '' }, 'a.mp4');
  expect(twice.captions).toEqual({});
  expect(twice.told).toEqual([
    '2 lines of "captions.tsv" match no clip: "a" (line 1), ""a.mp4"" (line 2). Is "a.mp4" meant in line 1? Is "a.mp4" meant in line 2?',
  ]);
  const exact = await captionSet({ 'captions.tsv': 'a\tx\na.mp4\ty', 'a.mp4': '' }, 'a.mp4');
  expect(exact).toEqual({
    captions: { 'a.mp4': 'y' },
    told: ['1 line of "captions.tsv" matches no clip: "a" (line 1). Is "a.mp4" meant?'],
  });
  // A dot in a folder's name is no ending.
  expect((await captionSet({ 'captions.tsv': 'v1\tx', 'v1.2': '' }, 'v1.2')).captions).toEqual({});
});

test('one caption file a clip in all its spellings', async () => {
  const files = { 'a.TXT': 'one', 'b.caption': 'two', 'CAPTIONS.TSV': 'c.gif\tthree', 'C.gif.txt': 'x' };
  const clips = { 'a.mp4': '', 'b.mp4': '', 'c.gif': '' };
  const { captions, told } = await captionSet({ ...files, ...clips, 'A.txt': 'x' }, ...Object.keys(clips));
  expect(captions).toEqual({ 'a.mp4': 'one', 'b.mp4': 'two', 'c.gif': 'three' });
  expect(told).toEqual(['2 caption files match no clip: "A.txt", "C.gif.txt". Is "a.mp4" meant by "A.txt"?']);
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
    '1 line of "metadata.jsonl" matches no clip: "train/e.mp4" (line 5). Is "e.mp4" meant?',
    '1 line of "metadata.jsonl" has no caption under "text", "caption" or "prompt": "d.mp4" (line 4).',
  ]);
});

test('odd lines of metadata.jsonl are named, and the others used', async () => {
  const odd = [
    ['{"file_name": "a.mp4", "text": 3}', '"text" is not a string'],
    ['{"text": "x"}', '"file_name" is missing'],
    ['["a.mp4"]', '"["a.mp4"]" is not a JSON object'],
    ['{"file_name": "a.mp4", "text": "x",', '"{"file_name": "a.mp4", "text": "x"," is not a JSON object'],
    ['{"file_name": "a.mp4", "text": "x", "prompt": "y"}', '"text" and "prompt" differ'],
  ] as const;
  for (const [line, fault] of odd) {
    const error = await captionSet({ 'metadata.jsonl': line, 'a.mp4': '' }, 'a.mp4').catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(MediaError);
    expect((error as Error).message).toContain(
      `line 1: ${fault}; expected an object such as {"file_name": "walk.mp4", "text": "a person walks"} on each line.`,
    );
    const rest = '{"file_name": "b.mp4", "text": "b"}';
    expect(
      await captionSet(
        { 'metadata.jsonl': `${rest}\n${line}\n`, 'a.mp4': '', 'b.mp4': '' },
        'a.mp4',
        'b.mp4',
      ),
    ).toEqual({
      captions: { 'b.mp4': 'b' },
      told: [`1 line of "metadata.jsonl" cannot be used and is left out: line 2 (${fault}).`],
    });
  }
  const twice = '{"file_name":"a.mp4","text":"x"}\n{"file_name":"./a.mp4","text":"y"}';
  expect(await captionSet({ 'metadata.jsonl': twice, 'a.mp4': '' }, 'a.mp4')).toEqual({
    captions: { 'a.mp4': 'x' },
    told: [
      '1 line of "metadata.jsonl" cannot be used and is left out: line 2 ("./a.mp4" has been named before).',
    ],
  });
  const many = ['{"file_name":"a.mp4","text":"x"}', 'one', '', 'two', 'three', 'four'].join('\n');
  expect((await captionSet({ 'metadata.jsonl': many, 'a.mp4': '' }, 'a.mp4')).told).toEqual([
    '4 lines of "metadata.jsonl" cannot be used and are left out: line 2 ("one" is not a JSON object), line 4 ("two" is not a JSON object), line 5 ("three" is not a JSON object), …',
  ]);
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
  expect(describeCaptionNotes(rest.notes).map(worded)).toEqual(['1 caption file matches no clip: "v1.txt".']);
});

test('texts beside a single clip are only named where a clip is nearly called so', async () => {
  const folder = `set-${count++}`;
  await mkdir(at(folder));
  for (const name of ['walk.mp4', 'Walk.txt', 'diary.txt']) await writeFile(at(`${folder}/${name}`), 'x');
  const { notes } = await readCaptions([at(`${folder}/walk.mp4`)]);
  expect(notes.map(({ name, meant }) => [name, meant])).toEqual([['Walk.txt', 'walk.mp4']]);
});
