/** @file Videos and pictures in requests and answers. */
import { z } from 'zod';
import { workFormSchema } from './form-api.ts';
import { bytesSchema, dateSchema, itemIdSchema, jobIdSchema } from './identifiers.ts';
import { problemSchema } from './problem-api.ts';

/** A video in the gallery. */
export const videoSchema = z.object({
  id: itemIdSchema,
  title: z.string(),
  made: dateSchema,
  bytes: bytesSchema,
  job: jobIdSchema.optional(),
  /** Format of the file as it is stored. */
  format: z.enum(['mp4', 'webm', 'gif']),
  /**
   * Addresses: of the video for playing (a picture if the format is `gif`), of a small loop, and of a still picture.
   */
  plays: z.string(),
  loop: z.string(),
  still: z.string(),
  /** Address of a copy as WebM, for browsers that do not play H.264; made when it is first asked for. */
  webm: z.string(),
  prompt: z.string().optional(),
});

/** See `videoSchema`. */
export type ApiVideo = z.output<typeof videoSchema>;

/** How much of a list is given at most. */
export const mostListed = 5000;

/** Pages of lists that may be long: latest first. */
export const pageQuerySchema = z.object({
  /** How many to leave out, and how many to give. */
  from: z.coerce.number().int().min(0).default(0),
  count: z.coerce.number().int().min(1).max(mostListed).default(100),
  /** Only those whose title or prompt has these words; `all` counts them. */
  sought: z.string().max(200).optional(),
});

/** Videos, latest first. */
export const videosSchema = z.object({ videos: z.array(videoSchema), all: z.number() });

/** How a file of lamp's was made. */
export const madeBySchema = z.object({
  /** All that the file says. */
  stored: z.record(z.string(), z.unknown()),
  /** A form that makes it again, as far as what it was made of is in the studio. */
  form: workFormSchema.optional(),
  /** What was not found here, in words: a motion, a base, a picture. */
  missing: z.array(z.string()),
});

/** A video, and what its job says of it. */
export const videoDetailSchema = videoSchema.extend({
  /** Address of what was edited, as WebM: as many frames, of the same size and rate; absent where that is not here. */
  before: z.string().optional(),
  /** Whether it is an edit, so that a missing `before` is worth a word. */
  isEdit: z.boolean(),
  /** The equal command of the shell. */
  command: z.string().optional(),
});

/** What a video's file says of itself; it is read by a process of its own, which takes its time. */
export const videoFactsSchema = z.object({
  width: z.number().optional(),
  height: z.number().optional(),
  frames: z.number().optional(),
  framesPerSecond: z.number().optional(),
  madeBy: madeBySchema.optional(),
  problem: problemSchema.optional(),
});

/** Formats of downloads: `png` is a sheet with all frames in rows. */
export const downloadFormats = ['mp4', 'webm', 'gif', 'png'] as const;

/** See `downloadFormats`; default: the file as it is. */
export const downloadQuerySchema = z.object({ as: z.enum(downloadFormats).optional() });

/** A picture: drawn, uploaded, or taken from a video. */
export const pictureSchema = z.object({
  id: itemIdSchema,
  title: z.string(),
  made: dateSchema,
  bytes: bytesSchema,
  job: jobIdSchema.optional(),
  /** Addresses of the picture and of a small one. */
  shows: z.string(),
  small: z.string(),
});

/** See `pictureSchema`. */
export type ApiPicture = z.output<typeof pictureSchema>;

/** Pictures, latest first. */
export const picturesSchema = z.object({ pictures: z.array(pictureSchema), all: z.number() });

/** A picture, and how it was made. */
export const pictureDetailSchema = pictureSchema.extend({
  width: z.number().optional(),
  height: z.number().optional(),
  madeBy: madeBySchema.optional(),
  problem: problemSchema.optional(),
});

/** A file's name, of which the server makes one of its own. The body is the file itself. */
export const fileQuerySchema = z.object({ name: z.string().min(1).max(255) });

/** Makes a picture of a frame of a video, counted from 0. */
export const frameSchema = z.object({ video: itemIdSchema, frame: z.number().int().min(0) });
