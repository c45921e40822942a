/** @file Where the parts of a run are, for readers that load nothing of the training itself. */
import { join } from 'node:path';

/** Paths of a run's parts. */
export interface RunPaths {
  readonly folder: string;
  readonly record: string;
  readonly metrics: string;
  readonly motion: string;
  readonly samples: string;
  readonly checkpoints: string;
  readonly scenes: string;
  readonly latents: string;
  /** What is asked of the training while it runs; see `training-requests.ts`. */
  readonly control: string;
}

/** The paths of the run in `folder`. */
export function runPaths(folder: string): RunPaths {
  return {
    folder,
    record: join(folder, 'run.json'),
    metrics: join(folder, 'metrics.jsonl'),
    motion: join(folder, 'motion.safetensors'),
    samples: join(folder, 'samples'),
    checkpoints: join(folder, 'checkpoints'),
    scenes: join(folder, 'scenes'),
    latents: join(folder, 'latents'),
    control: join(folder, 'control'),
  };
}
