import { afterEach, describe, expect, test, vi } from 'vitest';
import { LampError, StorageError } from '../errors.ts';
import { testFolder } from '../testing/test-folder.ts';
import { checkCache, checkDisk, temporaryAdvice } from './doctor/check-disk.ts';
import { checkBase, checkMedia } from './doctor/check-media.ts';
import { checkMemory } from './doctor/check-memory.ts';
import { checkEngine, checkNode, checkSpeed, nodeFacts } from './doctor/check-software.ts';
import { diagnose, type Finding, isUsable } from './doctor/finding.ts';
import { probeMedia } from './doctor/probe-media.ts';
import type { Probes } from './doctor/probes.ts';
import type { RunProbe } from './doctor/run-probe.ts';
import { doctorCommand, findingText, summaryText } from './doctor.ts';

const path = await testFolder();
const gibibyte = 2 ** 30;

type Answers = { [Name in keyof Probes]: Awaited<ReturnType<Probes[Name]>> };

/** What a good machine answers. */
const good: Answers = {
  engine: { versions: { onnxruntime: '1.30.0' }, providers: ['cpu', 'webgpu'], devices: ['cpu', 'webgpu'] },
  device: { seconds: 0.1 },
  speed: { matmul: 2e11, convolution: 3e11 },
  media: { bytes: 100 },
  base: { parameters: 5e6, size: { width: 128, height: 128 } },
  training: {
    usual: { frames: 16, width: 512, height: 320, bytes: 20 * gibibyte, flops: 3e13 },
    modest: { frames: 8, width: 256, height: 256, bytes: 12 * gibibyte, flops: 5e12 },
  },
};

/** Answers as told; an `Error` or a function of the words that returns one fails the probe. */
function machine(answers: Record<string, unknown> = {}): RunProbe {
  return (async (name: keyof Probes, ...words: string[]) => {
    const given = name in answers ? answers[name] : good[name];
    const answer = typeof given === 'function' ? given(...words) : given;
    if (answer instanceof Error) throw answer;
    return answer;
  }) as RunProbe;
}

const verdicts = (findings: readonly Finding[]) => findings.map(({ verdict }) => verdict);
const glibc = { ...nodeFacts(), hasGlibc: true };

test('Node.js of the right age', async () => {
  expect(verdicts(await checkNode(nodeFacts()))).toEqual(['ok']);
  const verdictOf = async (version: string) => (await checkNode({ ...glibc, version }))[0]!;
  expect((await verdictOf('20.19.0')).verdict).toBe('ok');
  expect((await verdictOf('26.0.0')).verdict).toBe('ok');
  expect((await verdictOf('20.18.9')).verdict).toBe('problem');
  expect((await verdictOf('18.20.0')).advice).toMatch(/^lamp needs Node.js 20.19.0 or newer/);
});

describe('ONNX Runtime and its devices', () => {
  test('all well', async () => {
    const findings = await checkEngine(machine(), glibc);
    expect(verdicts(findings)).toEqual(['ok', 'ok', 'ok']);
    expect(findings[0]!.found).toBe('1.30.0 with cpu, webgpu');
  });

  test('a device that crashes is a warning, the processor a problem', async () => {
    const crash = (name: string) => new Error(`device "${name}" cannot be used: crashed (SIGSEGV)`);
    const without = (bad: string) =>
      checkEngine(machine({ device: (name: string) => (name === bad ? crash(name) : good.device) }), glibc);
    const findings = await without('webgpu');
    expect(verdicts(findings)).toEqual(['ok', 'ok', 'warning']);
    expect(findings[2]!.found).toBe('crashed (SIGSEGV)');
    expect(verdicts(await without('cpu'))).toEqual(['ok', 'problem', 'ok']);
  });

  test('it does not load', async () => {
    const broken = machine({ engine: new Error('libonnxruntime.so: cannot open shared object file') });
    const [finding, ...more] = await checkEngine(broken, { ...glibc, hasGlibc: false });
    expect(finding!.verdict).toBe('problem');
    expect(finding!.found).toMatch(/cannot open shared object/);
    expect(finding!.advice).toContain('Alpine');
    expect(more).toHaveLength(0);
    expect((await checkEngine(broken, glibc))[0]!.advice).toContain('npm install');
  });
});

test('speed', async () => {
  const [fast] = await checkSpeed(machine());
  expect(fast).toMatchObject({
    verdict: 'ok',
    found: '200 GFLOP/s in matrix products, 300 GFLOP/s in convolutions, on the processor',
  });
  const [slow] = await checkSpeed(machine({ speed: { matmul: 5e9, convolution: 5e9 } }));
  expect(slow!.verdict).toBe('warning');
});

test('memory, and what training takes of it', async () => {
  const check = (total: number, free: number) =>
    checkMemory(machine(), { total: total * gibibyte, free: free * gibibyte });
  expect(verdicts(await check(32, 20))).toEqual(['ok', 'ok']);
  expect((await check(32, 20))[1]!.found).toBe(
    'on Stable Diffusion 1.x, 16 frames of 512x320 take at least 20.0 GiB, 8 frames of 256x256 12.0 GiB (estimated)',
  );
  expect(verdicts(await check(32, 1))).toEqual(['warning', 'ok']);
  expect((await check(16, 8))[1]!.advice).toContain('--size 256x256 --frames 8');
  expect((await check(8, 6))[1]!.advice).toContain('smaller base model');
});

test('disk', async () => {
  const place = { name: 'this folder', folder: path(''), needs: gibibyte, purpose: 'a run' };
  const check = (bytes: number | undefined, more = {}) =>
    checkDisk([{ ...place, ...more }], async () => bytes);
  expect(verdicts(await check(2 * gibibyte))).toEqual(['ok']);
  expect(verdicts(await check(undefined))).toEqual(['ok']);
  expect(verdicts(await check(2 * gibibyte, { folder: path('not/yet') }))).toEqual(['ok']);
  expect((await check(gibibyte / 2))[0]).toMatchObject({
    subject: 'disk, this folder',
    verdict: 'warning',
    advice: 'Usual work takes about 1.00 GiB there (a run): free some space.',
  });
  expect(verdicts(await checkDisk([place]))).toHaveLength(1);
});

test('a temporary folder that is not there', async () => {
  const place = { name: 'temporary', folder: path('not/there'), needs: 1, purpose: 'working files' };
  const findings = await checkDisk([{ ...place, ifMissing: temporaryAdvice }], async () => 75 * gibibyte);
  expect(findings).toEqual([
    {
      subject: 'disk, temporary',
      verdict: 'warning',
      found: `there is no folder ${path('not/there')}`,
      advice: temporaryAdvice,
      data: { folder: path('not/there'), free: undefined },
    },
  ]);
  vi.stubEnv('TMPDIR', path('not/there'));
  const error = await probeMedia('.gif').catch((thrown: unknown) => thrown as Error);
  vi.unstubAllEnvs();
  if (process.platform === 'win32') return; // There it is TEMP.
  expect(error).toBeInstanceOf(StorageError);
  const media = await checkMedia(machine({ media: () => error as Error }));
  expect(verdicts(media)).toEqual(['warning', 'warning', 'warning', 'warning']);
  expect(media[3]!.found).toMatch(
    /^PNG frames: not tried, since the temporary folder cannot be used: cannot write ".*lamp-doctor-": the path does not exist/,
  );
  expect(media[3]!.advice).toBe(temporaryAdvice);
});

test('the cache of downloaded models', async () => {
  const content = { folder: '/cache', models: 1, bytes: 4 * gibibyte, unfinishedBytes: 0 };
  expect((await checkCache(async () => content))[0]!.found).toBe('1 model, 4.00 GiB, in /cache');
  const [finding] = await checkCache(async () => ({ ...content, models: 2, unfinishedBytes: gibibyte }));
  expect(finding!.found).toBe('2 models, 4.00 GiB, 1.00 GiB of it unfinished downloads, in /cache');
});

test('codecs and the built-in model', async () => {
  expect(verdicts(await checkMedia(machine()))).toEqual(['ok', 'ok', 'ok', 'ok']);
  const media = (ending: string) => (ending === '.mp4' || ending === '' ? new Error('no codec') : good.media);
  const findings = await checkMedia(machine({ media }));
  expect(verdicts(findings)).toEqual(['warning', 'ok', 'ok', 'problem']);
  expect(findings[0]!.found).toBe('MP4 (H.264): no codec');
  // What the codecs say holds what to do.
  expect(findings.map(({ advice }) => advice)).toEqual([
    undefined,
    undefined,
    undefined,
    'Install again without omitting optional dependencies: "npm install".',
  ]);
  expect((await checkBase(machine()))[0]!.found).toBe(
    '5.00 million parameters (9.54 MiB), pictures of 128x128',
  );
  expect(verdicts(await checkBase(machine({ base: new Error('missing') })))).toEqual(['warning']);
});

test('a check that throws is a problem, and the others are still made', async () => {
  const told: string[] = [];
  const checks = {
    first: async () => {
      throw new Error('out of\norder');
    },
    second: async (): Promise<Finding[]> => [{ subject: 'second', verdict: 'ok', found: 'fine' }],
  };
  const findings = await diagnose(checks, ({ subject }) => told.push(subject));
  expect(findings[0]).toEqual({ subject: 'first', verdict: 'problem', found: 'out of order' });
  expect(told).toEqual(['first', 'second']);
  expect(isUsable(findings)).toBe(false);
  expect(isUsable(findings.slice(1))).toBe(true);
});

test('as people read it', () => {
  const finding: Finding = { subject: 'memory', verdict: 'warning', found: '1 GiB', advice: 'Buy some.' };
  expect(findingText(finding)).toBe(
    'warning  memory             1 GiB\n                            Buy some.',
  );
  const problem: Finding = { ...finding, verdict: 'problem' };
  expect(summaryText([finding])).toBe('lamp can be used; 1 warning');
  expect(summaryText([finding, problem, problem])).toBe('2 problems, 1 warning');
  expect(summaryText([])).toBe('all is as it should be');
});

describe('the command', () => {
  afterEach(() => vi.restoreAllMocks());

  async function doctor(probe: RunProbe, ...words: string[]) {
    let text = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((written) => {
      text += written;
      return true;
    });
    const ending = doctorCommand(probe).parseAsync(words, { from: 'user' });
    const error = await ending.then(
      () => undefined,
      (error: unknown) => error,
    );
    return { text, error };
  }

  test('ends well when there is no problem', async () => {
    const { text, error } = await doctor(machine());
    expect(error).toBeUndefined();
    expect(text).toMatch(/^ok {7}Node.js {12}\d+\.\d+\.\d+ on /);
    expect(text).toMatch(/\n(lamp can be used|all is)[^\n]*\n$/);
  });

  test('ends with an error and exit code 1 when there is one', async () => {
    const { text, error } = await doctor(machine({ engine: new Error('it does not load') }), '--json');
    expect(error).toBeInstanceOf(LampError);
    expect((error as LampError).exitCode).toBe(1);
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toContainEqual(
      expect.objectContaining({ type: 'finding', subject: 'ONNX Runtime', verdict: 'problem' }),
    );
    expect(lines.at(-1)).toMatchObject({ type: 'summary', usable: false });
  });
});
