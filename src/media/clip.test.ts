import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import {
  ALL_FORMATS,
  BufferTarget,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  FilePathSource,
  Input,
  MkvOutputFormat,
  MovOutputFormat,
  Mp4OutputFormat,
  Output,
} from 'mediabunny';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { MediaError } from '../errors.ts';
import { testFolder } from '../testing/test-folder.ts';
import { testdata } from '../testing/testdata.ts';
import { assertLongEnough, inspectClip, readFrames } from './clip.ts';
import { rotateClockwise } from './picture.ts';
import { writePng } from './picture-file.ts';

const at = await testFolder();
const walking = testdata('clips/walking/walk_out_01.mp4');
const milk = testdata('clips/asl_signing/milk.mkv');
const penguin = testdata('../lab/assets/world/shapes/a_penguin_0.gif');

/** The walking clip's packets in another container, index in front where the container has one. */
async function repackaged(
  ending: 'mp4' | 'mov' | 'mkv' | 'fragmented.mp4',
  rotation: 0 | 90 | 180 | 270 = 0,
) {
  const formats = {
    mp4: () => new Mp4OutputFormat({ fastStart: 'in-memory' }),
    mov: () => new MovOutputFormat({ fastStart: 'in-memory' }),
    mkv: () => new MkvOutputFormat(),
    'fragmented.mp4': () => new Mp4OutputFormat({ fastStart: 'fragmented' }),
  };
  const input = new Input({ source: new FilePathSource(walking), formats: ALL_FORMATS });
  const track = (await input.getPrimaryVideoTrack())!;
  const config = (await track.getDecoderConfig())!;
  const target = new BufferTarget();
  const output = new Output({ format: formats[ending](), target });
  const source = new EncodedVideoPacketSource('avc');
  output.addVideoTrack(source, { rotation });
  await output.start();
  for await (const packet of new EncodedPacketSink(track).packets()) {
    await source.add(packet, { decoderConfig: config });
  }
  await output.finalize();
  input.dispose();
  return Buffer.from(target.buffer!);
}

async function messageOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(MediaError);
  const { message } = error as MediaError;
  expect(message).not.toContain('\n');
  return message;
}

describe('inspectClip', () => {
  test('MP4', async () => {
    expect(await inspectClip(walking)).toEqual({
      path: walking,
      kind: 'video',
      width: 768,
      height: 432,
      frameCount: 20,
      framesPerSecond: 10,
      durationSeconds: 2,
    });
  });

  test('Matroska, whose millisecond stamps are recognised as 30 frames a second', async () => {
    expect(await inspectClip(milk)).toMatchObject({
      width: 640,
      height: 480,
      frameCount: 51,
      framesPerSecond: 30,
    });
  });

  test('GIF', async () => {
    const { kind, width, height, frameCount, durationSeconds } = await inspectClip(penguin);
    expect([kind, width, height, frameCount]).toEqual(['animation', 128, 128, 24]);
    expect(durationSeconds).toBeCloseTo(2.88);
  });

  test('animated WebP', async () => {
    await sharp(penguin, { animated: true }).webp({ lossless: true, effort: 0 }).toFile(at('penguin.webp'));
    expect(await inspectClip(at('penguin.webp'))).toMatchObject({ kind: 'animation', frameCount: 24 });
    const [fromWebp] = await readFrames(at('penguin.webp'), { indices: [9] });
    expect(fromWebp).toEqual((await readFrames(penguin, { indices: [9] }))[0]);
  });

  test.each(['mp4', 'mov', 'mkv', 'fragmented.mp4'] as const)('rotated %s', async (ending) => {
    await writeFile(at(`turned.${ending}`), await repackaged(ending, 90));
    expect(await inspectClip(at(`turned.${ending}`))).toMatchObject({
      width: 432,
      height: 768,
      frameCount: 20,
    });
    const [upright] = await readFrames(walking, { indices: [7] });
    const [turned] = await readFrames(at(`turned.${ending}`), { indices: [7] });
    const expected = rotateClockwise(upright!, 90);
    expect([turned!.width, turned!.height]).toEqual([expected.width, expected.height]);
    expect(Buffer.compare(turned!.data, expected.data)).toBe(0); // `toEqual` takes seconds for a million bytes.
  });
});

describe('readFrames', () => {
  test('gives the frames asked for, in the order asked for', async () => {
    const all = await readFrames(milk, { size: { width: 32, height: 24 } });
    expect(all).toHaveLength(51);
    const some = await readFrames(milk, { indices: [50, 3, 3, 0], size: { width: 32, height: 24 } });
    expect(some).toEqual([all[50], all[3], all[3], all[0]]);
    const strided = await readFrames(milk, {
      start: 5,
      count: 4,
      stride: 10,
      size: { width: 32, height: 24 },
    });
    expect(strided).toEqual([all[5], all[15], all[25], all[35]]);
    const rest = await readFrames(milk, { start: 30, stride: 10, size: { width: 32, height: 24 } });
    expect(rest).toEqual([all[30], all[40], all[50]]);
    expect(await readFrames(milk, { count: 0 })).toEqual([]);
  });

  test('shows the scene in its colours', async () => {
    const [frame] = await readFrames(walking, { indices: [0] });
    const pixel = (x: number, y: number) => [
      ...frame!.data.subarray((y * 768 + x) * 3, (y * 768 + x) * 3 + 3),
    ];
    const [red, green, blue] = pixel(60, 350) as [number, number, number]; // The wooden floor.
    expect(red).toBeGreaterThan(green + 20);
    expect(green).toBeGreaterThan(blue + 20);
    const wall = pixel(300, 100);
    expect(Math.min(...wall)).toBeGreaterThan(190);
  });

  test('GIF frames one by one equal GIF frames at once', async () => {
    const all = await readFrames(penguin);
    expect(await readFrames(penguin, { indices: [23, 5] })).toEqual([all[23], all[5]]);
    expect(all[0]!.data.subarray(0, 3)).toEqual(Uint8Array.of(255, 255, 255));
  });

  test('says when a frame does not exist', async () => {
    for (const clip of [walking, penguin]) {
      expect(await messageOf(readFrames(clip, { indices: [3, 99] }))).toMatch(
        /has 2[04] frames that can be decoded, and frame 99/,
      );
    }
  });

  test('refuses selections that make no sense', async () => {
    await expect(readFrames(walking, { indices: [1], count: 2 })).rejects.toThrow('either indices, or');
    await expect(readFrames(walking, { indices: [-1] })).rejects.toThrow('a frame index is -1');
    await expect(readFrames(walking, { stride: 0 })).rejects.toThrow('stride is 0');
  });
});

describe('a folder of pictures', () => {
  const dot = (level: number) => ({ width: 2, height: 2, data: new Uint8Array(12).fill(level) });

  test('is a clip in the order of its numbers', async () => {
    for (const number of [10, 9, 1]) {
      await writePng(at(`frames/frame${number}.png`), dot(number));
    }
    expect(await inspectClip(at('frames'))).toEqual({
      path: at('frames'),
      kind: 'folder',
      width: 2,
      height: 2,
      frameCount: 3,
      framesPerSecond: null,
      durationSeconds: null,
    });
    expect(await readFrames(at('frames'))).toEqual([dot(1), dot(9), dot(10)]);
    expect(await readFrames(at('frames'), { indices: [2] })).toEqual([dot(10)]);
  });

  test('says what is wrong', async () => {
    await mkdir(at('nothing'));
    expect(await messageOf(inspectClip(at('nothing')))).toContain('is empty');
    await cp(at('frames'), at('mixed'), { recursive: true });
    await writePng(at('mixed/frame2.png'), { width: 3, height: 2, data: new Uint8Array(18) });
    expect(await messageOf(inspectClip(at('mixed')))).toContain('is 3x2, the first frame 2x2');
    await writeFile(at('mixed/notes.txt'), 'x');
    expect(await messageOf(readFrames(at('mixed')))).toContain('"notes.txt" is not a numbered picture');
  });
});

describe('files that are no clips', () => {
  test('missing, empty, text, of unknown kind, without pictures', async () => {
    await writeFile(at('empty.mp4'), '');
    await writeFile(at('text.mp4'), 'this is text\n'.repeat(200));
    await writeFile(at('text.gif'), 'this is text\n'.repeat(200));
    await writeFile(at('clip.avi'), 'RIFF');
    await writeFile(at('clip'), 'x');
    await writeFile(at('cut.gif'), (await readFile(penguin)).subarray(0, 20_000));
    const expected: [string, RegExp][] = [
      ['none.mp4', /does not exist/],
      ['empty.mp4', /is empty \(0 bytes\)/],
      ['text.mp4', /is not a video file/],
      ['text.gif', /is not an animated GIF or WebP/],
      ['clip.avi', /ends in \.avi; expected MP4, MOV/],
      ['clip', /has no ending; expected MP4/],
      ['cut.gif', /is cut off after \d+ complete frames/],
    ];
    for (const [name, message] of expected) {
      expect(await messageOf(inspectClip(at(name)))).toMatch(message);
      expect(await messageOf(readFrames(at(name), { count: 24 }))).toMatch(message);
    }
  });

  test.each(['mp4', 'mov', 'fragmented.mp4', 'mkv'] as const)('a cut %s', async (ending) => {
    const whole = await repackaged(ending);
    for (const share of [0.001, 0.01, 0.05, 0.3, 0.6, 0.95, 0.999]) {
      await writeFile(at(`cut.${ending}`), whole.subarray(0, Math.floor(whole.length * share)));
      expect(await messageOf(inspectClip(at(`cut.${ending}`)))).toMatch(
        /cut off|not a video file|damaged|no complete frame/,
      );
    }
  });

  test('a cut GIF and WebP', async () => {
    const animations: [string, Buffer][] = [
      ['gif', await readFile(penguin)],
      ['webp', await sharp(penguin, { animated: true }).webp({ effort: 0 }).toBuffer()],
    ];
    for (const [ending, whole] of animations) {
      for (const share of [0.001, 0.01, 0.3, 0.6, 0.95, 0.999]) {
        await writeFile(at(`short.${ending}`), whole.subarray(0, Math.floor(whole.length * share)));
        expect(await messageOf(inspectClip(at(`short.${ending}`)))).toMatch(/cut off|damaged/);
      }
    }
  });

  test('an MP4 with its index at the end, cut', async () => {
    await writeFile(at('tail.mp4'), (await readFile(walking)).subarray(0, -100));
    expect(await messageOf(inspectClip(at('tail.mp4')))).toMatch(/cut off/);
  });

  test('overwritten in the middle', async () => {
    const damaged = await repackaged('mp4');
    damaged.fill(0x55, Math.floor(damaged.length * 0.3), Math.floor(damaged.length * 0.3) + 5000);
    await writeFile(at('damaged.mp4'), damaged);
    expect(await messageOf(inspectClip(at('damaged.mp4')))).toContain('damaged and cannot be decoded');
    expect(await messageOf(readFrames(at('damaged.mp4'), { count: 20 }))).toContain('damaged');
  });

  test('an unknown codec', async () => {
    const strange = await repackaged('mp4');
    strange.write('zzz9', strange.indexOf('avc1', strange.indexOf('stsd')), 'latin1');
    await writeFile(at('strange.mp4'), strange);
    expect(await messageOf(inspectClip(at('strange.mp4')))).toMatch(/codec "zzz9".*cannot be decoded/);
  });
});

describe('assertLongEnough', () => {
  const clip = (frameCount: number) => ({ path: 'a.mp4', frameCount });

  test('is silent when the clip suffices', () => {
    assertLongEnough(clip(31), 16, 2);
    assertLongEnough(clip(16), 16, 1);
  });

  test('suggests only what works', () => {
    const suggestion = (frameCount: number, frames: number, stride: number) => {
      try {
        assertLongEnough(clip(frameCount), frames, stride);
      } catch (error) {
        return (error as MediaError).message;
      }
      return '';
    };
    expect(suggestion(20, 16, 2)).toBe(
      'clip "a.mp4" has 20 frames; expected at least 31, which 16 frames at stride 2 need. Use stride: 1, frames: 10, or a longer clip.',
    );
    expect(suggestion(9, 16, 2)).toBe(
      'clip "a.mp4" has 9 frames; expected at least 31, which 16 frames at stride 2 need. Use frames: 5, stride: 1 with frames: 9, or a longer clip.',
    );
    expect(suggestion(9, 16, 1)).toBe(
      'clip "a.mp4" has 9 frames; expected at least 16, which 16 frames at stride 1 need. Use frames: 9 or a longer clip.',
    );
    expect(suggestion(1, 16, 1)).toBe(
      'clip "a.mp4" has 1 frame; expected at least 16, which 16 frames at stride 1 need. Use a longer clip.',
    );
  });
});
