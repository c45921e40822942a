import { afterEach, describe, expect, test, vi } from 'vitest';
import { LampError } from '../errors.ts';
import { finding } from '../library/machine/finding.ts';
import type { RunProbe } from '../library/machine/run-probe.ts';
import { setting } from '../phrases.ts';
import { testMachine } from '../testing/test-machine.ts';
import { doctorCommand, findingText, summaryText } from './doctor.ts';

test('findings as text', () => {
  const advice = ['Buy some.', [setting('device', 'cpu'), ' helps, too.']];
  const warning = finding({ subject: 'memory', verdict: 'warning', found: '1 GB', advice });
  expect(findingText(warning).split('\n')).toEqual([
    'warning  memory             1 GB',
    '                            Buy some.',
    '                            --device cpu helps, too.',
  ]);
  const problem = finding({ subject: 'memory', verdict: 'problem', found: '1 GB' });
  expect(summaryText([warning])).toBe('lamp can be used; 1 warning');
  expect(summaryText([warning, problem, problem])).toBe('2 problems, 1 warning');
  expect(summaryText([])).toBe('everything is as it should be');
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

  test('exits with 0 if there is no problem', async () => {
    const { text, error } = await doctor(testMachine());
    expect(error).toBeUndefined();
    expect(text).toMatch(/^ok {7}Node.js {12}\d+\.\d+\.\d+ on /);
    expect(text).toMatch(/\n(lamp can be used|everything is)[^\n]*\n$/);
  });

  test('ends with an error and exit code 1 when there is one', async () => {
    const { text, error } = await doctor(testMachine({ engine: new Error('it does not load') }), '--json');
    expect(error).toBeInstanceOf(LampError);
    expect((error as LampError).exitCode).toBe(1);
    expect(text).not.toMatch(/device: "/);
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toContainEqual({
      type: 'finding',
      subject: 'ONNX Runtime',
      verdict: 'problem',
      found: 'does not load: it does not load',
      advice: expect.stringContaining('npm install'),
    });
    expect(lines.at(-1)).toMatchObject({ type: 'summary', usable: false });
  });
});
