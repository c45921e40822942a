import { writeFile } from 'node:fs/promises';
import { describe, expect, test, vi } from 'vitest';
import { InterruptedError, StorageError, UsageError } from '../errors.ts';
import { examineMachine } from '../index.ts';
import { libraryVocabulary, phrase, setting, wordPhrase } from '../phrases.ts';
import { testFolder } from '../testing/test-folder.ts';
import { goodMachine, testMachine } from '../testing/test-machine.ts';
import { thrownBy } from '../testing/thrown-by.ts';
import { examineMachineWith } from './examine-machine.ts';
import { checkCache, checkDisk, temporaryAdvice } from './machine/check-disk.ts';
import { checkBase, checkMedia } from './machine/check-media.ts';
import { checkMemory } from './machine/check-memory.ts';
import { checkEngine, checkNode, checkSpeed, nodeFacts } from './machine/check-software.ts';
import { diagnose, type Finding, finding, isUsable } from './machine/finding.ts';
import { probeMedia } from './machine/probe-media.ts';
import { ProbeError } from './machine/run-probe.ts';

const path = await testFolder();
const gigabyte = 1e9;

const verdicts = (findings: readonly Finding[]) => findings.map(({ verdict }) => verdict);
const found = (finding: Finding | undefined) => wordPhrase(finding!.found, libraryVocabulary);
const advice = (finding: Finding | undefined) =>
  finding!.advice.map((one) => wordPhrase(one, libraryVocabulary)).join(' ');
const glibc = { ...nodeFacts(), hasGlibc: true };

test('Node.js of the right age', async () => {
  expect(verdicts(await checkNode(nodeFacts()))).toEqual(['ok']);
  const verdictOf = async (version: string) => (await checkNode({ ...glibc, version }))[0]!;
  expect((await verdictOf('20.19.0')).verdict).toBe('ok');
  expect((await verdictOf('26.0.0')).verdict).toBe('ok');
  expect((await verdictOf('20.18.9')).verdict).toBe('problem');
  expect(advice(await verdictOf('18.20.0'))).toMatch(/^lamp needs Node.js 20.19.0 or newer/);
});

describe('ONNX Runtime and its devices', () => {
  test('no problems', async () => {
    const findings = await checkEngine(testMachine(), glibc);
    expect(verdicts(findings)).toEqual(['ok', 'ok', 'ok']);
    expect(found(findings[0])).toBe('1.30.0 with cpu, webgpu');
  });

  test('a device that crashes is a warning, the processor a problem', async () => {
    const crash = () => new ProbeError('the process that tried it crashed (SIGSEGV)');
    const without = (bad: string) =>
      checkEngine(
        testMachine({ device: (name: string) => (name === bad ? crash() : goodMachine.device) }),
        glibc,
      );
    const findings = await without('webgpu');
    expect(verdicts(findings)).toEqual(['ok', 'ok', 'warning']);
    expect(found(findings[2])).toBe('the process that tried it crashed (SIGSEGV)');
    expect(verdicts(await without('cpu'))).toEqual(['ok', 'problem', 'ok']);
  });

  test('a device that cannot be used: why, and below that what to do', async () => {
    const reason = 'no adapter';
    const missing = { reason, advice: ['Install a driver,', phrase`or use ${setting('device', 'cpu')}.`] };
    const device = (name: string) => (name === 'webgpu' ? missing : goodMachine.device);
    const webgpu = (await checkEngine(testMachine({ device }), glibc))[2]!;
    expect(webgpu).toMatchObject({ subject: 'device webgpu', verdict: 'warning', found: [reason] });
    expect(webgpu.advice).toEqual([['Install a driver,'], ['or use ', setting('device', 'cpu'), '.']]);
    expect(webgpu.message).toBe('no adapter. Install a driver, or use device: "cpu".');
  });

  test('a graphics card that leaves operators to the processor is a warning that names them', async () => {
    const of = (leftToProcessor: readonly string[]) =>
      checkEngine(testMachine({ device: { seconds: 0.5, leftToProcessor } }), glibc);
    const [, cpu, whole] = await of([]);
    expect(found(cpu)).toBe('computes a small graph correctly (0.50 s with the start)');
    expect(whole!.verdict).toBe('ok');
    expect(found(whole)).toBe(
      'computes a small graph correctly (0.50 s with the start), and every operator itself',
    );
    const webgpu = (await of(['erf', 'gather']))[2]!;
    expect(webgpu).toMatchObject({ verdict: 'warning', data: { leftToProcessor: ['erf', 'gather'] } });
    expect(found(webgpu)).toMatch(/, but leaves these operators to the processor: erf, gather$/);
    expect(advice(webgpu)).toContain('update the driver');
  });

  test('it does not load', async () => {
    const broken = testMachine({ engine: new Error('libonnxruntime.so: cannot open shared object file') });
    const [finding, ...more] = await checkEngine(broken, { ...glibc, hasGlibc: false });
    expect(finding!.verdict).toBe('problem');
    expect(found(finding)).toMatch(/cannot open shared object/);
    expect(advice(finding)).toContain('Alpine');
    expect(more).toHaveLength(0);
    expect(advice((await checkEngine(broken, glibc))[0])).toContain('npm install');
  });
});

test('speed', async () => {
  const [fast, inEightBits] = await checkSpeed(testMachine());
  expect(inEightBits).toMatchObject({
    verdict: 'ok',
    message: '800 GFLOP/s in matrix products, 4.0 times single precision. precision: "int8" makes use of it.',
  });
  expect(fast).toMatchObject({
    verdict: 'ok',
    message: '200 GFLOP/s in matrix products, 300 GFLOP/s in convolutions, on the processor',
  });
  const wrong = testMachine({ speed: { matmul: 5e9, convolution: 5e9, int8: 0 } });
  const [slow, unusable] = await checkSpeed(wrong);
  expect(found(unusable)).toBe('wrong for large values: this processor has no instructions for them (VNNI)');
  expect(slow!.verdict).toBe('warning');
  expect(advice(slow)).toContain('or device: "webgpu" where');
});

test('memory, and what training takes of it', async () => {
  const check = (total: number, free: number) =>
    checkMemory(testMachine(), { total: total * gigabyte, free: free * gigabyte });
  expect(verdicts(await check(32, 20))).toEqual(['ok', 'ok']);
  expect(found((await check(32, 20))[1])).toBe(
    'on Stable Diffusion 1.x, 16 frames of 512x320 take about 20.0 GB with little memory, 8 frames of 256x256 12.0 GB (estimated for all values; fewer with factors)',
  );
  expect(verdicts(await check(32, 1))).toEqual(['warning', 'ok']);
  expect((await check(16, 8))[1]!.advice).toEqual([
    [
      'Train with ',
      setting('size', { width: 256, height: 256 }),
      ' and ',
      setting('frames', 8),
      ', or on a smaller base model.',
    ],
  ]);
  expect(advice((await check(8, 6))[1])).toContain('smaller base model');
});

test('disk', async () => {
  const place = { name: 'this folder', folder: path(''), needs: gigabyte, purpose: 'a run' };
  const check = (bytes: number | undefined, more = {}) =>
    checkDisk([{ ...place, ...more }], async () => bytes);
  expect(verdicts(await check(2 * gigabyte))).toEqual(['ok']);
  expect(verdicts(await check(undefined))).toEqual(['ok']);
  expect(verdicts(await check(2 * gigabyte, { folder: path('not/yet') }))).toEqual(['ok']);
  expect((await check(gigabyte / 2))[0]).toMatchObject({
    subject: 'disk, this folder',
    verdict: 'warning',
    advice: [['Usual work takes about 1.00 GB there (a run): free some space.']],
  });
  expect(verdicts(await checkDisk([place]))).toHaveLength(1);
  await writeFile(path('file'), '');
  for (const folder of [path('file'), path('file/below')]) {
    const [finding] = await check(2 * gigabyte, { folder });
    expect(advice(finding)).toMatch(/^It cannot be written to/);
  }
});

test('a temporary folder that is not there', async () => {
  const place = { name: 'temporary', folder: path('not/there'), needs: 1, purpose: 'working files' };
  const findings = await checkDisk([{ ...place, ifMissing: temporaryAdvice }], async () => 75 * gigabyte);
  expect(findings).toEqual([
    finding({
      subject: 'disk, temporary',
      verdict: 'warning',
      found: `there is no folder ${path('not/there')}`,
      advice: temporaryAdvice,
      data: { folder: path('not/there'), free: undefined },
    }),
  ]);
  vi.stubEnv('TMPDIR', path('not/there'));
  const error = await probeMedia('.gif').catch((thrown: unknown) => thrown as Error);
  vi.unstubAllEnvs();
  if (process.platform === 'win32') return; // There it is TEMP.
  expect(error).toBeInstanceOf(StorageError);
  const media = await checkMedia(testMachine({ media: () => error as Error }));
  expect(verdicts(media)).toEqual(['warning', 'warning', 'warning', 'warning']);
  // The reason once, and what helps with the temporary folder itself.
  const notTried = 'not tried, since the temporary folder cannot be used';
  expect(found(media[0])).toMatch(
    /^MP4 \(H\.264\): not tried, since the temporary folder cannot be used: cannot write ".*lamp-doctor-": the path does not exist/,
  );
  expect(media.slice(1).map(found)).toEqual([
    `WebM (VP9): ${notTried}`,
    `GIF: ${notTried}`,
    `PNG frames: ${notTried}`,
  ]);
  expect(media.flatMap((each) => each.advice)).toEqual([]);
});

test('the cache of downloaded models', async () => {
  const content = { folder: '/cache', models: 1, bytes: 4 * gigabyte, unfinishedBytes: 0 };
  expect(found((await checkCache(async () => content))[0])).toBe('1 model, 4.00 GB, in /cache');
  const none = { ...content, models: 0, bytes: 0 };
  expect(found((await checkCache(async () => none))[0])).toBe('none in /cache');
  const [finding] = await checkCache(async () => ({ ...content, models: 2, unfinishedBytes: gigabyte }));
  expect(found(finding)).toBe('2 models, 4.00 GB, 1.00 GB of it unfinished downloads, in /cache');
});

test('codecs and the built-in model', async () => {
  expect(verdicts(await checkMedia(testMachine()))).toEqual(['ok', 'ok', 'ok', 'ok']);
  const media = (ending: string) =>
    ending === '.mp4' || ending === '' ? new Error('no codec') : goodMachine.media;
  const findings = await checkMedia(testMachine({ media }));
  expect(verdicts(findings)).toEqual(['warning', 'ok', 'ok', 'problem']);
  expect(found(findings[0])).toBe('MP4 (H.264): no codec');
  // What the codecs say holds what to do.
  expect(findings.map(advice)).toEqual([
    '',
    '',
    '',
    'Install again without omitting optional dependencies: "npm install".',
  ]);
  expect(found((await checkBase(testMachine()))[0])).toBe(
    '5.00 million parameters (10.0 MB), pictures of 128x128',
  );
  expect(verdicts(await checkBase(testMachine({ base: new Error('missing') })))).toEqual(['warning']);
});

test('a check that throws is a problem, and the others still run', async () => {
  const told: string[] = [];
  const checks = {
    first: async () => {
      throw new Error('out of\norder');
    },
    second: async () => [finding({ subject: 'second', verdict: 'ok', found: 'fine' })],
  };
  const findings = await diagnose(checks, ({ subject }) => told.push(subject));
  expect(findings[0]).toEqual(finding({ subject: 'first', verdict: 'problem', found: 'out of order' }));
  expect(told).toEqual(['first', 'second']);
  expect(isUsable(findings)).toBe(false);
  expect(isUsable(findings.slice(1))).toBe(true);
});

describe('examineMachine', () => {
  test('makes every check and tells each finding at once', async () => {
    const told: Finding[] = [];
    const report = await examineMachineWith(testMachine(), { onFinding: (finding) => told.push(finding) });
    expect(report.findings).toEqual(told);
    expect(told.map(({ subject }) => subject)).toEqual([
      ...['Node.js', 'ONNX Runtime', 'device cpu', 'device webgpu', 'speed', 'speed in 8 bits'],
      ...['memory', 'training'],
      ...['disk, this folder', 'disk, temporary', 'disk, model cache', 'cached models'],
      ...['video .mp4', 'video .webm', 'video .gif', 'video folder', 'built-in model'],
    ]);
    expect(report.usable).toBe(true);
    const broken = testMachine({ engine: new Error('does not fit') });
    expect((await examineMachineWith(broken, {})).usable).toBe(false);
  });

  test('can be stopped; options that it does not know are refused', async () => {
    const stopped = examineMachineWith(testMachine(), { signal: AbortSignal.abort() });
    expect(await thrownBy(stopped)).toBeInstanceOf(InterruptedError);
    const wrong = examineMachine({ onFound: () => {} } as object);
    expect(await thrownBy(wrong)).toBeInstanceOf(UsageError);
  });
});
