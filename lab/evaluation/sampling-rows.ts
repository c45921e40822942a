/** @file The rows of the sampling suite: ways to make the same video with less arithmetic. */
import type { VideoSettings } from '../../src/pipelines/video/video-settings.ts';

/** A way of sampling. */
export interface SamplingRow {
  /** Label in tables. */
  readonly title: string;
  /** Settings that differ from those that all rows have. */
  readonly video: Partial<VideoSettings>;
}

const ddim = { sampler: 'ddim', samplerSteps: 50 } as const;
const dpm = (samplerSteps: number) => ({ sampler: 'dpm++', samplerSteps }) as const;
/** Where guidance is left out at the noisiest fifth of the timesteps and at the least noisy two fifths. */
const interval = { guidanceStart: 800, guidanceEnd: 400 } as const;

/** All rows, in the order of the table. The first, with every step guided and whole, is compared with the others. */
export const samplingRows: readonly SamplingRow[] = [
  { title: 'DDIM, 50 steps', video: ddim },
  { title: 'DDIM, 25', video: { ...ddim, samplerSteps: 25 } },
  ...[25, 20, 15, 12].map((steps) => ({ title: `DPM-Solver++, ${steps}`, video: dpm(steps) })),
  { title: 'DDIM, 50, without guidance', video: { ...ddim, guidance: 1 } },
  { title: 'DDIM, 50, guided from 800 to 400', video: { ...ddim, ...interval } },
  ...[0.999, 0.99, 0.95].map((adaptiveGuidance) => ({
    title: `DDIM, 50, adaptive guidance ${adaptiveGuidance}`,
    video: { ...ddim, adaptiveGuidance },
  })),
  ...[2, 3, 5].map((deepEvery) => ({
    title: `DDIM, 50, deep features every ${deepEvery} steps`,
    video: { ...ddim, deepEvery },
  })),
  { title: 'DPM-Solver++, 20, guided from 800 to 400', video: { ...dpm(20), ...interval } },
  { title: 'DPM-Solver++, 20, adaptive guidance 0.99', video: { ...dpm(20), adaptiveGuidance: 0.99 } },
  ...[25, 20, 15].map((steps) => ({
    title: `DPM-Solver++, ${steps}, deep features every 2 steps`,
    video: { ...dpm(steps), deepEvery: 2 },
  })),
  ...[2, 3].map((deepEvery) => ({
    title: `DPM-Solver++, 20, guided from 800 to 400, deep features every ${deepEvery} steps`,
    video: { ...dpm(20), ...interval, deepEvery },
  })),
];
