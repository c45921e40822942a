/** @file Training steps by name, with everything that determines them: what threads can be told to compute. */
import type { Shape } from '../../src/graph/host-tensor.ts';
import type { VaeConfig } from '../../src/models/configs.ts';
import type { CompileOptions } from '../../src/runtime/program.ts';
import type { ParameterSet } from '../../src/training/parameter-set.ts';
import { type ModelConfigs, modelStep, type TrainingStep } from './model-step.ts';
import { decoderStep, type VaeLossWeights, vaeStep } from './vae-step.ts';

/** Text encoder and U-Net: see `modelStep`. */
interface ModelKind {
  readonly kind: 'model';
  readonly configs: ModelConfigs;
  /** Of a piece. */
  readonly latentShape: Shape;
  readonly tokens: number;
}

/** An autoencoder, or its decoder alone: see `vaeStep` and `decoderStep`. */
interface AutoencoderKind {
  readonly kind: 'autoencoder' | 'decoder';
  readonly config: VaeConfig;
  /** Of a piece. */
  readonly pictureShape: Shape;
  readonly lossWeights: VaeLossWeights;
}

/** A step. */
export type StepOfKind = ModelKind | AutoencoderKind;

/** Compiles a step for these parameters, which change in place. Its batches are those of its kind. */
export async function stepOfKind<Batch>(
  step: StepOfKind,
  parameters: ParameterSet,
  options: CompileOptions = {},
): Promise<TrainingStep<Batch>> {
  const found = await compiled(step, parameters, options);
  return found as TrainingStep<unknown> as TrainingStep<Batch>;
}

async function compiled(step: StepOfKind, parameters: ParameterSet, options: CompileOptions) {
  if (step.kind === 'model')
    return modelStep(step.configs, parameters, step.latentShape, step.tokens, options);
  const ofKind = step.kind === 'autoencoder' ? vaeStep : decoderStep;
  return ofKind(step.config, parameters, step.pictureShape, step.lossWeights, options);
}
