import { writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { writeSafetensors } from '../checkpoints/safetensors.ts';
import { openWeightFile } from '../checkpoints/weight-file.ts';
import { floats } from '../graph/host-tensor.ts';
import { add, affine, matmul, reshape, scale } from '../graph/operators/index.ts';
import { input } from '../graph/tensor.ts';
import { testFolder } from '../testing/test-folder.ts';
import { checkDevice, parseDevice, whyUnusable } from './devices.ts';
import { emitGraph } from './emit.ts';
import { compile } from './program.ts';

const x = input('x', [2, 3]);
const ones = floats(new Float32Array(6).fill(1), [2, 3]);

describe('a program', () => {
  test('reports an input that is missing or has the wrong shape', async () => {
    const program = await compile({ y: scale(x, 2) });
    await expect(program.run({})).rejects.toThrow('input "x" must be float32 [2,3]; found nothing');
    await expect(program.run({ x: floats(new Float32Array(6)) })).rejects.toThrow('found float32 [6]');
    await program.dispose();
  });

  test('refuses an invalid number of threads in the environment', async () => {
    vi.stubEnv('LAMP_THREADS', 'many');
    await expect(compile({ y: scale(x, 2) })).rejects.toThrow(
      'LAMP_THREADS is "many"; expected a whole number',
    );
    vi.stubEnv('LAMP_THREADS', '1');
    const program = await compile({ y: scale(x, 2) });
    expect((await program.run({ x: ones })).y!.data[5]).toBe(2);
    await program.dispose();
    vi.unstubAllEnvs();
  });

  test('writes outputs into given memory', async () => {
    const program = await compile({ y: reshape(scale(x, 2), [3, 2]), same: x });
    const y = floats(new Float32Array(6), [3, 2]);
    const found = await program.run({ x: ones }, { y });
    expect(found.y).toBe(y);
    expect([...y.data]).toEqual([2, 2, 2, 2, 2, 2]);
    expect(found.same).toMatchObject({ shape: [2, 3], data: ones.data });
    await program.dispose();
  });

  test('emits equal nodes once', () => {
    const twice = emitGraph({ y: add(matmul(x, input('w', [3, 3])), scale(x, 2)) }).bytes.length;
    const w = input('w', [3, 3]);
    const shared = emitGraph({ y: add(add(matmul(x, w), matmul(x, w)), scale(x, 2)) }).bytes.length;
    expect(shared - twice).toBeLessThan(80);
  });

  test('refuses two inputs with the same name', () => {
    expect(() => emitGraph({ y: add(x, input('x', [2, 3])) })).toThrow('two inputs are named "x"');
  });
});

describe('weights in files', async () => {
  const inFolder = await testFolder();

  test('are mapped in place, both f32 and f16', async () => {
    const weight = floats(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
    for (const dtype of ['float32', 'float16'] as const) {
      const path = inFolder(`${dtype}.safetensors`);
      await writeSafetensors(path, [['weight', weight]], {}, { dtype });
      const file = await openWeightFile(path);
      const program = await compile({ y: affine(x, file.find('weight')!) });
      expect([...(await program.run({ x: ones })).y!.data]).toEqual([6, 15, 6, 15]);
      await program.dispose();
    }
  });

  test('of one graph may be in several files and folders', async () => {
    const paths = ['a.safetensors', 'parts/b.safetensors', 'other/deep/c.safetensors'].map(inFolder);
    const values = [1, 10, 100].map((value) => floats(new Float32Array(3).fill(value)));
    for (const [i, path] of paths.entries()) await writeSafetensors(path, [[`x${i}`, values[i]!]]);
    const files = await Promise.all(paths.map(openWeightFile));
    const [a, b, c] = files.map((file, i) => file.find(`x${i}`)!);
    const all = emitGraph({ y: add(add(a!, b!), c!) });
    expect(all.weightsFolder).toBe(dirname(files[0]!.path));
    expect(emitGraph({ y: b! }).weightsFolder).toBe(dirname(files[1]!.path));
    const program = await compile({ y: add(add(a!, b!), c!) });
    expect([...(await program.run({})).y!.data]).toEqual([111, 111, 111]);
    await program.dispose();
  });

  test('that have been deleted are reported with their folder', async () => {
    const path = inFolder('w.safetensors');
    await writeSafetensors(path, [['weight', floats(new Float32Array(6), [2, 3])]]);
    const file = await openWeightFile(path);
    await writeFile(path, 'short');
    await expect(compile({ y: affine(x, file.find('weight')!) })).rejects.toThrow(dirname(path));
  });
});

describe('devices', () => {
  test('are checked by name', () => {
    expect(parseDevice('cpu')).toBe('cpu');
    expect(() => parseDevice('gpu')).toThrow('unknown device "gpu"; expected one of: cpu, webgpu, cuda');
  });

  test('CUDA is for Linux on x64, and elsewhere says so', async () => {
    const machines = [
      { platform: 'win32', arch: 'x64' },
      { platform: 'linux', arch: 'arm64' },
    ];
    const reasons = await Promise.all(machines.map((machine) => whyUnusable('cuda', machine)));
    expect(reasons).toEqual([
      'CUDA works on Linux on x64 only, and this is win32-x64',
      'CUDA works on Linux on x64 only, and this is linux-arm64',
    ]);
  });

  test('that work pass, that do not say what to install', async () => {
    await checkDevice('cpu');
    const missing = await checkDevice('cuda').catch((error: Error) => error.message);
    // On a machine with an NVIDIA card there is nothing to complain about.
    if (missing !== undefined)
      expect(missing).toMatch(
        /^device "cuda" cannot be used: .*CUDA needs Linux on x64, .*npm rebuild onnxruntime-node/s,
      );
  });
});
