import { readFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { CheckpointError, DeviceError, InterruptedError, UsageError } from '../errors.ts';
import type { Preview, ProgressEvent } from '../events.ts';
import { fromSource } from '../testing/from-source.ts';
import { tinyBase, writeTestMotion } from '../testing/library-models.ts';
import { testFolder } from '../testing/test-folder.ts';
import { testdata } from '../testing/testdata.ts';
import { thrownBy } from '../testing/thrown-by.ts';
import { type Engine, type EngineOptions, startEngine } from './engine.ts';
import { examineClips } from './examine-clips.ts';
import { generateVideo } from './generate-video.ts';
import { inspect } from './inspect-path.ts';
import { loadBase } from './load-base.ts';
import { loadMotion } from './load-motion.ts';

const at = await testFolder();
const started: Engine[] = [];
const start = async (options: EngineOptions = {}) => {
  const engine = await startEngine({ execArgv: fromSource, ...options });
  started.push(engine);
  return engine;
};
let motion: string;
const request = { base: tinyBase, prompt: 'a cat', samplerSteps: 4, drawing: { samplerSteps: 2 } };
/** So many steps that nothing waits for their end. */
const endless = { ...request, samplerSteps: 900, drawing: { samplerSteps: 1 } };

/** Resolves at the first event of a stage. */
function reaching(stage: string) {
  let tell!: () => void;
  const reached = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const onEvent = (event: ProgressEvent) => {
    if (event.type === 'progress' && event.stage === stage) tell();
  };
  return { reached, onEvent };
}

beforeAll(async () => {
  motion = await writeTestMotion(at('walk.safetensors'));
});
afterAll(() => Promise.all(started.map((engine) => engine.close())));

describe('an engine in a process of its own', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await start();
  });

  test('gives the same results and events as this process', async () => {
    const [here, there]: ProgressEvent[][] = [[], []];
    const [shownHere, shownThere]: Preview[][] = [[], []];
    const ours = await generateVideo({
      ...request,
      motion,
      onEvent: (event) => void here!.push(event),
      onPreview: (preview) => void shownHere!.push(preview),
    });
    const base = await loadBase({ base: tinyBase });
    const theirs = await engine.generateVideo({
      ...request,
      base,
      motion: await loadMotion({ motion }),
      onEvent: (event) => void there!.push(event),
      onPreview: (preview) => void shownThere!.push(preview),
    });
    expect(engine.pid).not.toBe(process.pid);
    expect(theirs).toEqual(ours);
    expect(theirs.frames[0]!.data).toBeInstanceOf(Uint8Array);
    const withoutMemory = (events: ProgressEvent[]) =>
      events.map((event) => ('residentBytes' in event ? { ...event, residentBytes: 0 } : event));
    expect(withoutMemory(there!)).toEqual(withoutMemory(here!));
    expect(there!.some((event) => event.type === 'progress' && event.residentBytes! > 1e7)).toBe(true);
    expect(shownThere![0]).toEqual(shownHere![0]);
    expect(shownThere![0]!.frames[0]!.data).toBeInstanceOf(Uint8Array);
  });

  test('offers all functions that compute or read at length, and calls back the functions in their options', async () => {
    const reports: unknown[] = [];
    const onReport = (report: unknown) => void reports.push(report);
    const [out, clips] = [at('copy.safetensors'), [testdata('clips/walking/walk_out_01.mp4')]];
    const size = { width: 16, height: 16 };
    const [converted, inspected, drawn, animated, examined] = await Promise.all([
      engine.convertMotion({ source: motion, out }),
      engine.inspect({ path: motion }),
      engine.drawImages({ base: tinyBase, prompt: 'a cat', samplerSteps: 1, count: 2, ...size }),
      engine.animateImages({
        base: tinyBase,
        motion,
        samplerSteps: 1,
        pictures: [testdata('pictures/skimage_chelsea.png')],
        out: at('cat.gif'),
      }),
      engine.examineClips({ clips, frames: 3, onReport }),
    ]);
    expect([converted, animated]).toEqual([out, [at('cat.gif')]]);
    expect(inspected).toEqual(await inspect({ path: motion }));
    expect(drawn.map(({ settings }) => settings.seed)).toEqual([0, 1]);
    expect(reports).toEqual([examined]);
    expect(examined).toEqual(await examineClips({ clips, frames: 3 }));
  });

  test.runIf(process.platform === 'linux')('tells its process how many threads compute', async () => {
    const engine = await start({ threads: 3 });
    const environment = readFileSync(`/proc/${engine.pid}/environ`, 'utf8').split('\0');
    expect(environment.filter((entry) => entry.startsWith('LAMP_THREADS'))).toEqual(['LAMP_THREADS=3']);
  });

  test('leaves this process’s event loop free while a network is compiled and run', async () => {
    const log: string[] = [];
    let going = true;
    const video = engine.generateVideo({
      ...request,
      motion,
      frames: 2, // of which nothing is compiled yet
      onEvent: (event) => void (event.type === 'progress' && log.push(`${event.stage} ${event.done}`)),
    });
    const ticking = (async () => {
      while (going) {
        if (log.at(-1) !== 'tick') log.push('tick');
        await nextTurn();
      }
    })();
    await video;
    going = false;
    await ticking;
    // Between two events of one blocking piece of work, this process had its turn.
    const between = (from: string, to: string) => log.slice(log.indexOf(from) + 1, log.indexOf(to));
    expect(between('compiling 0', 'compiling 1')).toContain('tick');
    expect(between('sampling 0', 'sampling 4')).toContain('tick');
  });

  test('keeps networks compiled while the motion is the same', async () => {
    const path = at('changing.safetensors');
    const compiled = async () => {
      let count = 0;
      const onEvent = (event: ProgressEvent) => {
        if (event.type === 'progress' && event.stage === 'compiling' && event.done === 1) count++;
      };
      const { frames } = await engine.generateVideo({ ...request, width: 16, motion: path, onEvent });
      return { count, frames };
    };
    await writeTestMotion(path, { prompt: 'once' });
    const first = await compiled();
    const second = await compiled();
    await writeTestMotion(path, { prompt: 'again' });
    const third = await compiled();
    expect([first.count, second.count, third.count]).toEqual([3, 0, 3]);
    expect(second.frames).toEqual(first.frames);
  });

  test('throws the same errors as this process', async () => {
    const wrong = { ...request, motion: at('none') };
    const [ours, theirs] = await Promise.all([
      thrownBy(generateVideo(wrong)),
      thrownBy(engine.generateVideo(wrong)),
    ]);
    expect(theirs).toBeInstanceOf(CheckpointError);
    expect(theirs).toMatchObject({ name: ours.name, message: ours.message, exitCode: 4 });
    expect(await thrownBy(engine.generateVideo({ ...request, motion, stepz: 1 } as never))).toBeInstanceOf(
      UsageError,
    );
    const unsendable = { ...request, motion, prompt: () => 'a cat' } as never;
    expect((await thrownBy(engine.generateVideo(unsendable))).message).toMatch(/cannot be passed/);
  });

  test('stops at the signal, then continues with the next call', async () => {
    const controller = new AbortController();
    const { reached, onEvent } = reaching('sampling');
    const stopped = thrownBy(
      engine.generateVideo({ ...endless, motion, onEvent, signal: controller.signal }),
    );
    const waiting = new AbortController();
    const places: number[] = [];
    const never = thrownBy(engine.generateVideo({ ...request, motion, signal: waiting.signal }));
    const next = engine.drawImage({
      base: tinyBase,
      prompt: 'a cat',
      width: 16,
      height: 16,
      samplerSteps: 1,
      onEvent: (event) => void (event.type === 'queued' && places.push(event.place)),
    });
    await reached;
    waiting.abort();
    expect((await never).message).toMatch(/stopped before it began/);
    controller.abort();
    const error = await stopped;
    expect(error).toBeInstanceOf(InterruptedError);
    expect(error.message).toMatch(/stopped while sampling/);
    expect((await next).picture.width).toBe(16);
    expect(places).toEqual([2, 1]);
    expect(engine.alive).toBe(true);
    const already = thrownBy(engine.generateVideo({ ...request, motion, signal: AbortSignal.abort() }));
    expect(await already).toBeInstanceOf(InterruptedError);
  });
});

describe('an engine that ends', () => {
  afterEach(() => Promise.all(started.splice(0).map((engine) => engine.close())));

  test('by a kill rejects the current call with a DeviceError', async () => {
    const engine = await start();
    const { reached, onEvent } = reaching('sampling');
    const call = thrownBy(engine.generateVideo({ ...endless, motion, onEvent }));
    await reached;
    process.kill(engine.pid, 'SIGKILL');
    const error = await call;
    expect(error).toBeInstanceOf(DeviceError);
    expect(error.message).toMatch(/was ended by SIGKILL\. The next call starts another/);
  });

  test('by a kill is started again once for all waiting calls', async () => {
    const engine = await start();
    const first = engine.pid;
    // Before this process hears of the end: the first of them is sent into nothing.
    process.kill(first, 'SIGKILL');
    const events: string[] = [];
    const drawing = { base: tinyBase, prompt: 'a cat', width: 64, height: 64, samplerSteps: 1 };
    const pids = await Promise.all(
      ['a', 'b', 'c'].map(async (name) => {
        const onEvent = (event: ProgressEvent) => {
          if (event.type === 'queued') events.push(`${name} is number ${event.place}`);
          if (event.type === 'notice') events.push(`${name}: ${event.message}`);
        };
        await engine.drawImage({ ...drawing, onEvent });
        return engine.pid;
      }),
    );
    expect(pids).toEqual(Array(3).fill(engine.pid));
    expect(engine.pid).not.toBe(first);
    expect(engine.alive).toBe(true);
    expect(events.filter((text) => text.startsWith('a'))).toEqual([
      `a: the engine's process (${first}) was ended by SIGKILL; another was started (${engine.pid})`,
    ]);
    expect(events.filter((text) => /^[bc]/.test(text))).toEqual([
      'b is number 1',
      'c is number 2',
      'c is number 1',
    ]);
  });

  test('can be closed while it is started again', async () => {
    const engine = await start();
    const { reached, onEvent } = reaching('sampling');
    const killed = thrownBy(engine.generateVideo({ ...endless, motion, onEvent }));
    await reached;
    const first = engine.pid;
    process.kill(first, 'SIGKILL');
    expect(await killed).toBeInstanceOf(DeviceError);
    const calls = [1, 2].map(() => thrownBy(engine.generateVideo({ ...request, motion })));
    await engine.close();
    for (const call of calls) expect((await call).message).toMatch(/^the engine was closed before it came/);
    expect(engine.pid).not.toBe(first);
    expect(() => process.kill(engine.pid, 0)).toThrow('ESRCH');
  });

  test('is killed if it does not react to the signal', async () => {
    const engine = await start({ secondsToStop: 0.05 });
    const controller = new AbortController();
    const { reached, onEvent } = reaching('sampling');
    const call = thrownBy(engine.generateVideo({ ...endless, motion, onEvent, signal: controller.signal }));
    await reached;
    // A process that stands still, as one does in a step of many minutes.
    process.kill(engine.pid, 'SIGSTOP');
    controller.abort();
    const error = await call;
    expect(error).toBeInstanceOf(InterruptedError);
    expect(error.message).toMatch(/did not stop within 0\.05 s, so its process was ended/);
  });

  test('by close stops the current call and rejects waiting ones', async () => {
    const engine = await start();
    const { reached, onEvent } = reaching('sampling');
    const running = thrownBy(engine.generateVideo({ ...endless, motion, onEvent }));
    const waiting = thrownBy(engine.generateVideo({ ...request, motion }));
    await reached;
    await engine.close();
    expect((await running).message).toMatch(/stopped while sampling/);
    expect(await waiting).toBeInstanceOf(InterruptedError);
    expect(await thrownBy(engine.generateVideo({ ...request, motion }))).toBeInstanceOf(DeviceError);
    expect(() => process.kill(engine.pid, 0)).toThrow('ESRCH');
    await engine.close();
  });

  test('before it is ready throws a DeviceError', async () => {
    const error = await thrownBy(start({ execArgv: ['--eval', 'process.exit(7)'] }));
    expect(error).toBeInstanceOf(DeviceError);
    expect(error.message).toMatch(/ended with exit code/);
  });
});
