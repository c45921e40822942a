/** @file CLIP ready for use: opens a model's folder and embeds pictures and texts. */
import { join } from 'node:path';
import { readJsonFile } from '../../src/checkpoints/json-file.ts';
import { CheckpointError } from '../../src/errors.ts';
import { type FloatTensor, floats, ints } from '../../src/graph/host-tensor.ts';
import { input } from '../../src/graph/tensor.ts';
import type { Picture } from '../../src/media/picture.ts';
import { openComponent } from '../../src/models/base-model.ts';
import { endsOfTexts } from '../../src/models/ends-of-texts.ts';
import { inBatches, programByCount } from '../../src/models/program-by-count.ts';
import { type ClipTokenizer, loadTokenizer } from '../../src/models/tokenizer.ts';
import type { CompileOptions } from '../../src/runtime/program.ts';
import { type ClipConfig, clipConfigSchema } from './clip-config.ts';
import { pictureEmbeddings, textEmbeddings } from './clip-network.ts';
import { type ClipPictures, clipPicturesSchema, preparedSize, preparePicture } from './clip-pictures.ts';

/** A CLIP model ready for use. */
export interface Clip {
  readonly config: ClipConfig;
  /** The factor of cosines before the softmax over texts. */
  readonly logitScale: number;
  /** A vector of length 1 for each picture, of any size; the cosine of two is their scalar product. */
  embedPictures(pictures: readonly Picture[]): Promise<Float32Array[]>;
  /** A vector of length 1 for each text; texts longer than the context are truncated. */
  embedTexts(texts: readonly string[]): Promise<Float32Array[]>;
  /** Frees the compiled networks. */
  dispose(): Promise<void>;
}

/**
 * Opens a folder as transformers writes it: `config.json`, `model.safetensors`, `preprocessor_config.json` and the
 * tokenizer's files. Networks are compiled when they are first used, once for each number of pictures or texts. Throws
 * `CheckpointError` naming what is missing or does not fit.
 */
export async function openClip(folder: string, options?: CompileOptions): Promise<Clip> {
  const [{ config, weights }, pictures, tokenizer] = await Promise.all([
    openComponent(folder, clipConfigSchema),
    readJsonFile(join(folder, 'preprocessor_config.json'), clipPicturesSchema, "CLIP's picture settings"),
    loadTokenizer(folder),
  ]);
  assertPartsFit(folder, config, pictures, tokenizer);
  const { data: scale } = await weights.file.read('logit_scale');
  const side = config.vision_config.image_size;
  const length = tokenizer.maxLength;

  const ofPictures = programByCount(
    weights,
    (w, count) => ({
      embeddings: pictureEmbeddings(w, config, input('pixels', [count, 3, side, side])),
    }),
    options,
  );
  const ofTexts = programByCount(
    weights,
    (w, count) => {
      const ids = input('ids', [count, length], 'int64');
      return { embeddings: textEmbeddings(w, config, ids, input('ends', [count], 'int64')) };
    },
    options,
  );

  return {
    config,
    logitScale: Math.exp(Number(scale[0])),
    embedPictures: (all) =>
      inBatches(all, async (some) => {
        const pixels = new Float32Array(some.length * 3 * side * side);
        for (const [i, each] of some.entries())
          pixels.set(preparePicture(each, pictures), i * 3 * side * side);
        const given = { pixels: floats(pixels, [some.length, 3, side, side]) };
        return rowsOf((await ofPictures.run(some.length, given)).embeddings);
      }),
    embedTexts: (all) =>
      inBatches(all, async (some) => {
        const ids = ints(
          some.flatMap((text) => tokenizer.encode(text)),
          [some.length, length],
        );
        const given = { ids, ends: endsOfTexts(config.text_config, ids) };
        return rowsOf((await ofTexts.run(some.length, given)).embeddings);
      }),
    async dispose() {
      await ofPictures.dispose();
      await ofTexts.dispose();
    },
  };
}

/** Scalar product of two vectors; of unit vectors, their cosine. */
export function cosine(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

function rowsOf({ data, shape }: FloatTensor): Float32Array[] {
  const [rows, width] = shape as [number, number];
  return Array.from({ length: rows }, (_, row) => data.slice(row * width, (row + 1) * width));
}

function assertPartsFit(
  folder: string,
  config: ClipConfig,
  pictures: ClipPictures,
  tokenizer: ClipTokenizer,
): void {
  const refuse = (found: string): never => {
    throw new CheckpointError(
      `the parts of "${folder}" do not belong together: ${found}. Download it again.`,
    );
  };
  const side = config.vision_config.image_size;
  const size = preparedSize(pictures);
  if (size?.width !== side || size.height !== side) {
    const made = size ? `${size.width}x${size.height}` : 'no one size';
    refuse(`preprocessor_config.json makes pictures of ${made}, config.json expects ${side}x${side}`);
  }
  const { max_position_embeddings: longest, vocab_size: tokens } = config.text_config;
  if (tokenizer.maxLength > longest) {
    refuse(`the tokenizer makes ${tokenizer.maxLength} tokens, the text encoder has ${longest} positions`);
  }
  if (Math.max(tokenizer.bosId, tokenizer.eosId, tokenizer.padId) >= tokens) {
    refuse(`the tokenizer's special tokens lie beyond the text encoder's ${tokens} tokens`);
  }
}
