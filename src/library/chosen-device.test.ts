import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { DeviceError } from '../errors.ts';
import { notice, type ProgressEvent } from '../events.ts';
import { learnMotion } from '../index.ts';
import { libraryVocabulary, wordPhrase } from '../phrases.ts';
import { shortTraining } from '../testing/short-training.ts';
import { testFolder } from '../testing/test-folder.ts';
import { testMachine } from '../testing/test-machine.ts';
import { thrownBy } from '../testing/thrown-by.ts';
import { fastestDevice, onDevice, tellingOfProcessor } from './chosen-device.ts';
import { ProbeError } from './machine/run-probe.ts';

describe('the automatic choice', () => {
  async function chosen(contest: Record<string, unknown>) {
    const { device, why } = await fastestDevice(testMachine({ contest: (name: string) => contest[name] }));
    return [device, wordPhrase(why, libraryVocabulary)];
  }
  const none = { reason: 'no driver' };

  test('is CUDA where it is faster than the processor, without trying WebGPU', async () => {
    expect(await chosen({ cuda: { card: 2e13, processor: 3e11 }, webgpu: new Error('not asked') })).toEqual([
      'cuda',
      'it computes 20.0 TFLOP/s in matrix products, the processor 300 GFLOP/s',
    ]);
  });

  test('is else WebGPU, on a card that is faster than the processor', async () => {
    expect(await chosen({ cuda: none, webgpu: { card: 4e12, processor: 3e11 } })).toEqual([
      'webgpu',
      'it computes 4.00 TFLOP/s in matrix products, the processor 300 GFLOP/s',
    ]);
  });

  test('is the processor where the card is an adapter in software', async () => {
    expect(await chosen({ cuda: none, webgpu: { card: 5e8, processor: 3e11 } })).toEqual([
      'cpu',
      'cuda cannot be used (no driver); webgpu is slower (500 MFLOP/s in matrix products, the processor 300 GFLOP/s)',
    ]);
  });

  test('is the processor where a card crashes what tries it, or computes wrongly', async () => {
    const [device, why] = await chosen({
      cuda: new ProbeError('the process that tried it crashed (SIGSEGV)'),
      webgpu: new DeviceError('it computes wrong results'),
    });
    expect(device).toBe('cpu');
    expect(why).toBe(
      'cuda cannot be used (the process that tried it crashed (SIGSEGV)); webgpu cannot be used (it computes wrong results)',
    );
  });

  test('is the processor where something else goes with it alone, and says so', async () => {
    for (const choice of [{ precision: 'int8' }, { memory: 'low' }]) {
      const events: ProgressEvent[] = [];
      const { device } = await onDevice(
        { device: 'auto', ...choice },
        { onEvent: (event) => events.push(event) },
      );
      const [[name, value]] = Object.entries(choice) as [[string, string]];
      expect(device).toBe('cpu');
      expect(events).toMatchObject([{ message: `the device is "cpu": ${name}: "${value}" is for it alone` }]);
    }
  });
});

test('CUDA is taken where the precision goes with it alone', async () => {
  const events: ProgressEvent[] = [];
  const { device } = await onDevice(
    { device: 'auto', precision: 'tf32' },
    { onEvent: (event) => events.push(event) },
  );
  expect(device).toBe('cuda');
  expect(events).toMatchObject([{ message: 'the device is "cuda": precision: "tf32" is for it alone' }]);
});

test('a given device is taken as it is, an unknown one refused with the choices', async () => {
  expect((await onDevice({ device: 'cpu' }, {})).device).toBe('cpu');
  const error = await thrownBy(onDevice({ device: 'gpu' }, {}));
  expect(error.message).toBe('unknown device "gpu"; expected one of: cpu, webgpu, cuda, auto.');
});

test('what a device does not have is refused before it is tried', async () => {
  for (const [choice, message] of [
    [
      { precision: 'int8' },
      'precision: "int8" was chosen for the device "webgpu"; expected device: "cpu" with it',
    ],
    [{ memory: 'low' }, 'memory: "low" was chosen for the device "webgpu"; expected device: "cpu" with it'],
    [
      { precision: 'tf32' },
      'precision: "tf32" was chosen for the device "webgpu"; expected device: "cuda" with it',
    ],
  ] as const) {
    const error = await thrownBy(onDevice({ device: 'webgpu', ...choice }, {}));
    expect(error).toBeInstanceOf(DeviceError);
    expect(error.message).toContain(message);
  }
});

test('operators that the device leaves to the processor are named once, as soon as they are known', () => {
  const events: ProgressEvent[] = [];
  const left: string[] = [];
  const { onEvent } = tellingOfProcessor('webgpu', { onEvent: (event) => events.push(event) }, () => left);
  const other = notice('something else');
  onEvent!(other);
  left.push('erf', 'gather');
  onEvent!(other);
  onEvent!(other);
  expect(events.map(({ type }) => type === 'notice')).toEqual([true, true, true, true]);
  expect(events[1]).toMatchObject({
    message: 'device "webgpu" leaves these operators to the processor, which slows it down: erf, gather',
    setting: 'device',
  });
  expect([events[0], events[2], events[3]]).toEqual([other, other, other]);
  const work = { onEvent: () => {} };
  expect(tellingOfProcessor('cpu', work, () => left)).toBe(work);
});

test('a run stores the device that was taken, and keeps it when it is resumed', async () => {
  const at = await testFolder();
  const device = async () => JSON.parse(await readFile(at('run/run.json'), 'utf8')).settings.device;
  const events: ProgressEvent[] = [];
  const work = { onEvent: (event: ProgressEvent) => void events.push(event) };
  const { base = '', ...short } = shortTraining;
  const few = { ...short, base, accumulation: 1, saveEvery: 1, out: at('run') };
  await learnMotion({ ...few, steps: 1, device: 'auto', memory: 'low', ...work });
  expect(await device()).toBe('cpu');
  expect(events).toContainEqual(
    expect.objectContaining({ found: expect.arrayContaining(['the device is "cpu": ']) }),
  );
  events.length = 0;
  await learnMotion({ out: at('run'), resume: true, steps: 2, device: 'auto', ...work });
  expect(await device()).toBe('cpu');
  expect(events.filter(({ type }) => type === 'step')).toHaveLength(1);
  expect(JSON.stringify(events)).not.toContain('the device is');
});
