/** @file `controlTraining`: asks something of a training that runs in another process. */
import { checkOptions } from '../check-options.ts';
import { isThere } from '../checkpoints/user-file.ts';
import { StorageError, UsageError } from '../errors.ts';
import { call, phrase, setting } from '../phrases.ts';
import { concerning } from '../renamed-setting.ts';
import { declare, type GivenSettings, required } from '../settings.ts';

import { lockOwner } from '../training/run-lock.ts';
import { runPaths } from '../training/run-paths.ts';
import { type TrainingRequest, writeRequest } from '../training/training-requests.ts';
import { field } from './shared-fields.ts';

/** The settings of `controlTraining`. */
export const controlTrainingSettings = {
  run: required(declare(field.path, { description: 'the run folder of the training' })),
  stop: declare(field.flag, { description: 'stop after the step, and save', default: false }),
  sampleNow: declare(field.flag, { description: 'make sample videos after the step', default: false }),
  addSamplePrompt: declare(field.text, {
    description: 'a further prompt of sample videos, from now on',
    usual: 'none',
  }),
};

/** Options of `controlTraining`. */
export interface ControlTrainingOptions extends GivenSettings<typeof controlTrainingSettings> {}

/**
 * Asks a running training, in whatever process, to do something between two steps: requests are files in its run folder
 * (`control/`), each of which is done once, in order. What is learned does not change, and a further sample prompt
 * changes nothing about when samples are made: without `sampleEvery`, only when `sampleNow` asks for them. A request to
 * stop is refused if nothing trains there; others are done when it goes on. Throws `UsageError` for invalid options,
 * `StorageError` if there is no run or it cannot be written to.
 *
 * @example
 * import { controlTraining } from 'lamp-video';
 *
 * await controlTraining({ run: 'runs/jumps', addSamplePrompt: 'a fox jumps', sampleNow: true });
 */
export async function controlTraining(options: ControlTrainingOptions): Promise<void> {
  const given = checkOptions('controlTraining', options, controlTrainingSettings);
  const { run, stop = false, sampleNow = false, addSamplePrompt } = given;
  const requests: TrainingRequest[] = [
    ...(addSamplePrompt === undefined
      ? []
      : [{ do: 'add sample prompt' as const, prompt: addSamplePrompt.trim() }]),
    ...(sampleNow ? [{ do: 'sample' as const }] : []),
    ...(stop ? [{ do: 'stop' as const }] : []),
  ];
  if (requests.length === 0) {
    throw new UsageError({
      found: phrase`${call('controlTraining')} was asked for nothing`,
      expected: phrase`${setting('stop', true)}, ${setting('sampleNow', true)} or ${setting('addSamplePrompt')}`,
      setting: 'stop',
    });
  }
  await concerning({ StorageError: 'run' }, async () => {
    if (!(await isThere(runPaths(run).record))) {
      throw new StorageError({ found: `there is no run in "${run}" (no run.json)`, setting: 'run' });
    }
    if (stop && (await lockOwner(run)) === undefined) {
      throw new StorageError({ found: `nothing trains in "${run}" on this machine`, setting: 'run' });
    }
    for (const request of requests) await writeRequest(runPaths(run).control, request);
  });
}
