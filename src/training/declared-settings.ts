/** @file The settings of a training run, each declared once. */
import { z } from 'zod';
import { type ClipPart, clipPartSchema } from '../media/clip-part.ts';
import { clipWindows } from '../media/clip-window.ts';
import { fitSchema, rateSetting, shapeSettings } from '../media/shape-settings.ts';
import { builtInBase } from '../models/built-in-base.ts';
import { isTrained, motionVariantChoice, motionVariantNames, motionVariants } from '../motion/variant.ts';
import { phrase, setting } from '../phrases.ts';
import { runningSettings } from '../runtime/running-settings.ts';
import { declare, redeclared, type Settings, withText } from '../settings.ts';
import { adamWDefaults } from './adamw.ts';
import { optimizerNames } from './optimiser.ts';

const whole = (least: number, most?: number) =>
  most === undefined ? z.int().min(least) : z.int().min(least).max(most);
const share = z.number().min(0).max(1);
const decay = z.number().min(0).lt(1);
const text = z.string().min(1);

const trainedVariants = motionVariantNames.filter((name) => isTrained(motionVariants[name]));

/** Settings under a heading that base models may recommend. */
function recommendedIn<S extends Settings>(group: string, settings: S): S {
  return withText(settings, { group, recommendable: true });
}

const running = redeclared(runningSettings, {
  seed: { description: 'seed of all random draws' },
  memory: {
    description: 'how much memory a step may take for speed',
    choices: {
      auto: 'the fastest mode that fits into the free memory',
      fast: 'keep all activations for the backward pass',
      balanced: 'recompute the activations inside blocks, which takes a third more time',
      low: 'also run each block as its own program and read its weights when needed, which is slower still',
    },
  },
});

/** Settings of a training, in the order in which a run stores them. */
export const trainingSettings = {
  base: declare(text, {
    description: 'the base model to train on',
    group: 'What to learn',
    usual: 'built-in, the small one included in lamp',
    default: builtInBase,
  }),
  clips: declare(z.array(text).min(1), {
    description: 'clips of the motion, or folders of them',
    group: 'What to learn',
  }),
  prompt: declare(z.string(), {
    description:
      "what the clips show; may be omitted if every clip has a caption, and is then the first clip's",
    group: 'What to learn',
  }),
  /** See `captionsFor`. */
  captions: declare(z.boolean(), {
    description: "use clips' own captions instead of the prompt",
    off: "ignore clips' captions and use the prompt for all",
    group: 'What to learn',
    default: true,
  }),
  clipParts: declare(z.record(z.string(), clipPartSchema), {
    description:
      'parts of clips to use, by the names of the clips: from start to end (seconds, or startFrame and endFrame), and the rectangle crop of the picture',
    group: 'What to learn',
    usual: 'those in metadata.jsonl, else whole clips',
    default: (): Record<string, ClipPart> => ({}),
  }),
  heldOut: declare(z.array(text), {
    description: phrase`a clip, or a folder of clips, that is not trained on: the loss on it is measured; it may be among ${setting('clips')}`,
    group: 'What to learn',
    usual: 'none',
    default: (): string[] => [],
  }),
  ...withText(
    {
      ...redeclared(shapeSettings, {
        frames: { description: 'number of frames of a training video', default: 16, recommendable: true },
        // In a base model's `lamp.json`, the size is a separate field (`size`).
        width: {
          description: 'width of a training video',
          sizeOf: 'a training video',
          default: 512,
          recommendable: true,
        },
        height: { description: 'height of a training video', default: 320, recommendable: true },
      }),
      /** Folders of pictures have no rate, and are read frame by frame whatever the setting. */
      clipFps: declare(z.union([rateSetting.schema, z.enum(['common', 'frames'])]), {
        description: 'rate at which frames are sampled from a clip, by display time',
        choices: {
          common: "the clips' own rate, the lowest if they differ",
          frames: 'frame by frame, regardless of display times',
        },
        unit: 'frames per second',
        default: 'common',
      }),
      stride: declare(whole(1), {
        description: 'take every n-th of the sampled frames',
        default: 1,
        recommendable: true,
      }),
      window: declare(z.enum(clipWindows), {
        description: 'where in a clip a training video begins',
        choices: {
          random: 'anywhere',
          start: "at the clip's start",
          middle: 'in the middle of the clip',
          spread: 'frames are spread over the whole clip, regardless of the stride',
        },
        default: 'random',
        recommendable: true,
      }),
    },
    { group: 'Videos' },
  ),
  ...recommendedIn('Optimiser', {
    steps: declare(whole(1), { description: 'training steps', unit: 'steps', default: 500 }),
    learningRate: declare(z.number().positive(), {
      description:
        'step size of the optimiser, after the warm-up; lion needs one that is 3 to 10 times smaller, and takes a fifth of the default',
      default: 3e-5,
    }),
    schedule: declare(z.enum(['constant', 'cosine']), {
      description: 'learning rate after the warm-up',
      choices: { constant: 'unchanged', cosine: 'falls to 0 along a cosine' },
      default: 'constant',
    }),
    warmupSteps: declare(whole(0), {
      description: 'steps over which the learning rate rises from 0',
      unit: 'steps',
      default: 0,
    }),
    batch: declare(whole(1), { description: 'videos per batch', unit: 'videos', default: 1 }),
    accumulation: declare(whole(1), {
      description:
        'batches whose gradients are averaged for one step, which needs less memory than larger batches',
      unit: 'batches',
      default: 1,
    }),
    clipNorm: declare(z.number().min(0), {
      description: 'norm to which gradients are clipped; 0: no clipping',
      default: 1,
    }),
    beta1: declare(decay, {
      description: "decay of the optimiser's first moment",
      default: adamWDefaults.beta1,
    }),
    beta2: declare(decay, {
      description: "decay of AdamW's second moment, or of lion's mean of gradients after a step",
      usual: '0.999; for lion 0.99',
      default: adamWDefaults.beta2,
    }),
    epsilon: declare(z.number().positive(), {
      description: "added to the root of AdamW's second moment",
      default: adamWDefaults.epsilon,
    }),
    weightDecay: declare(z.number().min(0), {
      description: 'decoupled weight decay, multiplied by the learning rate',
      usual: '0.01; for lion five times that',
      default: adamWDefaults.weightDecay,
    }),
    averageDecay: declare(decay, {
      description:
        'decay of an exponential moving average of the parameters, used as the motion (typically 0.99); 0: no averaging, as in the paper',
      default: 0,
    }),
  }),
  ...recommendedIn('Videos', {
    flipProbability: declare(share, {
      description: 'how often a video is mirrored left to right; use 0 if the direction matters',
      unit: 'probability',
      default: 0.5,
    }),
    /** Edges are repeated. Prevents training on few clips from memorising positions. */
    translate: declare(z.number().min(0).max(0.5), {
      description: 'largest random translation of a whole video, as a fraction of its width and height',
      unit: 'share',
      default: 0,
    }),
    /**
     * Channels swapped, each brighter or darker. Prevents training on few clips from binding a motion to the
     * backgrounds and objects of these clips.
     */
    recolour: declare(share, {
      description: 'fraction of the training videos whose colours are changed at random',
      unit: 'share',
      default: 0,
    }),
    /**
     * Only for clips with a still camera in which the object leaves its place. Prevents training on few clips from
     * binding a motion to their scenes: a fifth less error with the built-in model.
     */
    copyPaste: declare(z.number().min(0).max(0.95), {
      description: phrase`fraction of the training videos in which the moving object is pasted onto another scene: another clip's, or one of ${setting('places')}`,
      unit: 'share',
      default: 0,
    }),
    places: declare(z.array(text), {
      description: phrase`additional scenes for ${setting('copyPaste')}, drawn by the image model, such as "on the beach"`,
      default: (): string[] => [],
    }),
    fit: declare(fitSchema, {
      description: 'how a clip of another aspect ratio is fitted',
      choices: { cover: 'crop', stretch: 'distort, as in the reference' },
      default: 'cover',
    }),
    shuffle: declare(z.boolean(), {
      description: 'use the clips in random order in each epoch',
      off: 'use the clips in the given order, as in the reference',
      default: true,
    }),
    /** The reference needs `frames · stride + 1` frames, since it never uses the last ones. */
    clipRange: declare(z.enum(['whole', 'reference']), {
      description: 'where a training video may end',
      choices: { whole: "at the clip's last frame", reference: 'before the last frames of a clip' },
      default: 'whole',
    }),
  }),
  ...recommendedIn('Optimiser', {
    temporalBias: declare(z.enum(['zeros', 'uniform']), {
      description: "initial bias of the temporal attention's output",
      choices: { uniform: 'random, as in the reference' },
      default: 'zeros',
    }),
    /** See `shiftedTimestep`. */
    timestepShift: declare(z.number().positive(), {
      description:
        'above 1: draw noisy timesteps more often, since they decide what moves where; 1: draw them uniformly, as in the paper',
      default: 1,
    }),
    /** Also for videos that are finished early (`VideoSettings.finishAt`). */
    lowestTimestep: declare(whole(0, 999), {
      description: phrase`do not train on timesteps below this one, for videos whose last steps the image model takes (${setting('imageModelBelow')}); 0: train on all, as in the paper`,
      unit: 'timestep',
      default: 0,
    }),
    variant: declare(
      motionVariantChoice.refine(isTrained, {
        error: `a variant that is trained: ${trainedVariants.join(', ')}, or an object of switches`,
      }),
      {
        description: 'variant of the method; all except lamp and lamp-extended are for comparisons',
        choices: trainedVariants,
        usual: 'lamp',
        default: motionVariants.lamp,
      },
    ),
    /** See `lowRankParameters`. */
    rank: declare(whole(0), {
      description:
        'train low-rank factors of matrices (LoRA) with this rank (typically 32), for a small motion file; 0: full matrices, as in the paper',
      default: 0,
    }),
    optimizer: declare(z.enum(optimizerNames), {
      description: 'how gradients change the parameters',
      choices: {
        adamw: 'as in the paper; keeps 8 bytes for each trained value',
        'adamw-8bit': 'the same with moments of 8 bits; keeps 2 bytes',
        lion: 'steps of the same size for all values; keeps 4 bytes',
      },
      default: 'adamw',
    }),
  }),
  ...withText(
    { seed: running.seed, device: running.device, precision: running.precision },
    { group: 'Running' },
  ),
  ...recommendedIn('Running', {
    memory: running.memory,
    saveEvery: declare(whole(1), {
      description: 'write a checkpoint and the motion every n-th step, in addition to the final one',
      unit: 'steps',
      default: 100,
    }),
    keepEvery: declare(whole(0), {
      description:
        'write the checkpoint of every n-th step and keep it, to use as a motion or to go back to; 0: keep only the last two',
      unit: 'steps',
      default: 0,
    }),
    heldOutEvery: declare(whole(1), {
      description: phrase`measure the loss on ${setting('heldOut')} every n-th step, in addition to the last one`,
      unit: 'steps',
      default: 50,
      onlyWith: 'heldOut',
    }),
    sampleEvery: declare(whole(0), {
      description: 'generate sample videos every n-th step; 0: never',
      usual: phrase`never; with ${setting('samplePrompts')} as often as ${setting('saveEvery')}`,
      unit: 'steps',
      default: 0,
    }),
    samplePrompts: declare(z.array(z.string()), {
      description: 'prompt of a sample video',
      usual: 'the training prompt',
      default: (): string[] => [],
    }),
  }),
};
