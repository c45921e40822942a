/** @file Training state: the parameters and the optimiser's state. Stored by `checkpoint.ts`. */
import { randomStream } from '../diffusion/random.ts';
import type { FloatTensor } from '../graph/host-tensor.ts';
import type { Component } from '../models/base-model.ts';
import type { UNetConfig } from '../models/configs.ts';
import { initialValues, motionParameters } from '../motion/motion-parameters.ts';
import type { MotionValues } from '../motion/trained-motion.ts';
import { type OptimiserState, optimiserState } from './optimiser.ts';
import { ParameterSet } from './parameter-set.ts';
import type { TrainingSettings } from './training-settings.ts';

/** State of a training between two steps. */
export interface TrainingState {
  readonly parameters: ParameterSet;
  /** Holds the number of steps taken. */
  readonly optimiser: OptimiserState;
  /** Moving average of the parameters, if one is kept. */
  readonly average: ParameterSet | undefined;
}

/**
 * The state before the first step: with the values of the motion `from`, else initialised from the seed and the base
 * model's weights.
 */
export async function initialState(
  { weights }: Component<UNetConfig>,
  settings: Pick<TrainingSettings, 'seed' | 'averageDecay' | 'temporalBias' | 'variant'> &
    Partial<Pick<TrainingSettings, 'rank' | 'optimizer'>>,
  from?: MotionValues | undefined,
): Promise<TrainingState> {
  const list = motionParameters(weights.shapes, settings.variant, settings.rank);
  const parameters = new ParameterSet(list);
  if (from) {
    for (const [name, { data }] of parameters.views) data.set(from.get(name)!.data);
    return withAverage(emptyState(parameters, settings));
  }
  const own = await weights.file.readMany(
    list.filter(({ initial }) => initial === 'base').map(({ name }) => name),
  );
  for (const parameter of list) {
    const { data } = parameters.views.get(parameter.name)!;
    const { uniform } = randomStream(settings.seed, 'initial', parameter.name);
    data.set(initialValues(parameter, (name) => (own.get(name) as FloatTensor).data, uniform));
    if (settings.temporalBias === 'uniform' && parameter.name.endsWith('.attn_temp.to_out.0.bias')) {
      // There are as many inputs as outputs: PyTorch's default initialisation ±1/√inputs.
      const bound = 1 / Math.sqrt(data.length);
      for (let i = 0; i < data.length; i++) data[i] = bound * (2 * uniform() - 1);
    }
  }
  return withAverage(emptyState(parameters, settings));
}

/** The state with the parameters as their own average, if one is kept. */
function withAverage(state: TrainingState): TrainingState {
  state.average?.flat.set(state.parameters.flat);
  return state;
}

/** A state with these parameters and all other values zero. */
export function emptyState(
  parameters: ParameterSet,
  {
    averageDecay,
    optimizer = 'adamw',
  }: Pick<TrainingSettings, 'averageDecay'> & Partial<Pick<TrainingSettings, 'optimizer'>>,
): TrainingState {
  return {
    parameters,
    optimiser: optimiserState(optimizer, parameters),
    average: averageDecay > 0 ? parameters.zeros() : undefined,
  };
}

/** The current motion: the moving average if there is one, else the parameters. Views, not copies. */
export function motionValues({ parameters, average }: TrainingState): MotionValues {
  return (average ?? parameters).views;
}
