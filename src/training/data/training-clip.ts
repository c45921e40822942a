/** @file A clip of a training, as its run's record describes it. */
import { z } from 'zod';
import { framesPartSchema } from '../../media/clip-part.ts';

/** A clip as `run.json` describes it. */
export const trainingClipSchema = z.object({
  /** Absolute path. */
  path: z.string(),
  /** Identity of the content (see `fingerprint`). */
  fingerprint: z.string(),
  /** Number of frames, as a player shows them. */
  frameCount: z.int().positive(),
  /** Frame rate (the most common one where it varies); `null` for a folder of pictures. */
  framesPerSecond: z.number().positive().nullable(),
  /** Display time of each frame in seconds, if the frames are not evenly spaced (see `ClipTiming`). */
  frameTimes: z.array(z.number()).optional(),
  /** Number of frames in the file, if an edit list does not show each exactly once. */
  storedFrames: z.int().positive().optional(),
  /** The field taken from each frame, if the video is interlaced. */
  firstField: z.enum(['top', 'bottom']).optional(),
  /** The part of it that is trained on; absent for all of it. Frames keep their numbers in the whole clip. */
  part: framesPartSchema.optional(),
  /** The clip's own caption; absent if it has none and the prompt is used. */
  caption: z.string().optional(),
});

/** See `trainingClipSchema`. */
export type TrainingClip = z.infer<typeof trainingClipSchema>;
