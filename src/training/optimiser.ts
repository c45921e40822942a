/** @file The optimisers to choose from. Each updates parameters in host memory, whatever the device and memory mode. */
import type { ByteTensor } from '../checkpoints/writable-tensor.ts';
import { type FloatTensor, floats, sizeOf } from '../graph/host-tensor.ts';
import { type AdamWSettings, type AdamWState, adamWState, adamWStep } from './adamw.ts';
import {
  type AdamW8BitState,
  adamW8BitBytes,
  adamW8BitState,
  adamW8BitStep,
  type CompactMoments,
} from './adamw-8bit.ts';
import { type LionState, lionState, lionStep } from './lion.ts';
import type { ParameterSet, ParameterShape } from './parameter-set.ts';

/** Names of the optimisers. */
export const optimizerNames = ['adamw', 'adamw-8bit', 'lion'] as const;

/** Name of an optimiser. */
export type OptimizerName = (typeof optimizerNames)[number];

/** Settings of an optimiser; Lion has no `epsilon`. */
export type OptimizerSettings = AdamWSettings;

/** State of an optimiser between steps. `optimizer` says which. */
export type OptimiserState = AdamWState | AdamW8BitState | LionState;

/** The state before the first step. */
export function optimiserState(name: OptimizerName, parameters: ParameterSet): OptimiserState {
  switch (name) {
    case 'adamw':
      return adamWState(parameters);
    case 'adamw-8bit':
      return adamW8BitState(parameters);
    case 'lion':
      return lionState(parameters);
  }
}

/** One step, in place, of parameters and state. The gradients are multiplied by `gradientScale` first. */
export function optimiserStep(
  parameters: ParameterSet,
  gradients: ParameterSet,
  state: OptimiserState,
  learningRate: number,
  settings: OptimizerSettings,
  gradientScale: number,
): void {
  if (state.optimizer === 'adamw-8bit') {
    adamW8BitStep(parameters, gradients, state, learningRate, settings, gradientScale);
  } else if (state.optimizer === 'lion') {
    lionStep(parameters, gradients, state, learningRate, settings, gradientScale);
  } else {
    adamWStep(parameters, gradients, state, learningRate, settings, gradientScale);
  }
}

/** Bytes of the moments of an optimiser. */
export function momentBytes(name: OptimizerName, shapes: readonly ParameterShape[]): number {
  if (name === 'adamw-8bit') return adamW8BitBytes(shapes);
  const values = shapes.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return (name === 'lion' ? 1 : 2) * 4 * values;
}

/**
 * The tensors of a state, by their names in checkpoints. They are the state's own memory: what is written to them is in
 * the state.
 */
export function momentTensors(state: OptimiserState): Map<string, FloatTensor | ByteTensor> {
  const { first } = state;
  const parts = 'second' in state ? { first, second: state.second } : { first };
  return new Map(
    Object.entries(parts).flatMap(([part, moments]) => [
      ...tensorsOf(part, 'views' in moments ? moments.views : moments),
    ]),
  );
}

function* tensorsOf(part: string, moments: CompactMoments): Generator<[string, FloatTensor | ByteTensor]> {
  for (const [name, moment] of moments) {
    if ('codes' in moment) {
      yield [`${part}:${name}`, { dtype: 'uint8', shape: moment.shape, data: moment.codes }];
      yield [`${part}-scales:${name}`, floats(moment.scales)];
    } else yield [`${part}:${name}`, moment];
  }
}
