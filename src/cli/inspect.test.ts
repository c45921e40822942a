import { cp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { bytesText, countText, flopText } from '../amounts.ts';
import { blankPicture } from '../media/picture.ts';
import { writeVideo } from '../media/video-file.ts';
import { openBaseModel } from '../models/base-model.ts';
import { writeMotion } from '../motion/file/motion-file.ts';
import { motionVariants } from '../motion/variant.ts';
import { settingsKey } from '../pipelines/video/stored-settings.ts';
import { videoGenerator } from '../pipelines/video/video-pipeline.ts';
import { testFolder } from '../testing/test-folder.ts';
import { lampMotion, randomMotion, testMotion } from '../testing/test-motions.ts';
import { testdata } from '../testing/testdata.ts';
import { trainingCost } from '../training/training-cost.ts';
import { runCommandLine } from './lamp-program.ts';

// Measuring the machine takes seconds and tells nothing here.
vi.mock('../runtime/speed.ts', () => ({ measureSpeed: async () => ({ matmul: 1e11, convolution: 1e11 }) }));

const path = await testFolder();

async function inspect(...words: string[]): Promise<{ code: number; text: string }> {
  let text = '';
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation((written) => {
      text += written;
      return true;
    }),
  );
  try {
    return { code: await runCommandLine(['inspect', ...words]), text };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

beforeAll(async () => {
  const base = await openBaseModel(testdata('mini/tiny-sd'));
  const values = randomMotion(base, 1, motionVariants.lamp);
  await writeMotion(path('motion.safetensors'), testMotion(base, lampMotion(values), { steps: 200 }));
  const generator = await videoGenerator(base, () => lampMotion(values), {
    frames: 2,
    width: 16,
    height: 16,
  });
  const settings = { samplerSteps: 1, firstFrame: blankPicture({ width: 16, height: 16 }) };
  const video = await generator.generate({ prompt: 'a person walks', seed: 7, ...settings });
  await generator.dispose();
  const metadata = { [settingsKey]: JSON.stringify({ ...video.settings, framesPerSecond: 8 }) };
  await writeVideo(path('video.mp4'), video.frames, { framesPerSecond: 8, metadata });
});

describe('lamp inspect', () => {
  test('the built-in model: what it was shown', async () => {
    const { code, text } = await inspect('built-in');
    expect(code).toBe(0);
    expect(text).toMatch(/^ {2}was shown +things: a panda, an elephant, .*,\n +\S/m);
    expect(text).toMatch(/^ +first moments of motions: runs, flies up/m);
    const data = JSON.parse((await inspect('built-in', '--json')).text);
    expect(data).toMatchObject({ path: 'built-in', kind: 'base', name: 'built-in' });
    expect(data.shown.things).toContain('a panda');
    for (const { text } of [await inspect('--help')]) expect(text).toContain('lamp inspect built-in');
  });

  test('a base model: its parts, and what training would cost', async () => {
    const words = [testdata('mini/tiny-sd'), '--size', '64x64', '--frames', '4'];
    const { code, text } = await inspect(...words);
    expect(code).toBe(0);
    expect(text).toMatch(/U-Net +\S+ parameters in float32; channels 8, 16, 16, 16/);
    expect(text).toMatch(/4 frames of 64x64, estimated: about .*B of memory, .*FLOP and .* s a step/);
    const data = JSON.parse((await inspect(...words, '--json')).text);
    expect(data).toMatchObject({
      kind: 'base',
      predictionType: 'epsilon',
      training: { estimate: true, frames: 4 },
    });
    const { text: fitting } = await inspect(...words, '--for', '2GB');
    expect(fitting).toMatch(
      /for 2\.0 GB .*\n +train +64x64: 4 frames fast, 0\.\d GB, .* s\n +generate +64x64: 4 frames fast, /,
    );
    expect((await inspect(...words, '--for', '2', '--json')).code).toBe(2);
    expect(data.training.low.bytes).toBeLessThan(data.training.recomputed.bytes);
    expect(data.training.recomputed.flops).toBeGreaterThan(data.training.plain.flops);
    expect(data.training.plain.secondsPerStep).toBeCloseTo(data.training.plain.flops / 5e10);
  });

  test('a base model that recommends settings: these, and the cost with them', async () => {
    await cp(testdata('mini/tiny-sd'), path('base'), { recursive: true });
    const recommended = { size: { width: 32, height: 16 }, training: { frames: 4 }, image: { guidance: 2 } };
    await writeFile(path('base/lamp.json'), JSON.stringify(recommended));
    const { text } = await inspect(path('base'));
    expect(text).toMatch(/recommended size width +32\n/);
    expect(text).toMatch(/recommended image guidance +2\n/);
    expect(text).toMatch(/to train +4 frames of 32x16/);
    const cost = async () => JSON.parse((await inspect(path('base'), '--json')).text).training;
    const plain = await cost();
    expect(plain).toMatchObject({ variant: 'lamp', rank: 0, batch: 1, accumulation: 1 });
    const { unet, tokenizer } = await openBaseModel(path('base'));
    const training = {
      ...recommended.training,
      variant: 'lamp-extended',
      rank: 2,
      batch: 2,
      accumulation: 3,
    };
    await writeFile(path('base/lamp.json'), JSON.stringify({ ...recommended, training }));
    const options = { variant: motionVariants['lamp-extended'], rank: 2, accumulation: 3 };
    const expected = trainingCost(unet, [2, 4, 4, 2, 4], tokenizer.maxLength, options);
    expect(await cost()).toMatchObject({
      ...{ variant: 'lamp-extended', rank: 2, batch: 2, accumulation: 3, parameters: expected.parameters },
      plain: { bytes: expected.bytes, flops: 3 * expected.flops },
    });
    expect(expected.flops).not.toBe(plain.plain.flops);
    expect((await inspect(path('base'))).text).toMatch(
      /a motion .*; variant lamp-extended, rank 2\n.*to train +6 videos of 4 frames of 32x16, estimated/,
    );
    const other = await inspect(path('base'), '--frames', '3', '--size', '16x16', '--optimizer', 'lion');
    expect(other.text).toMatch(/3 frames of 16x16 with lion, estimated/);
    const { text: inInt8 } = await inspect(path('base'), '--precision', 'int8');
    expect(inInt8).toMatch(/4 frames of 32x16 in int8, estimated/);
  });

  test('a motion', async () => {
    const { text } = await inspect(path('motion.safetensors'));
    expect(text).toMatch(/prompt +a person walks\n/);
    expect(text).toMatch(/made for +4 frames of 64x64 at 8 frames a second\n/);
    expect(text).toMatch(/trained +200 steps\n/);
    expect(text).toMatch(/learning rate +0\.001\n/);
  });

  test('a picture that lamp did not make, and one of a kind that is not read', async () => {
    const jpeg = testdata('pictures/sampling/jpeg-420.jpg');
    expect(JSON.parse((await inspect(jpeg, '--json')).text)).toMatchObject({ width: 37, height: 35 });
    const { code, text } = await inspect(testdata('pictures/red.heic'));
    expect(code).toBe(3);
    expect(text).toMatch(/is HEIC, the format of phones, which is not read/);
  });

  test('a clip, a folder of clips, and a folder of pictures', async () => {
    const clip = testdata('clips/walking/walk_out_01.mp4');
    expect((await inspect(clip)).text).toMatch(
      /frames +\d+ at [\d.]+ frames a second\n.*16 frames at strides? 1/,
    );
    const data = JSON.parse(
      (await inspect(clip, '--frames', '100000', '--json').catch(() => ({ text: '{}' }))).text,
    );
    expect(data.type).toBe('error');
    const folder = JSON.parse((await inspect(testdata('clips/walking'), '--json')).text);
    expect(folder.clips).toHaveLength(5);
    const trimmed = testdata('clips/timing/edit-list.mp4');
    expect((await inspect(trimmed)).text).toMatch(
      /frames +38 at 30 frames a second\n.*\n +note: its edit list shows 38 frames of the 56/,
    );
    expect(JSON.parse((await inspect(trimmed, '--json')).text)).toMatchObject({
      frameCount: 38,
      storedFrames: 56,
      framesPerSecond: 30,
      notes: [{ kind: 'edit list', serious: false }],
    });
    expect((await inspect(testdata('clips/timing'))).text).toMatch(
      /edit-list\.mp4 +64x64, 38 frames.*\n.*\n +note: its edit list[\s\S]*interlaced\.mp4.*\n.*\n +note: interlaced \(top/,
    );
    await writeVideo(path('frames'), [blankPicture({ width: 8, height: 8 })], { framesPerSecond: 8 });
    expect((await inspect(path('frames'))).text).toMatch(
      /folder of pictures\n.*8x8\n.*1\n.*too short for 16 frames/,
    );
  });

  test('a folder of clips: the same notes as those of lamp clips', async () => {
    const folder = path('made badly');
    const frames = (level: number) =>
      Array.from({ length: 18 }, (_, i) => blankPicture({ width: 32, height: 32 }, [level, 10 * i, 0]));
    await mkdir(folder);
    await writeVideo(`${folder}/gaps`, frames(40), { framesPerSecond: 8 });
    await rm(`${folder}/gaps/0007.png`);
    await writeVideo(`${folder}/two`, frames(90), { framesPerSecond: 8 });
    await cp(`${folder}/two/0000.png`, `${folder}/two/other_0000.png`);
    await writeVideo(`${folder}/lamp.gif`, frames(150), { framesPerSecond: 10, metadata: { lamp: '{}' } });
    await writeVideo(`${folder}/quick.gif`, frames(200), { framesPerSecond: 20 });
    await writeFile(`${folder}/damaged.gif`, 'GIF');
    await writeFile(`${folder}/captions.tsv`, 'nobody.gif\ta thing\n');
    const { code, text } = await inspect(folder);
    expect(code).toBe(0);
    const notes = text.split('\n').filter((line) => /note:|problem:|rate /.test(line));
    expect(notes.map((line) => line.trim())).toEqual([
      expect.stringMatching(/^problem: too short: its longest shot has 10 of 16 frames/),
      expect.stringMatching(/^problem: 2 shots: a new one begins at frame 7/),
      'note: 1 frame is missing between numbers 0 and 17 (7): the motion jumps there.',
      expect.stringMatching(/^note: made by lamp/),
      expect.stringMatching(/^problem: too short: it has 9 of 16 frames at 10 a second/),
      expect.stringMatching(/^problem: 2 shots: a new one begins at frame 18/),
      expect.stringMatching(/^problem: 2 sequences of frames in one folder/),
      expect.stringMatching(/^damaged\.gif +problem: clip "/),
      expect.stringMatching(
        /^note: 1 line of ".*captions\.tsv" matches no clip: "nobody\.gif" \(line 1\)\.$/,
      ),
      'rate         the clips are sampled at 10 frames a second, the lowest of their rates (10, 20); ' +
        '--clip-fps sets another. Folders of pictures have no rate and are read frame by frame.',
    ]);
    const data = JSON.parse((await inspect(folder, '--json')).text);
    expect(data).toMatchObject({
      path: folder,
      kind: 'clips',
      unreadable: [{ path: `${folder}/damaged.gif` }],
    });
    expect(data.clips.map(({ largestStride }: { largestStride: number }) => largestStride)).toEqual([
      1, 1, 0, 1,
    ]);
  });

  test('a generated video: how it was made', async () => {
    const { text } = await inspect(path('video.mp4'));
    expect(text).toMatch(/made by lamp\n/);
    expect(text).toMatch(/seed +7\n/);
    expect(text).toMatch(/guidance +12\.5\n/);
    const data = JSON.parse((await inspect(path('video.mp4'), '--json')).text);
    expect(data.lamp).toMatchObject({ prompt: 'a person walks', framesPerSecond: 8 });
  });

  test('anything else is refused on one line', async () => {
    await mkdir(path('empty'));
    await mkdir(path('run/checkpoints'), { recursive: true });
    await writeFile(path('run/run.json'), '{}');
    await mkdir(path('damaged'));
    await writeFile(path('damaged/run.json'), '{');
    await writeFile(path('note.txt'), 'hello');
    await symlink(path('gone'), path('link.mp4'));
    await symlink('loop.mp4', path('loop.mp4'));
    await writeFile(path('film.avi'), '');
    const cases: [string, number, RegExp][] = [
      ['', 2, /the path is ""; expected a path that is not empty/],
      [path('none'), 3, /there is nothing at ".*none"\. Check the path\./],
      [path('none.mp4'), 3, /there is nothing at/],
      [path('none.safetensors'), 4, /there is nothing at/],
      [path('link.mp4'), 3, /"\S+" cannot be read: it is a link to ".*gone", which is not there\. Mend/],
      [path('loop.mp4'), 3, /links lead in a circle/],
      [path('film.avi'), 3, /AVI is not read\. Convert it: ffmpeg -i film\.avi/],
      [path('run/checkpoints'), 4, /is one part of a run\. Give its folder ".*run"\./],
      [path('empty'), 3, /is empty/],
      [path('damaged'), 6, /damaged/],
      [
        path('note.txt'),
        3,
        /ends in \.txt; expected a clip \(MP4, .*a picture, a motion \(\.safetensors\), or a model/,
      ],
      [testdata('mini/tiny-sd/unet'), 4, /one part of a model/],
      [testdata('mini/tiny-sd/unet/diffusion_pytorch_model.safetensors'), 4, /but no motion/],
    ];
    for (const [what, code, message] of cases) {
      const result = await inspect(what);
      expect(result.text).toMatch(message);
      expect(result.text).toMatch(/^lamp: [^\n]+\n$/);
      expect(result.code).toBe(code);
    }
  });
});

test('numbers are formatted for people', () => {
  expect(bytesText(1.5e9)).toBe('1.50 GB');
  expect(bytesText(12)).toBe('12 bytes');
  expect(countText(254e6)).toBe('254 million');
  expect(flopText(21.3e12)).toBe('21.3 TFLOP');
});
