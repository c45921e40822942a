import { mkdir, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import type { LampError } from '../errors.ts';
import { testFolder } from '../testing/test-folder.ts';
import { readCaptions } from './captions.ts';
import { readFrames } from './clip.ts';
import { type ClipPart, clipPartSchema, framesOfPart, partsByPath } from './clip-part.ts';
import { examineClipSet } from './clip-report.ts';
import { clipWindow, framesAtRate } from './clip-window.ts';
import { planPieces } from './cut-clips.ts';
import type { Picture } from './picture.ts';
import { writePng } from './picture-file.ts';

const at = await testFolder();
const clip = { path: 'a.mp4', frameCount: 100, framesPerSecond: 25, width: 64, height: 48 };
const message = (
  part: ClipPart,
  of: typeof clip | (Omit<typeof clip, 'framesPerSecond'> & object) = clip,
) => {
  try {
    framesOfPart(part, { framesPerSecond: null, ...of });
    return undefined;
  } catch (error) {
    return (error as LampError).message;
  }
};

describe('a part of a clip', () => {
  test.each([
    [{}, { first: 0, end: 100 }],
    [{ start: 1 }, { first: 25, end: 100 }],
    [
      { start: 1, end: 2 },
      { first: 25, end: 50 },
    ],
    // A third of a second, as a player shows it.
    [
      { start: 0.33, end: 0.52 },
      { first: 9, end: 13 },
    ],
    [
      { startFrame: 3, endFrame: 100 },
      { first: 3, end: 100 },
    ],
    [
      { start: 1, endFrame: 26 },
      { first: 25, end: 26 },
    ],
    [{ end: 4 }, { first: 0, end: 100 }],
  ] as const)('%j is %j', (part, frames) => {
    expect(framesOfPart(part, clip)).toEqual(frames);
  });

  test('is found by the times at which uneven frames are shown', () => {
    const uneven = { ...clip, frameCount: 5, frameTimes: [0, 0.1, 1, 1.1, 2] };
    expect(framesOfPart({ start: 0.5, end: 1.1 }, uneven)).toEqual({ first: 2, end: 3 });
    expect(framesOfPart({ start: 1, end: 9 }, uneven)).toEqual({ first: 2, end: 5 });
  });

  test('that the clip does not have is refused', () => {
    expect(message({ start: 1, end: 4.2 })).toBe(
      'the part of clip "a.mp4" is frame 25 to 104; expected frames within 0 to 99, the first one first.',
    );
    expect(message({ startFrame: 9, endFrame: 9 })).toMatch(/is frame 9 to 8;/);
    expect(message({ start: 1, startFrame: 1 })).toMatch(/has both "start" and "startFrame"/);
    expect(message({ crop: { left: 60, top: 0, width: 8, height: 8 } })).toMatch(
      /reaches to 68,8; expected a rectangle within its 64x48 pixels\.$/,
    );
    const { framesPerSecond: _, ...folder } = clip;
    expect(message({ start: 1 }, folder)).toMatch(/has a "start" in seconds; expected "startFrame"/);
    expect(clipPartSchema.safeParse({ begin: 1 }).success).toBe(false);
  });

  test('gives the frames of it, with the times counted from its first', () => {
    const part = { first: 25, end: 50 };
    expect(framesAtRate({ ...clip, part }, 'frames')).toEqual(Array.from({ length: 25 }, (_, i) => 25 + i));
    const halved = framesAtRate({ ...clip, part }, 12.5);
    expect(halved).toEqual(framesAtRate({ ...clip, frameCount: 25 }, 12.5).map((frame) => 25 + frame));
    const settings = {
      frames: 5,
      stride: 2,
      clipFps: 'frames',
      window: 'random',
      clipRange: 'whole',
    } as const;
    const { starts, framesFrom } = clipWindow({ ...clip, part }, settings);
    expect([starts, framesFrom(0), framesFrom(starts - 1)]).toEqual([
      17,
      [25, 27, 29, 31, 33],
      [41, 43, 45, 47, 49],
    ]);
    expect(() => clipWindow({ ...clip, part: { first: 0, end: 5 } }, settings)).toThrow('has 5 frames');
  });
});

test('names of clips are those of files or whole paths, and of one clip only', () => {
  const clips = ['one/walk.mp4', 'two/walk.mp4', 'two/run.mp4'];
  expect(partsByPath({ 'run.mp4': { start: 1 }, 'one/walk.mp4': { end: 2 } }, clips)).toEqual(
    new Map([
      ['two/run.mp4', { start: 1 }],
      ['one/walk.mp4', { end: 2 }],
    ]),
  );
  expect(() => partsByPath({ 'walk.mp4': {} }, clips)).toThrow(
    '"clipParts" names "walk.mp4", which is the name of 2 clips. Give its path.',
  );
  expect(() => partsByPath({ 'jump.mp4': {} }, clips)).toThrow('the name of no clip');
});

describe('in a folder of clips', () => {
  /** A square of a colour that tells the frame's number, in the right half of the picture. */
  const frameOf = (number: number): Picture => {
    const data = new Uint8Array(8 * 4 * 3);
    for (let pixel = 0; pixel < 32; pixel++)
      if (pixel % 8 >= 4) data.fill(20 * number, 3 * pixel, 3 * pixel + 3);
    return { width: 8, height: 4, data };
  };
  const lines = [
    '{"file_name": "walk", "text": "a person walks", "lamp": {"startFrame": 2, "endFrame": 7}}',
    '{"file_name": "run", "lamp": {"crop": {"left": 4, "top": 0, "width": 4, "height": 4}}}',
    '{"file_name": "jump", "text": "a person jumps", "lamp": {"from": 3}}',
  ];

  test('metadata.jsonl gives parts, which clips are examined and cut by', async () => {
    const folder = at('clips');
    const names = ['jump', 'run', 'walk'].map((name) => at(`clips/${name}`));
    for (const name of names) {
      await mkdir(name, { recursive: true });
      for (let i = 0; i < 9; i++) await writePng(`${name}/${i}.png`, frameOf(i));
    }
    await writeFile(`${folder}/metadata.jsonl`, lines.join('\n'));
    const { captions, parts, notes } = await readCaptions(names, [folder]);
    expect([...captions.values()]).toEqual(['a person walks']);
    expect([...parts]).toEqual([
      [names[1], { crop: { left: 4, top: 0, width: 4, height: 4 } }],
      [names[2], { startFrame: 2, endFrame: 7 }],
    ]);
    expect(notes).toMatchObject([{ line: 3, reason: 'odd line', fault: '"lamp" is no part of a clip' }]);

    const set = { clips: names, passedOver: [], folders: [folder] };
    const strip = { width: 100, height: 8 };
    const clipParts = { jump: { startFrame: 4 } };
    const { clips, strips } = await examineClipSet(set, { frames: 3, strip, window: 'start', clipParts });
    expect(clips.map(({ part, shots, window }) => [part, shots, window?.frames])).toEqual([
      [{ first: 4, end: 9 }, [{ start: 4, length: 5 }], [4, 5, 6]],
      [{ first: 0, end: 9, crop: { left: 4, top: 0, width: 4, height: 4 } }, expect.anything(), [0, 1, 2]],
      [{ first: 2, end: 7 }, [{ start: 2, length: 5 }], [2, 3, 4]],
    ]);
    expect(strips.map((pictures) => pictures[0]!.width / pictures[0]!.height)).toEqual([2, 1, 2]);
    expect(planPieces(clips, 3).every(({ shot }) => shot !== undefined)).toBe(true);

    const [frame] = await readFrames(names[1]!, { indices: [5], crop: clips[1]!.part!.crop });
    expect([frame!.width, frame!.height]).toEqual([4, 4]);
    expect(frame!.data.every((value) => value === 100)).toBe(true);
  });
});
