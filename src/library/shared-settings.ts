/** @file Settings shared by several functions of the library, each declared once. */
import { rateSetting, shapeSettings } from '../media/shape-settings.ts';
import { pictureSampling } from '../pipelines/draw/sampling-settings.ts';
import { runningSettings } from '../runtime/running-settings.ts';
import { declare, nested, redeclared, withText } from '../settings.ts';
import { field } from './shared-fields.ts';

/** The shared settings. */
export const shared = {
  prompt: declare(field.text, { description: 'what the video shows' }),
  negativePrompt: declare(field.anyText, {
    description: 'what the video should not show',
    usual: 'nothing',
  }),
  ...runningSettings,
  ...withText(
    {
      ...redeclared(shapeSettings, {
        width: {
          description: 'width of the video, a multiple of 8 in Stable Diffusion',
          sizeOf: 'the video, a multiple of 8 in Stable Diffusion',
        },
        height: { description: 'height of the video, a multiple of 8 in Stable Diffusion' },
      }),
      framesPerSecond: rateSetting,
    },
    { usual: "the motion's", group: 'Size' },
  ),
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
  onlyWithout: 'firstFrame',
});
