/** @file Settings that several functions of the library have, each declared once. */
import { z } from 'zod';
import { pictureSampling } from '../pipelines/draw/sampling-settings.ts';
import { type DeviceName, deviceNames } from '../runtime/devices.ts';
import { declare, nested } from '../settings.ts';
import { expecting } from '../wrong-settings.ts';
import { field } from './check-options.ts';

const side = z.int().min(1);

/** See the file. */
export const shared = {
  prompt: declare(field.text, { description: 'what the video shows' }),
  negativePrompt: declare(field.anyText, {
    description: 'what the video shall not show',
    usual: 'nothing',
  }),
  seed: declare(z.int(), {
    description: 'seed of all random draws; the same seed gives the same result again on the same device',
    default: 0,
  }),
  /** Unknown names are refused where the device is looked for. */
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
  /** Most frames of a video: what is above is a slip of the keyboard. */
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
    description: 'the rate at which the video plays',
    unit: 'frames per second',
    usual: "the motion's",
    group: 'Size',
  }),
  out: declare(field.path, {
    description: 'file of the video: .mp4, .webm or .gif; a name without ending makes a folder of PNG frames',
  }),
  useRecommended: declare(field.flag, {
    description: 'whether settings that are left out are as the base model recommends (its lamp.json)',
    default: true,
  }),
  reference: declare(field.flag, {
    description:
      "the values of the authors' implementation, whatever the base model recommends, for all settings of the video that are left out",
    group: 'Method',
    default: false,
  }),
};

/** How a first frame is drawn: the settings of `drawing`. */
export const drawingSettings = {
  prompt: declare(field.text, {
    description: 'what the drawn first frame shows',
    usual: "the video's prompt",
    group: 'First frame',
  }),
  negativePrompt: declare(field.anyText, {
    description: 'what the drawn first frame shall not show',
    usual: "the video's negative prompt",
    group: 'First frame',
  }),
  ...pictureSampling,
};

/** The option `drawing`. */
export const drawing = declare(nested(drawingSettings), {
  settings: drawingSettings,
  description: 'how the first frame is drawn, where none is given',
  group: 'First frame',
});
