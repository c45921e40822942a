/** @file Sampling a video's latents from noise or from an inverted clip (LAMP, Sec. 3.4). */
import type { FloatTensor } from '../../graph/host-tensor.ts';
import { shareNoise } from '../../motion/shared-noise.ts';
import { alignmentStart, type DenoiseVideoOptions, denoiseVideo } from '../draw/denoise.ts';
import type { VideoSettings } from './video-settings.ts';

/**
 * The starting point of sampling, `[1, c, f, h, w]`: unit noise, which is then partly shared between frames, or an
 * inverted clip, used unchanged.
 */
export type VideoStart = { readonly noise: FloatTensor } | { readonly inverted: FloatTensor };

/** Options of {@link sampleVideo}. */
export interface SampleVideoOptions extends Omit<DenoiseVideoOptions, 'noise' | 'guidance' | 'alignFrom'> {
  readonly settings: Pick<
    VideoSettings,
    'guidance' | 'noiseShare' | 'keepNoiseVariance' | 'alignment' | 'samplerSteps'
  >;
  readonly start: VideoStart;
}

/** Samples a video's latents `[1, c, f, h, w]`. */
export function sampleVideo({ settings, start, ...options }: SampleVideoOptions): Promise<FloatTensor> {
  const { guidance, noiseShare: share, keepNoiseVariance: keepVariance } = settings;
  return denoiseVideo({
    ...options,
    guidance,
    noise: 'inverted' in start ? start.inverted : shareNoise(start.noise, { share, keepVariance }),
    alignFrom: alignmentIndex(settings),
  });
}

/** The reference's constant, independent of the number of steps. */
const referenceAlignment = 31;

function alignmentIndex({
  alignment,
  samplerSteps,
}: Pick<VideoSettings, 'alignment' | 'samplerSteps'>): number | undefined {
  if (alignment === 'off') return undefined;
  return alignment === 'reference' ? referenceAlignment : alignmentStart(samplerSteps);
}
