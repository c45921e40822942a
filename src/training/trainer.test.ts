import { describe, expect, test } from 'vitest';
import { InterruptedError, LampError, StorageError } from '../errors.ts';
import { floats } from '../graph/host-tensor.ts';
import type { AdamWState } from './adamw.ts';
import type { MotionBatch } from './data/motion-batches.ts';
import type { StepMetrics } from './metrics.ts';
import type { MotionStep } from './motion-step.ts';
import { ParameterSet } from './parameter-set.ts';
import { emptyState } from './state.ts';
import { type Training, train } from './trainer.ts';
import { parseSettings, type TrainingInput } from './training-settings.ts';

/** A training of one parameter p whose loss is (p − target)², the target being the batch's number. */
function toyTraining(given: Partial<TrainingInput>, overrides: Partial<Training<MotionBatch>> = {}) {
  const settings = parseSettings({ base: 'b', clips: ['c'], prompt: 'p', learningRate: 0.1, ...given });
  const parameters = new ParameterSet([{ name: 'p', shape: [1] }]);
  const state = emptyState(parameters, settings);
  const gradients = parameters.zeros();
  const log: StepMetrics[] = [];
  const happened: string[] = [];
  const motionStep: MotionStep = {
    gradients,
    async run({ timesteps: [target] }) {
      const distance = parameters.flat[0]! - target!;
      gradients.flat[0] = 2 * distance;
      return distance ** 2;
    },
    dispose: async () => {},
  };
  const empty = floats(new Float32Array(0));
  const training: Training<MotionBatch> = {
    settings,
    state,
    lossStep: motionStep,
    batchAt: async (index): Promise<MotionBatch> => ({
      noisy: empty,
      target: empty,
      context: empty,
      timesteps: [index],
    }),
    log: (metrics) => log.push(metrics),
    save: async () => void happened.push(`save ${state.optimiser.step}`),
    makeSamples: async () => void happened.push(`sample ${state.optimiser.step}`),
    ...overrides,
  };
  return { training, state, log, happened };
}

describe('train', () => {
  test('logs every step, saves at the interval and at the end, samples after saving', async () => {
    const { training, log, happened } = toyTraining({ steps: 5, saveEvery: 2, sampleEvery: 3 });
    await train(training);
    expect(log.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5]);
    expect(Object.keys(log[0]!)).toEqual(['step', 'loss', 'learningRate', 'gradNorm', 'seconds']);
    expect(happened).toEqual(['save 2', 'save 3', 'sample 3', 'save 4', 'save 5', 'sample 5']);
  });

  test('averages loss and gradients over the accumulated batches', async () => {
    const { training, log } = toyTraining({ steps: 2, accumulation: 4 });
    await train(training);
    expect(log[0]!.loss).toBeCloseTo((0 + 1 + 4 + 9) / 4, 6);
    expect(log[0]!.gradNorm).toBeCloseTo(2 * 1.5, 6);
  });

  test('clips gradients only if requested', async () => {
    const clipped = toyTraining({ steps: 1, accumulation: 100, clipNorm: 1 });
    const free = toyTraining({ steps: 1, accumulation: 100, clipNorm: 0 });
    await train(clipped.training);
    await train(free.training);
    const first = ({ state }: typeof clipped) => (state.optimiser as AdamWState).first.flat[0];
    expect(first(clipped)).toBeCloseTo(-0.1, 5);
    expect(first(free)).toBeCloseTo(-9.9, 5);
  });

  test('saves and says so when it is stopped; the next call continues', async () => {
    const controller = new AbortController();
    const { training, log, happened } = toyTraining({ steps: 5 });
    const stopping = train(training, {
      signal: controller.signal,
      onEvent: (event) => event.type === 'step' && event.step === 2 && controller.abort(),
    });
    await expect(stopping).rejects.toThrow(new InterruptedError('stopped after step 2 of 5; it is saved.'));
    expect(happened).toEqual(['save 2']);
    await train(training);
    expect(log.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5]);
  });

  test('can be stopped by a timer, since it yields to the event loop', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 20);
    const { training } = toyTraining({ steps: 1_000_000_000 });
    await expect(train(training, { signal: controller.signal })).rejects.toThrow(InterruptedError);
  });

  test('a sample that is stopped leaves the step saved', async () => {
    const controller = new AbortController();
    const { training, happened } = toyTraining(
      { steps: 5, sampleEvery: 2 },
      {
        makeSamples: async () => {
          controller.abort();
          throw new InterruptedError('stopped while sampling');
        },
      },
    );
    await expect(train(training, { signal: controller.signal })).rejects.toThrow('stopped after step 2 of 5');
    expect(happened).toEqual(['save 2']);
  });

  test.each([
    ['a line of metrics that cannot be written', 'log', 3],
    ['a batch that cannot be made', 'batchAt', 3],
    ['an event whose receiver throws', 'onEvent', 3],
    ['samples that cannot be written', 'makeSamples', 3],
  ] as const)('%s: what was trained is saved first', async (_, where, taken) => {
    const { training, state, happened } = toyTraining({ steps: 9, saveEvery: 100, sampleEvery: 3 });
    const full = new StorageError('the disk is full');
    const failing = (): never => {
      throw full;
    };
    const failLater = <T>(otherwise: T) => (state.optimiser.step === taken ? failing() : otherwise);
    const onEvent = () => (where === 'onEvent' ? failLater(undefined) : undefined);
    const { batchAt } = training;
    const broken = {
      ...training,
      ...(where === 'log' && { log: () => failLater(undefined) }),
      ...(where === 'batchAt' && { batchAt: async (index: number) => failLater(batchAt(index)) }),
      ...(where === 'makeSamples' && { makeSamples: async () => failing() }),
    };
    await expect(train(broken, { onEvent })).rejects.toBe(full);
    expect(happened.filter((each) => each.startsWith('save'))).toEqual(['save 3']);
  });

  test('if saving fails as well, the first error is thrown', async () => {
    const { training } = toyTraining({ steps: 9, saveEvery: 100 });
    const [first, second] = [new StorageError('metrics'), new StorageError('checkpoint')];
    training.lossStep.run = async () => 1;
    const failing = (error: Error) => () => {
      throw error;
    };
    const save = async () => failing(second)();
    await expect(train({ ...training, log: failing(first), save })).rejects.toBe(first);
  });

  test('a loss that is not a number ends it with advice, and overwrites nothing', async () => {
    const { training, state, happened } = toyTraining({ steps: 5, saveEvery: 1 });
    const run = training.lossStep.run;
    training.lossStep.run = async (batch) => (state.optimiser.step < 2 ? run(batch) : Number.NaN);
    const failing = train(training);
    await expect(failing).rejects.toThrow(LampError);
    await expect(failing).rejects.toThrow(/failed at step 3: the loss is NaN.*"learningRate" \(it is 0.1\)/);
    expect(happened).toEqual(['save 1', 'save 2']);
  });
});
