/**
 * @file What a studio shows of a run, read without what trains: of `run.json` only what is shown is checked, so that a
 * run of another version, or with a setting that this one does not know, is shown as far as it can be.
 */
import { z } from 'zod';
import { readJsonFile } from '../checkpoints/json-file.ts';
import { runPaths } from '../training/run-paths.ts';

const clips = z
  .array(
    z.object({
      path: z.string(),
      frameCount: z.number().optional(),
      framesPerSecond: z.number().nullable().optional(),
      caption: z.string().optional(),
    }),
  )
  .default([]);

const recordSchema = z.object({
  format: z.literal('lamp-run'),
  settings: z
    .object({
      steps: z.number(),
      prompt: z.string().optional(),
      frames: z.number().optional(),
      width: z.number().optional(),
      height: z.number().optional(),
      samplePrompts: z.array(z.string()).optional(),
      sampleEvery: z.number().optional(),
      base: z.string().optional(),
      clips: z.array(z.string()).optional(),
    })
    .loose(),
  base: z.object({ name: z.string(), unet: z.string().optional() }),
  clips,
  heldOut: clips,
  started: z.string(),
  finished: z.string().nullable(),
});

/** What is shown of a run's `run.json`. */
export type ShownRun = z.output<typeof recordSchema>;

/** Reads what is shown of the run in a folder. Throws `CheckpointError` where `run.json` is missing or damaged. */
export function readShownRun(folder: string): Promise<ShownRun> {
  const advice = 'Put back a copy of it, or begin anew: without it, the training cannot go on.';
  return readJsonFile(runPaths(folder).record, recordSchema, "a run's settings", advice);
}
