/** @file Settings shared by several functions of the library, each declared once. */
import { z } from 'zod';
import { pictureSampling } from '../pipelines/draw/sampling-settings.ts';
import { type DeviceName, deviceNames } from '../runtime/devices.ts';
import { memoryChoices } from '../runtime/memory-mode.ts';
import { declare, nested } from '../settings.ts';
import { expecting } from '../wrong-settings.ts';
import { field } from './check-options.ts';

const side = z.int().min(1);

/** The shared settings. */
export const shared = {
  prompt: declare(field.text, { description: 'what the video shows' }),
  negativePrompt: declare(field.anyText, {
    description: 'what the video should not show',
    usual: 'nothing',
  }),
  seed: declare(z.int(), {
    description: 'seed of all random draws; the same seed gives the same result on the same device',
    default: 0,
  }),
  /** Unknown names are refused when the device is opened. */
  device: declare(
    expecting(field.text, `one of: ${deviceNames.join(', ')}`) as unknown as z.ZodType<
      DeviceName,
      DeviceName
    >,
    {
      description: 'where to compute',
      choices: deviceNames,
      default: 'cpu',
    },
  ),
  memory: declare(z.enum(memoryChoices), {
    description: 'how much memory the networks may take for speed',
    choices: {
      auto: 'fast, or low if that would take more than 70 % of the memory of the machine',
      fast: 'run each network as a single program',
      balanced: 'same as fast; it differs in training only',
      low: 'run each block as its own program and read its weights when needed, which is slower',
    },
    default: 'auto',
  }),
  /** The upper bound is meant to catch typing errors. */
  frames: declare(z.int().min(2).max(10_000), {
    description: 'number of frames',
    unit: 'frames',
    usual: "the motion's",
    group: 'Size',
  }),
  width: declare(side, {
    description: 'width of the video, a multiple of 8 in Stable Diffusion',
    unit: 'pixels',
    usual: "the motion's",
    group: 'Size',
  }),
  height: declare(side, {
    description: 'height of the video, a multiple of 8 in Stable Diffusion',
    unit: 'pixels',
    usual: "the motion's",
    group: 'Size',
  }),
  framesPerSecond: declare(z.number().positive().max(1000), {
    description: 'frame rate of the video',
    unit: 'frames per second',
    usual: "the motion's",
    group: 'Size',
  }),
  out: declare(field.path, {
    description:
      'file of the video: .mp4, .webm or .gif, or a name without extension for a folder of PNG frames',
  }),
  useRecommended: declare(field.flag, {
    description: 'whether omitted settings are those that the base model recommends (in its lamp.json)',
    default: true,
  }),
  reference: declare(field.flag, {
    description:
      "use the values of the authors' implementation for all omitted settings of the video, ignoring the base model's recommendations",
    group: 'Method',
    default: false,
  }),
};

/** The settings of `drawing`, for drawing a first frame. */
export const drawingSettings = {
  prompt: declare(field.text, {
    description: 'what the drawn first frame shows',
    usual: "the video's prompt",
    group: 'First frame',
  }),
  negativePrompt: declare(field.anyText, {
    description: 'what the drawn first frame should not show',
    usual: "the video's negative prompt",
    group: 'First frame',
  }),
  ...pictureSampling,
};

/** The option `drawing`. */
export const drawing = declare(nested(drawingSettings), {
  settings: drawingSettings,
  description: 'settings for drawing the first frame, if none is given',
  group: 'First frame',
});
