import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { writeSafetensors } from '../checkpoints/safetensors.ts';
import { floats } from '../graph/host-tensor.ts';
import { inspectClip } from '../media/clip.ts';
import { readVideoMetadata } from '../media/video-file.ts';
import { openBaseModel } from '../models/base-model.ts';
import { writeMotion } from '../motion/file/motion-file.ts';
import { motionVariants } from '../motion/variant.ts';
import { storedSettings } from '../pipelines/video/stored-settings.ts';
import { runHere as run } from '../testing/run-here.ts';
import { lamp } from '../testing/run-lamp.ts';
import { testFolder } from '../testing/test-folder.ts';
import { lampMotion, randomMotion, testMotion } from '../testing/test-motions.ts';
import { testdata } from '../testing/testdata.ts';

const path = await testFolder();
const base = testdata('mini/tiny-sd');

/** Words of a `generate` that works, with some options replaced. */
function generateWords(changes: Readonly<Record<string, string>> = {}): string[] {
  const options = {
    '--motion': path('motion.safetensors'),
    '--base': base,
    '--prompt': 'a person walks',
    '--size': '16x16',
    '--frames': '2',
    '--sampler-steps': '1',
    '--first-frame': testdata('pictures/skimage_chelsea.png'),
    '--out': path('out/video.mp4'),
    ...changes,
  };
  return ['generate', ...Object.entries(options).flat()];
}

beforeAll(async () => {
  const model = await openBaseModel(base);
  const values = randomMotion(model, 1, motionVariants.lamp);
  await writeMotion(path('motion.safetensors'), testMotion(model, lampMotion(values)));
  await mkdir(path('run'));
  await writeMotion(path('run/motion.safetensors'), testMotion(model, lampMotion(values)));
  await writeMotion(
    path('other-weights.safetensors'),
    testMotion(model, lampMotion(values), { baseFingerprint: 'x' }),
  );
  const [name] = [...values.keys()] as [string];
  const misshapen = new Map(values).set(name, floats(new Float32Array(3), [3]));
  await writeMotion(path('other-shape.safetensors'), testMotion(model, lampMotion(misshapen)));
  await writeSafetensors(path('weights.safetensors'), [['a', floats(Float32Array.of(1))]]);
  await writeFile(path('empty.safetensors'), '');
  await writeFile(path('huge.safetensors'), Buffer.from([0, 0, 0, 0, 0, 0, 0, 0x80, 0x7b, 0x7d, 0x20, 0x20]));
  await writeFile(path('text.mp4'), 'This is no video.\n');
  await mkdir(path('foreign'));
  await writeFile(path('foreign/letter.txt'), 'Dear reader');
  await mkdir(path('unfinished'));
  await writeFile(path('unfinished/run.json'), '{}');
});

describe('lamp generate', () => {
  test.each(['mp4', 'webm', 'gif', 'folder'])('writes %s', async (kind) => {
    const out = path(kind === 'folder' ? 'out/frames/' : `out/video.${kind}`);
    const { code, stderr, stdout } = await run(...generateWords({ '--out': out }));
    expect(stderr).toMatch(/written: .*\n$/);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(await inspectClip(out)).toMatchObject({ width: 16, height: 16, frameCount: 2 });
    // What was at the place before is replaced.
    expect((await run(...generateWords({ '--out': out, '--seed': '1' }))).code).toBe(0);
  });

  test('takes a run folder as the motion, and tells what happens as JSON', async () => {
    const { code, stdout, stderr } = await run(...generateWords({ '--motion': path('run') }), '--json');
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(lines[0].type).toBe('notice');
    expect(lines.at(-1)).toEqual({ type: 'written', path: path('out/video.mp4') });
    expect(lines.some(({ type }) => type === 'preview')).toBe(false);
  });

  test('works on a base with other weights, and says so', async () => {
    const words = generateWords({ '--motion': path('other-weights.safetensors') });
    const { code, stderr } = await run(...words);
    expect(stderr).toMatch(
      /note: motion ".*" was trained on base "tiny-sd";.*other weights.*expected fingerprint x\./,
    );
    expect(code).toBe(0);
    expect((await run(...words, '--other-base')).code).toBe(0);
    expect((await run('help', 'generate')).stdout).not.toContain('--other-base');
  });

  test('prints previews with --json only', async () => {
    const { code, stderr } = await run(...generateWords(), '--previews');
    expect(code).toBe(2);
    expect(stderr).toBe(
      'lamp: --previews are lines of JSON, but --json is not given. Add --json, or omit --previews.\n',
    );
  });

  test('takes several motions with strengths, and stores them', async () => {
    const second = ['--motion', `${path('run')}:0.25`];
    const out = path('out/both.gif');
    const words = generateWords({ '--motion': `${path('other-weights.safetensors')}:0.5`, '--out': out });
    expect(await run(...words, ...second)).toMatchObject({ code: 0 });
    expect(storedSettings(await readVideoMetadata(out))!.motion).toMatchObject({
      name: 'other-weights.safetensors + a person walks',
      parts: [
        { name: 'other-weights.safetensors', strength: 0.5 },
        { name: 'a person walks', strength: 0.25 },
      ],
    });
  });
});

describe('bad input ends with one line, its exit code, and nothing written', () => {
  const nowhere = { '--out': path('nowhere/video.mp4') };
  const cases: [string, Record<string, string>, number, RegExp][] = [
    ['a missing base', { '--base': '/no/such/folder' }, 4, /there is no folder "\/no\/such\/folder".*--base/],
    ['a folder that is no base', { '--base': testdata('clips') }, 4, /no model_index\.json/],
    ['a missing motion', { '--motion': '/no/motion' }, 4, /no motion "\/no\/motion"/],
    ['an empty motion', { '--motion': path('empty.safetensors') }, 4, /is empty \(0 bytes\)/],
    [
      'a header of 2^63 bytes',
      { '--motion': path('huge.safetensors') },
      4,
      /claims a header of 9223372036854775808/,
    ],
    ['weights that are no motion', { '--motion': path('weights.safetensors') }, 4, /but no motion/],
    [
      "another architecture's motion",
      { '--motion': path('other-shape.safetensors') },
      4,
      /is \[3\] instead of \[/,
    ],
    [
      'a strength that is none',
      { '--motion': `${path('run')}:1.5` },
      2,
      /--motion has the strength "1\.5" in .*; expected a number from 0 to 1/,
    ],
    ['an unfinished run', { '--motion': path('unfinished') }, 4, /not finished.*--resume/],
    ['a folder without a motion', { '--motion': path('foreign') }, 4, /holds no motion\.safetensors/],
    ['an unknown device', { '--device': 'tpu' }, 5, /unknown device "tpu".*cpu, webgpu, cuda/],
    ['a size that does not divide', { '--size': '65x64' }, 2, /65x64.*divide by 8.*--size 64x64/],
    [
      'a size beyond all measure',
      { '--size': '99992x64' },
      2,
      /99992x64 cannot be used; expected sides of at most 16384 pixels/,
    ],
    ['a size that is none', { '--size': 'big' }, 2, /--size is "big"; expected .*512x320/],
    ['a missing picture', { '--first-frame': '/no/picture.png' }, 3, /there is no such file/],
    ['a picture that is none', { '--first-frame': path('text.mp4') }, 3, /not a picture/],
    ['an unknown ending', { '--out': path('nowhere/video.avi') }, 2, /ends in \.avi.*\.mp4, \.webm, \.gif/],
    [
      'a folder with other things',
      { '--out': path('foreign/') },
      6,
      /holds "letter\.txt", which is not a frame/,
    ],
    [
      'a file in the way',
      { '--out': path('text.mp4/video.mp4') },
      6,
      /text\.mp4" is a file|part of the path is a file/,
    ],
    [
      'a folder in the way',
      { '--motion': path('run'), '--out': path('dir.mp4') },
      6,
      /there is a folder of this name/,
    ],
    ['one frame', { '--frames': '1' }, 2, /--frames is "1"; expected a whole number from 2/],
    ['an unknown sampler', { '--sampler': 'none' }, 2, /--sampler is "none"; expected one of: ddim, dpm\+\+/],
    ['too many steps', { '--sampler-steps': '1001' }, 2, /a whole number from 1 to 1000/],
    ['noise where there is none', { '--sampler': 'dpm++', '--eta': '1' }, 2, /dpm\+\+ adds no noise/],
    ['two first frames', { '--first-frame-prompt': 'a house' }, 2, /Use one of them/],
    ['an unknown option', { '--sede': '1' }, 2, /unknown option '--sede'\. Did you mean --seed\?/],
  ];
  beforeAll(() => mkdir(path('dir.mp4')));

  test.each(cases)('%s', async (_, changes, code, message) => {
    const before = await readdir(path('.'));
    const result = await run(...generateWords({ ...nowhere, ...changes }));
    expect(result.stderr).toMatch(/^lamp: [^\n]+\n$/);
    expect(result.stderr).toMatch(message);
    expect(result.code).toBe(code);
    expect(result.stdout).toBe('');
    expect(await readdir(path('.'))).toEqual(before);
    expect(await readFile(path('text.mp4'), 'utf8')).toBe('This is no video.\n');
  });

  test('a size that needs more memory than the machine has is refused with both amounts, without a line of the engine', async () => {
    const words = generateWords({ ...nowhere, '--size': '16384x16384' });
    const { code, stderr } = await run(...words);
    expect(stderr).toMatch(
      /\nlamp: one step needs about [\d.]+ [GT]B of memory at one time; expected at most the [\d.]+ GB that this machine has\. Use a smaller --size [^\n]*\n$/,
    );
    expect(code).toBe(5);
  });

  test('missing options are named', async () => {
    const { code, stderr } = await run('generate', '--base', 'x', '--out', 'y.mp4');
    expect(stderr).toBe('lamp: --motion <path>, --prompt <text> missing. See "lamp generate --help".\n');
    expect(code).toBe(2);
  });

  test('with --json the error is an event', async () => {
    const { code, stdout, stderr } = await run(...generateWords({ '--device': 'tpu' }), '--json');
    const event = JSON.parse(stdout);
    expect({ code, stderr }).toEqual({ code: 5, stderr: '' });
    expect(event).toMatchObject({ type: 'error', kind: 'DeviceError', exitCode: 5 });
  });

  test('a base that lacks a tensor of its decoder is refused before the work', async () => {
    const { cp, rename } = await import('node:fs/promises');
    await cp(base, path('lacking'), { recursive: true });
    const file = path('lacking/vae/diffusion_pytorch_model.safetensors');
    const { openSafetensors } = await import('../checkpoints/safetensors.ts');
    const tensors = await (await openSafetensors(file)).readAll();
    tensors.delete('decoder.conv_out.bias');
    await writeSafetensors(`${file}.new`, tensors);
    await rename(`${file}.new`, file);
    const { code, stderr } = await run(...generateWords({ ...nowhere, '--base': path('lacking') }));
    expect(stderr).toMatch(/decoder\.conv_out\.bias/);
    expect(code).toBe(4);
  });
});

describe('the command as a process', () => {
  test('no command shows the help; the help tells examples and exit codes', async () => {
    const [nothing, help] = await Promise.all([lamp([]), lamp(['--help'])]);
    expect({ code: nothing.code, stdout: nothing.stdout }).toEqual({ code: 2, stdout: '' });
    expect(nothing.stderr).toBe(help.stdout);
    expect(help.code).toBe(0);
    for (const part of ['train', 'generate', 'image', 'inspect <path>', 'Examples:', 'Exit codes:', '130']) {
      expect(help.stdout).toContain(part);
    }
  });

  test('unknown commands and broken videos end with one line', async () => {
    const [unknown, broken] = await Promise.all([lamp(['generat']), lamp(['inspect', path('text.mp4')])]);
    expect(unknown).toMatchObject({
      code: 2,
      stderr: "lamp: unknown command 'generat'. Did you mean generate?\n",
    });
    expect(broken.code).toBe(3);
    expect(broken.stderr).toMatch(/^lamp: [^\n]*text\.mp4[^\n]*\n$/);
  });

  test('Ctrl-C stops between two steps, with 130 and nothing written', async () => {
    const words = generateWords({ '--sampler-steps': '999', '--out': path('nowhere/stopped.mp4') });
    let sent = false;
    const { code, stderr } = await lamp(words, {
      onStderr: (text, kill) => {
        if (!sent && text.includes('sampling')) kill('SIGINT');
        sent ||= text.includes('sampling');
      },
    });
    expect(stderr).toMatch(/lamp: stopped while sampling \(\d+ of 999 done\); nothing was written\.\n$/);
    expect(code).toBe(130);
    expect(await readdir(dirname(path('nowhere')))).not.toContain('nowhere');
  });
});
