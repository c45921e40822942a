/** @file What the options of `lamp train` say about the training, and nothing of what they leave open. */
import type { Command } from 'commander';
import { withoutUndefined } from '../pipelines/video/video-settings.ts';
import type { TrainingInput } from '../training/training-settings.ts';

/** Names of options that go into the settings as they are. */
const plainSettings = [
  'base',
  'prompt',
  'captions',
  'frames',
  'clipFps',
  'stride',
  'window',
  'steps',
  'learningRate',
  'schedule',
  'warmupSteps',
  'accumulation',
  'clipNorm',
  'beta1',
  'beta2',
  'epsilon',
  'weightDecay',
  'translate',
  'recolour',
  'copyPaste',
  'fit',
  'shuffle',
  'clipRange',
  'temporalBias',
  'timestepShift',
  'lowestTimestep',
  'variant',
  'rank',
  'seed',
  'device',
  'recompute',
  'saveEvery',
  'sampleEvery',
] as const;

/** The settings that stand on the command line: the others are left to the library, which asks the base, or the run. */
export function givenSettings(command: Command, clips: readonly string[]): Partial<TrainingInput> {
  const values = command.opts<Record<string, unknown>>();
  const given = (name: string) => (command.getOptionValueSource(name) === 'cli' ? values[name] : undefined);
  const named = {
    ...Object.fromEntries(plainSettings.map((name) => [name, given(name)])),
    ...(given('size') as { width: number; height: number } | undefined),
    clips: clips.length > 0 ? clips : undefined,
    batch: given('batchSize'),
    flipProbability: given('flip'),
    averageDecay: given('ema'),
    places: given('place'),
    samplePrompts: given('samplePrompt'),
  };
  return withoutUndefined(named) as Partial<TrainingInput>;
}
