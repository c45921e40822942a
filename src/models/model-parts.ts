/** @file The parts of a text-to-image model. */
import type { Component } from './component.ts';
import type { ProjectedTextEncoderConfig, TextEncoderConfig, UNetConfig, VaeConfig } from './configs.ts';
import type { ClipTokenizer } from './tokenizer.ts';

/** The second text encoder of Stable Diffusion XL and its tokenizer. */
export interface SecondText {
  readonly encoder: Component<ProjectedTextEncoderConfig>;
  /** Pads with `!` (0), as its files specify; the first tokenizer pads with the end-of-text token. */
  readonly tokenizer: ClipTokenizer;
  /** Whether an empty prompt is represented by zeros instead of the encoders' output. */
  readonly zerosForEmpty: boolean;
}

/** The parts of a model, in one file or in a folder. */
export interface ModelParts {
  readonly unet: Component<UNetConfig>;
  readonly vae: Component<VaeConfig>;
  readonly textEncoder: Component<TextEncoderConfig>;
  readonly tokenizer: ClipTokenizer;
  /** The second text encoder of Stable Diffusion XL; other models have only one. */
  readonly second?: SecondText | undefined;
  /** Path of the scheduler's settings, or the settings themselves. */
  readonly schedulerConfig: string | object;
}
