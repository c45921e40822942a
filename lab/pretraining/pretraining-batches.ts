/** @file Batches for training from scratch: noise, timesteps, dropped captions. */
import { addNoise, type NoiseSchedule, velocity } from '../../src/diffusion/noise-schedule.ts';
import { type RandomStream, randomStream } from '../../src/diffusion/random.ts';
import { type FloatTensor, floats, type IntTensor } from '../../src/graph/host-tensor.ts';
import type { ClipTokenizer } from '../../src/models/tokenizer.ts';
import type { ModelBatch } from './model-step.ts';

/** Clean latents `[b, c, h, w]` as the U-Net sees them, and a caption for each. */
export interface CaptionedLatents {
  readonly latents: FloatTensor;
  readonly captions: readonly string[];
}

/** How clean latents become training batches. */
export interface BatchPlan {
  readonly seed: number;
  /** A schedule for v-prediction. */
  readonly schedule: NoiseSchedule;
  readonly tokenizer: Pick<ClipTokenizer, 'encode' | 'maxLength'>;
  /** Fraction of captions that are replaced by an empty one, for classifier-free guidance. */
  readonly captionDropout: number;
  /** Distribution of timesteps: uniform, or more of the middle ones (Esser et al. 2024, arXiv 2403.03206). */
  readonly timesteps: 'uniform' | 'logit-normal';
  /** Mean of the normal distribution; default 0 (half of all timesteps), below 0: less noise. */
  readonly timestepsAround?: number;
}

/** Makes the function from a step's index and clean latents to its batch. Token ids of captions are cached. */
export function modelBatches(plan: BatchPlan): (index: number, clean: CaptionedLatents) => ModelBatch {
  const { seed, schedule, captionDropout } = plan;
  const encode = rememberingTokens(plan.tokenizer);
  return (index, { latents, captions }) => {
    const random = randomStream(seed, 'batch', index);
    const timesteps = captions.map(() => drawTimestep(random, plan));
    const noise = floats(random.normals(latents.data.length), latents.shape);
    const shown = captions.map((caption) => (random.uniform() < captionDropout ? '' : caption));
    return {
      noisy: addNoise(schedule, latents, noise, timesteps),
      target: velocity(schedule, latents, noise, timesteps),
      timesteps,
      ids: encode(shown),
    };
  };
}

function drawTimestep(random: RandomStream, { timesteps, timestepsAround = 0, schedule }: BatchPlan): number {
  const count = schedule.alphasCumprod.length;
  if (timesteps === 'uniform') return random.integer(count);
  return Math.min(count - 1, Math.floor(count / (1 + Math.exp(-timestepsAround - random.normal()))));
}

/** Captions as token ids `[b, tokens]`; each caption is tokenised only once. */
export function rememberingTokens({
  encode,
  maxLength,
}: Pick<ClipTokenizer, 'encode' | 'maxLength'>): (captions: readonly string[]) => IntTensor {
  const known = new Map<string, BigInt64Array>();
  return (captions) => {
    const data = new BigInt64Array(captions.length * maxLength);
    for (const [row, caption] of captions.entries()) {
      let ids = known.get(caption);
      if (!ids) {
        ids = BigInt64Array.from(encode(caption), BigInt);
        known.set(caption, ids);
      }
      data.set(ids, row * maxLength);
    }
    return { dtype: 'int64', shape: [captions.length, maxLength], data };
  };
}
