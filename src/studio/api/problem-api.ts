/** @file What went wrong, in words that help, as every request and every job says it. */
import { z } from 'zod';

/** An error of lamp, or of a request. All texts are plain texts. */
export const problemSchema = z.object({
  /**
   * The library's class of errors (`UsageError`, `MediaError`, `CheckpointError`, `DeviceError`, `StorageError`,
   * `InterruptedError`), `RequestError` for what is wrong with a request, or a name of JavaScript's for a fault of
   * lamp.
   */
  kind: z.string(),
  /** The whole text. */
  message: z.string(),
  /** The setting concerned, with a dot for nested ones (`drawing.samplerSteps`). */
  setting: z.string().optional(),
  /** What to do, in whole sentences. */
  advice: z.array(z.string()).optional(),
});

/** See `problemSchema`. */
export type Problem = z.output<typeof problemSchema>;

/** The answer with every status from 400 on. */
export const refusalSchema = z.object({ error: problemSchema });
