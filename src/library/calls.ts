/** @file The functions that an engine in another process can be asked for. */
import { animateImage } from './animate-image.ts';
import { drawImage } from './draw-image.ts';
import { editVideo } from './edit-video.ts';
import { generateVideo } from './generate-video.ts';
import { learnMotion } from './learn-motion.ts';

/** They all take one object of options, with `onEvent` and `signal`. */
export const calls = { learnMotion, generateVideo, animateImage, editVideo, drawImage };

/** See `calls`. */
export type Calls = typeof calls;
