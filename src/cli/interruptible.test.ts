import { EventEmitter } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import { hangupIsIgnored } from './hangup.ts';
import { type InterruptionSource, interruptible } from './interruptible.ts';

type Module = typeof import('./output-failure.ts');

/** A process whose signals, clock and end are in the test's hands. */
function fakeProcess({ ignoresHangup = false } = {}) {
  const signals = new EventEmitter();
  const ended: number[] = [];
  const clock = { time: 0 };
  const source: InterruptionSource = {
    signals,
    endNow: (code) => ended.push(code),
    now: () => clock.time,
    ignoresHangup,
  };
  const send = (signal: NodeJS.Signals) => signals.emit(signal, signal);
  return { signals, ended, clock, source, send };
}

describe('signals', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGQUIT', 131],
  ] as const)(
    'the first %s requests a stop, a second one exits at once, and afterwards none is listened to',
    async (name, code) => {
      const { signals, ended, clock, source, send } = fakeProcess();
      await interruptible(async (signal) => {
        expect(signal.aborted).toBe(false);
        send(name);
        expect(signal.aborted).toBe(true);
        send(name); // as `timeout` and npx do
        expect(ended).toEqual([]);
        clock.time = 500;
        send(name);
        expect(ended).toEqual([code]);
      }, source);
      expect(signals.eventNames()).toEqual([]);
    },
  );

  test.each(['SIGUSR2', 'SIGXCPU', 'SIGALRM', 'SIGVTALRM', 'SIGPWR'] as const)(
    '%s asks as often as it comes, and never ends at once',
    async (name) => {
      const { ended, clock, source, send } = fakeProcess();
      await interruptible(async (signal) => {
        send(name);
        expect(signal.aborted).toBe(true);
        clock.time = 1000;
        send(name);
        clock.time = 2000;
        // A scheduler that warned before now wishes the end; only the next wish insists.
        send('SIGTERM');
        expect(ended).toEqual([]);
        clock.time = 2500;
        send('SIGTERM');
        expect(ended).toEqual([143]);
      }, source);
    },
  );

  test('only a user who pressed Ctrl-C is told to press it again', async () => {
    const told = async (name: NodeJS.Signals) => {
      const { source, send } = fakeProcess();
      const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
      try {
        await interruptible(async () => send(name), source);
        return write.mock.calls.map(([text]) => text).join('');
      } finally {
        write.mockRestore();
      }
    };
    expect(await told('SIGINT')).toBe('\nstopping after this step; press Ctrl-C again to end at once\n');
    expect(await told('SIGTERM')).toBe(
      '\nstopping after this step (SIGTERM); a second signal ends at once\n',
    );
    expect(await told('SIGXCPU')).toBe('\nstopping after this step (SIGXCPU)\n');
  });

  test('under nohup SIGHUP does nothing', async () => {
    const { ended, clock, source, send } = fakeProcess({ ignoresHangup: true });
    await interruptible(async (signal) => {
      send('SIGHUP');
      clock.time = 1000;
      send('SIGHUP');
      expect({ aborted: signal.aborted, ended }).toEqual({ aborted: false, ended: [] });
      send('SIGTERM');
      expect(signal.aborted).toBe(true);
    }, source);
  });

  test('nohup is recognised from the shell, or from a parent that ignores SIGHUP', () => {
    const status = (mask: string) => () => `Name:\tsh\nSigBlk:\t0000000000000000\nSigIgn:\t${mask}\n`;
    expect(hangupIsIgnored({ _: '/usr/bin/nohup' }, status('0000000000000000'))).toBe(true);
    expect(hangupIsIgnored({ _: '/usr/bin/lamp' }, status('0000000000000001'))).toBe(true);
    expect(hangupIsIgnored({ _: '/usr/bin/lamp' }, status('0000000000001006'))).toBe(false);
    const missing = () => {
      throw new Error('ENOENT');
    };
    expect(hangupIsIgnored({}, missing)).toBe(false);
  });
});

describe('output that fails', () => {
  /** The module anew, since it remembers the first failure. */
  async function watched() {
    vi.resetModules();
    const output: Module = await import('./output-failure.ts');
    const { interruptible } = await import('./interruptible.ts');
    const { InterruptedError } = await import('../errors.ts');
    let told = '';
    const stderr = Object.assign(new EventEmitter(), {
      write: (text: string) => {
        told += text;
      },
    });
    const stdout = new EventEmitter();
    const ended: number[] = [];
    output.watchOutput({ stdout, stderr }, (code) => ended.push(code));
    const fail = (stream: EventEmitter, code: string) =>
      stream.emit('error', Object.assign(new Error(), { code }));
    return { stdout, stderr, ended, fail, interruptible, InterruptedError, told: () => told };
  }

  test.each([
    ['EPIPE', 'its reader has exited'],
    ['ENOSPC', 'the disk is full'],
    ['EIO', 'its terminal or disk no longer responds'],
  ])('%s of standard output stops long work, which saves first', async (code, reason) => {
    const { stdout, ended, fail, interruptible, InterruptedError, told } = await watched();
    const { source } = fakeProcess();
    const work = interruptible(async (signal) => {
      fail(stdout, code);
      fail(stdout, code);
      expect(signal.aborted).toBe(true);
      throw new InterruptedError('stopped after step 3 of 9; it is saved.');
    }, source);
    const error = await work.catch((thrown: unknown) => thrown as Error & { exitCode: number });
    expect(error).toMatchObject({
      name: 'StorageError',
      exitCode: 6,
      message: `cannot write to standard output: ${reason}. Stopped after step 3 of 9; it is saved.`,
    });
    expect({ ended, told: told() }).toEqual({ ended: [], told: '' });
  });

  test('a failing standard error is ignored, unless its reader has exited, which stops the work', async () => {
    const { stderr, ended, fail, interruptible } = await watched();
    const { source } = fakeProcess();
    const done = await interruptible(async (signal) => {
      fail(stderr, 'EIO');
      fail(stderr, 'ENOSPC');
      expect(signal.aborted).toBe(false);
      fail(stderr, 'EPIPE');
      return signal.aborted;
    }, source);
    expect({ done, ended }).toEqual({ done: true, ended: [] });
  });

  test('work that completes anyway reports incomplete output, unless the reader has exited', async () => {
    const { stdout, fail, interruptible } = await watched();
    const { source } = fakeProcess();
    await expect(interruptible(async () => fail(stdout, 'ENOSPC'), source)).rejects.toThrow(
      'cannot write to standard output: the disk is full. Write to another place.',
    );
    const gone = await watched();
    expect(await gone.interruptible(async () => gone.fail(gone.stdout, 'EPIPE'), source)).toBe(true);
  });

  test('short commands exit at once: with 0 if the reader has exited, else with 6 and the reason', async () => {
    const gone = await watched();
    gone.fail(gone.stdout, 'EPIPE');
    expect([gone.ended, gone.told()]).toEqual([[0], '']);
    const full = await watched();
    full.fail(full.stdout, 'ENOSPC');
    expect(full.ended).toEqual([6]);
    expect(full.told()).toBe(
      'lamp: cannot write to standard output: the disk is full. Write to another place.\n',
    );
  });
});
