import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { ALL_FORMATS, FilePathSource, Input } from 'mediabunny';
import { describe, expect, test } from 'vitest';
import { MediaError, StorageError, UsageError } from '../errors.ts';
import { testFolder } from '../testing/test-folder.ts';
import { testdata } from '../testing/testdata.ts';
import { inspectClip, readFrames } from './clip.ts';
import { blankPicture, type Picture } from './picture.ts';
import { readPicture } from './picture-file.ts';
import { assertVideoPath, readVideoMetadata, writeVideo } from './video-file.ts';

const at = await testFolder();
const size = { width: 128, height: 80 };
const frames = [
  await readPicture(testdata('pictures/skimage_chelsea.png'), { size }),
  ...(await readFrames(testdata('clips/walking/walk_out_01.mp4'), { indices: [0, 2, 4], size })),
];
const metadata = { prompt: 'a “horse” größer than 🐎, '.repeat(20), seed: '42' };

/** Peak signal-to-noise ratio in decibels. */
function similarity(a: Picture, b: Picture): number {
  const squares = a.data.reduce((sum, level, index) => sum + (level - b.data[index]!) ** 2, 0);
  return 10 * Math.log10(255 ** 2 / (squares / a.data.length));
}

async function bytesOf(path: string): Promise<Buffer[]> {
  if (!path.match(/\.\w+$/)) {
    return Promise.all((await readdir(path)).sort().map((name) => readFile(`${path}/${name}`)));
  }
  return [await readFile(path)];
}

describe.each([
  ['video.mp4', 38],
  ['video.webm', 38],
  ['video.gif', 34],
  ['video', Number.POSITIVE_INFINITY],
])('%s', (name, least) => {
  test('shows the same pictures again, in their colours', async () => {
    await writeVideo(at(name), frames, { framesPerSecond: 8, metadata });
    const info = await inspectClip(at(name));
    expect(info).toMatchObject({ ...size, frameCount: 4, framesPerSecond: name === 'video' ? null : 8 });
    const back = await readFrames(at(name));
    for (const [index, frame] of frames.entries()) {
      expect(similarity(frame, back[index]!)).toBeGreaterThanOrEqual(least);
    }
  });

  test('keeps its metadata', async () => {
    expect(await readVideoMetadata(at(name))).toEqual(metadata);
  });

  test('is byte for byte the same a second later', async () => {
    const before = await bytesOf(at(name));
    await wait(1050);
    await writeVideo(at(name), frames, { framesPerSecond: 8, metadata });
    expect(await bytesOf(at(name))).toEqual(before);
  });

  test('can be a single frame without metadata', async () => {
    await writeVideo(at(`one-${name}`), frames.slice(0, 1), { framesPerSecond: 24000 / 1001 });
    expect(await inspectClip(at(`one-${name}`))).toMatchObject({ frameCount: 1 });
    expect(await readVideoMetadata(at(`one-${name}`))).toEqual({});
  });
});

test('plain colours come back, and the file names its colour matrix', async () => {
  const colours = [
    [255, 0, 0],
    [0, 255, 0],
    [0, 0, 255],
    [255, 255, 255],
    [0, 0, 0],
  ] as const;
  for (const [ending, matrix, width, height] of [
    ['mp4', 'smpte170m', 64, 64],
    ['webm', 'smpte170m', 64, 64],
    ['mp4', 'bt709', 1280, 16],
  ] as const) {
    const path = at(`colours-${width}.${ending}`);
    const plain = colours.map((colour) => blankPicture({ width, height }, colour));
    await writeVideo(path, plain, { framesPerSecond: 25 });
    for (const [index, frame] of (await readFrames(path)).entries()) {
      const middle = (32 * 8 + width / 2) * 3;
      for (const [channel, level] of colours[index]!.entries()) {
        expect(Math.abs(frame.data[middle + channel]! - level)).toBeLessThanOrEqual(4);
      }
    }
    const input = new Input({ source: new FilePathSource(path), formats: ALL_FORMATS });
    const track = await input.getPrimaryVideoTrack();
    expect(await track!.getColorSpace()).toMatchObject({ matrix, fullRange: false });
    input.dispose();
  }
});

test('H.264 is encoded by one thread, for the number of cores would change the bytes', async () => {
  await writeVideo(at('threads.mp4'), frames.slice(0, 1), { framesPerSecond: 8 });
  expect((await readFile(at('threads.mp4'))).toString('latin1')).toContain(' threads=1 ');
});

test('a GIF keeps the mean rate although it counts in hundredths', async () => {
  const six = Array.from({ length: 6 }, (_, index) =>
    blankPicture({ width: 4, height: 4 }, [40 * index, 0, 0]),
  );
  await writeVideo(at('rate.gif'), six, { framesPerSecond: 30 });
  expect((await inspectClip(at('rate.gif'))).durationSeconds).toBeCloseTo(0.2, 5);
  await writeVideo(at('still.gif'), [six[1]!, six[1]!, six[1]!], { framesPerSecond: 10 });
  expect((await inspectClip(at('still.gif'))).frameCount).toBe(3);
});

describe('what cannot be written', () => {
  test('unknown endings are refused before anything else', () => {
    for (const path of ['a.mp4', 'b/c.webm', 'd.GIF', 'frames', 'v1.5/frames', 'frames.d/']) {
      expect(() => assertVideoPath(path)).not.toThrow();
    }
    expect(() => assertVideoPath('a.avi')).toThrow(UsageError);
    expect(() => assertVideoPath('a.avi')).toThrow(
      'its name ends in .avi. Use .mp4, .webm, .gif, or a name without ending for a folder of PNG frames.',
    );
  });

  test('odd sizes in MP4, no frames, mixed sizes, no rate', async () => {
    const odd = [blankPicture({ width: 127, height: 80 })];
    await expect(writeVideo(at('odd.mp4'), odd, { framesPerSecond: 8 })).rejects.toThrow(
      'frames are 127x80 and video codecs need even sizes',
    );
    await expect(writeVideo(at('no.mp4'), [], { framesPerSecond: 8 })).rejects.toThrow(
      'a video of no frames; expected at least one',
    );
    await expect(writeVideo(at('no.mp4'), [frames[0]!, odd[0]!], { framesPerSecond: 8 })).rejects.toThrow(
      'frame 1 of the video is 127x80; expected 128x80, the size of frame 0',
    );
    await expect(writeVideo(at('no.mp4'), frames, { framesPerSecond: 0 })).rejects.toThrow(
      '"framesPerSecond" is 0; expected a number above 0',
    );
  });

  test('a path through a file; nothing is left behind', async () => {
    await writeFile(at('file'), 'x');
    for (const path of [at('file/a.gif'), at('file/frames')]) {
      const refused = writeVideo(path, frames, { framesPerSecond: 8 });
      await expect(refused).rejects.toBeInstanceOf(StorageError);
      await expect(refused).rejects.toThrow(`cannot write "${path}"`);
    }
    expect((await readdir(at('.'))).filter((name) => name.includes('.tmp') || name.includes('.old'))).toEqual(
      [],
    );
  });

  test('a folder that holds other things is not touched', async () => {
    await mkdir(at('precious'));
    await writeFile(at('precious/thesis.txt'), 'x');
    await expect(writeVideo(at('precious/'), frames, { framesPerSecond: 8 })).rejects.toThrow(
      'it holds "thesis.txt", which is not a frame',
    );
    expect(await readdir(at('precious'))).toEqual(['thesis.txt']);
    await expect(writeVideo(at('file'), frames, { framesPerSecond: 8 })).rejects.toThrow('it is a file');
  });

  test('a shorter video leaves no frames of the longer one', async () => {
    await writeVideo(at('shrinking'), frames, { framesPerSecond: 8 });
    await writeVideo(at('shrinking'), frames.slice(0, 2), { framesPerSecond: 8 });
    expect(await readdir(at('shrinking'))).toEqual(['0000.png', '0001.png']);
  });
});

test('metadata of other programs’ files', async () => {
  expect(await readVideoMetadata(testdata('../lab/assets/world/shapes/a_penguin_0.gif'))).toEqual({});
  expect(await readVideoMetadata(testdata('clips/walking/walk_out_01.mp4'))).toEqual({});
  await expect(readVideoMetadata(at('none.mp4'))).rejects.toBeInstanceOf(MediaError);
});
