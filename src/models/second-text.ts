/** @file The second text encoder of Stable Diffusion XL (Podell et al. 2023, arXiv 2307.01952), opened and checked. */
import { join } from 'node:path';
import { z } from 'zod';
import { readJsonFile } from '../checkpoints/json-file.ts';
import { CheckpointError } from '../errors.ts';
import { openComponent } from './component.ts';
import { addedWidths, projectedTextEncoderConfigSchema } from './configs.ts';
import type { ModelParts, SecondText } from './model-parts.ts';
import { loadTokenizer } from './tokenizer.ts';

/** Fields of the pipeline's index; others only concern how a model is loaded. */
const indexSchema = z.object({
  force_zeros_for_empty_prompt: z.boolean().default(true),
  requires_aesthetics_score: z.boolean().default(false),
});

/** Opens the second text encoder in a diffusers folder. Throws `CheckpointError`. */
export async function openSecondText(root: string): Promise<SecondText> {
  const index = await readJsonFile(join(root, 'model_index.json'), indexSchema, "the model's index");
  if (index.requires_aesthetics_score) {
    throw new CheckpointError({
      found: `"${root}" is Stable Diffusion XL's refiner, which finishes pictures of another model`,
      setting: 'base',
      advice: 'Give the base model.',
    });
  }
  const [encoder, tokenizer] = await Promise.all([
    openComponent(join(root, 'text_encoder_2'), projectedTextEncoderConfigSchema),
    loadTokenizer(join(root, 'tokenizer_2')),
  ]);
  return { encoder, tokenizer, zerosForEmpty: index.force_zeros_for_empty_prompt };
}

/**
 * Throws `CheckpointError` unless the outputs of the text encoders (one or two) match the U-Net; `path` names the model
 * in messages.
 */
export function assertTextFits(
  { unet, textEncoder, tokenizer, second }: Pick<ModelParts, 'unet' | 'textEncoder' | 'tokenizer' | 'second'>,
  path: string,
): void {
  const encoders = [textEncoder, ...(second ? [second.encoder] : [])];
  const width = encoders.reduce((sum, { config }) => sum + config.hidden_size, 0);
  if (unet.config.cross_attention_dim !== width) {
    throw new CheckpointError({
      found: `the U-Net of "${path}" attends to text states of width ${unet.config.cross_attention_dim}`,
      expected: `${width}, as its text encoder makes`,
      setting: 'base',
      advice: NOT_TOGETHER,
    });
  }
  const added = addedWidths(unet.config);
  if (!added || !second) return;
  const told = second.encoder.config.projection_dim + NUMBERS_ABOUT_SIZE * added.each;
  if (told !== added.all) {
    throw new CheckpointError({
      found: `the U-Net of "${path}" takes ${added.all} added values (projection_class_embeddings_input_dim)`,
      expected: `${told}, for a pooled text and six sizes, as in a Stable Diffusion XL base model (its refiner takes five sizes)`,
      setting: 'base',
    });
  }
  if (second.tokenizer.maxLength !== tokenizer.maxLength) {
    throw new CheckpointError({
      found: `the second tokenizer of "${path}" makes ${second.tokenizer.maxLength} tokens of a prompt`,
      expected: `${tokenizer.maxLength}, as the first`,
      setting: 'base',
      advice: NOT_TOGETHER,
    });
  }
}

const NOT_TOGETHER = 'Its parts do not belong together: download the model again.';

/** Original height and width, top and left of the crop, target height and width: see `addedConditions`. */
const NUMBERS_ABOUT_SIZE = 6;
