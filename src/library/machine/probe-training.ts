/** @file Estimates the cost of training a motion on Stable Diffusion 1.x from its shapes alone. */
import { stableDiffusionUNet } from '../../models/stable-diffusion-unet.ts';
import { motionVariants } from '../../motion/variant.ts';
import { trainingCost } from '../../training/training-cost.ts';

/** Tokens of a prompt. */
const tokens = 77;

/** Estimated cost of a step with the least memory, at the paper's size and at a modest one. */
export async function probeTraining() {
  const component = await stableDiffusionUNet();
  const cost = (frames: number, width: number, height: number) => {
    const latents = [1, 4, frames, height / 8, width / 8];
    const { bytes, flops } = trainingCost(component, latents, tokens, {
      variant: motionVariants.lamp,
      memory: 'low',
    });
    return { frames, width, height, bytes, flops };
  };
  return { usual: cost(16, 512, 320), modest: cost(8, 256, 256) };
}
