/** @file The settings of a training run, each declared once. */
import { z } from 'zod';
import { clipWindows } from '../media/clip-window.ts';
import { builtInBase } from '../models/built-in-base.ts';
import { isTrained, motionVariantChoice, motionVariantNames, motionVariants } from '../motion/variant.ts';
import { phrase, setting } from '../phrases.ts';
import { deviceNames } from '../runtime/devices.ts';
import { declare, type Settings, withText } from '../settings.ts';
import { adamWDefaults } from './adamw.ts';

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

/** Settings of a training, in the order in which a run stores them. */
export const trainingSettings = {
  base: declare(text, {
    description: 'the base model that learns',
    group: 'What to learn',
    usual: 'built-in, the small one that comes with lamp',
    default: builtInBase,
  }),
  clips: declare(z.array(text).min(1), {
    description: 'clips, or folders of clips, which show the motion',
    group: 'What to learn',
  }),
  prompt: declare(z.string(), {
    description:
      'what the clips show; may be left out when each has a caption, the first of which then names the motion',
    group: 'What to learn',
  }),
  /** See `captionsFor`. */
  captions: declare(z.boolean(), {
    description: 'train clips that have a caption with it instead of the prompt',
    off: 'train all clips with the prompt, whatever captions they have',
    group: 'What to learn',
    default: true,
  }),
  ...withText(
    {
      frames: declare(whole(2), {
        description: 'number of frames of a training video',
        unit: 'frames',
        default: 16,
        recommendable: true,
      }),
      /** A base model says its size in a place of its own (`lamp.json`: `size`). */
      width: declare(whole(1), {
        description: 'width of a training video',
        unit: 'pixels',
        default: 512,
        recommendable: true,
      }),
      /** Like `width`. */
      height: declare(whole(1), {
        description: 'height of a training video',
        unit: 'pixels',
        default: 320,
        recommendable: true,
      }),
      /** Folders of pictures have no rate, and are taken frame by frame at any. */
      clipFps: declare(z.union([z.number().positive().max(1000), z.enum(['common', 'frames'])]), {
        description: 'how many frames of a clip are taken per second, as a player shows them',
        choices: {
          common: "the clips' own rate, the lowest where they have several",
          frames: 'each frame counts as one, whatever its time',
        },
        unit: 'frames per second',
        default: 'common',
      }),
      stride: declare(whole(1), {
        description: 'take every n-th of these frames',
        default: 1,
        recommendable: true,
      }),
      window: declare(z.enum(clipWindows), {
        description: 'where in a clip a training video begins',
        choices: {
          random: 'anywhere',
          start: "at the clip's start",
          middle: 'so that it lies in the middle',
          spread: 'its frames are spread over the whole clip, whatever the stride',
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
      description: 'step size of the optimiser (AdamW), after the warm-up',
      default: 3e-5,
    }),
    schedule: declare(z.enum(['constant', 'cosine']), {
      description: 'learning rate after the warm-up',
      choices: { constant: 'stays', cosine: 'falls to 0 along a cosine' },
      default: 'constant',
    }),
    warmupSteps: declare(whole(0), {
      description: 'steps over which the learning rate rises from 0',
      unit: 'steps',
      default: 0,
    }),
    batch: declare(whole(1), { description: 'videos that are computed at once', unit: 'videos', default: 1 }),
    accumulation: declare(whole(1), {
      description: 'batches whose gradients are averaged for one step: larger batches in the same memory',
      unit: 'batches',
      default: 1,
    }),
    clipNorm: declare(z.number().min(0), {
      description: 'largest norm of the gradients; 0: no limit',
      default: 1,
    }),
    beta1: declare(decay, {
      description: "AdamW's decay of the mean of gradients",
      default: adamWDefaults.beta1,
    }),
    beta2: declare(decay, {
      description: "AdamW's decay of the mean of squared gradients",
      default: adamWDefaults.beta2,
    }),
    epsilon: declare(z.number().positive(), {
      description: "added to the root of AdamW's second moment",
      default: adamWDefaults.epsilon,
    }),
    weightDecay: declare(z.number().min(0), {
      description: "AdamW's weight decay, multiplied by the learning rate at each step",
      default: adamWDefaults.weightDecay,
    }),
    averageDecay: declare(decay, {
      description:
        'decay of the moving average of the trained values that becomes the motion; 0: the values themselves, as in the paper; 0.99 is customary',
      default: 0,
    }),
  }),
  ...recommendedIn('Videos', {
    flipProbability: declare(share, {
      description: 'how often a video is mirrored left to right; 0 when left and right matter',
      unit: 'probability',
      default: 0.5,
    }),
    /** Edges are repeated. Prevents training on few clips from memorising positions. */
    translate: declare(z.number().min(0).max(0.5), {
      description: 'largest random displacement of a whole video, as a share of its width and height',
      unit: 'share',
      default: 0,
    }),
    /**
     * Channels swapped, each brighter or darker. Prevents training on few clips from binding a motion to the
     * backgrounds and objects of these clips.
     */
    recolour: declare(share, {
      description: 'share of the videos that are trained in other colours, at random',
      unit: 'share',
      default: 0,
    }),
    /**
     * Only for clips with a still camera in which the object leaves its place. Prevents training on few clips from
     * binding a motion to their scenes.
     */
    copyPaste: declare(z.number().min(0).max(0.95), {
      description: phrase`share of the videos in which the moving object is cut out and pasted onto another scene: another clip's, or one of ${setting('places')}`,
      unit: 'share',
      default: 0,
    }),
    places: declare(z.array(text), {
      description: phrase`further scenes for ${setting('copyPaste')}, drawn by the image model, such as "on the beach"`,
      default: (): string[] => [],
    }),
    fit: declare(z.enum(['cover', 'stretch']), {
      description: 'how a clip of another aspect ratio is fitted',
      choices: { cover: 'cut what juts out', stretch: 'distort, as the reference does' },
      default: 'cover',
    }),
    shuffle: declare(z.boolean(), {
      description: 'take the clips in a random order in each epoch',
      off: 'take the clips in the order given, as the reference does',
      default: true,
    }),
    /** The reference needs `frames · stride + 1` frames, since it never takes the last ones. */
    clipRange: declare(z.enum(['whole', 'reference']), {
      description: 'where a training video may end',
      choices: { whole: "at the clip's last frame", reference: 'never at the last frames of a clip' },
      default: 'whole',
    }),
  }),
  ...recommendedIn('Optimiser', {
    temporalBias: declare(z.enum(['zeros', 'uniform']), {
      description: "initial bias of the temporal attention's output",
      choices: { uniform: 'random, as in the reference, which disturbs the base model' },
      default: 'zeros',
    }),
    /** See `shiftedTimestep`. */
    timestepShift: declare(z.number().positive(), {
      description:
        'above 1: learn more often from the noisy timesteps, where it is decided what moves where; 1: from all alike, as in the paper',
      default: 1,
    }),
    /** For videos that are finished early (`VideoSettings.finishAt`), too. */
    lowestTimestep: declare(whole(0, 999), {
      description: phrase`timesteps below this one are not learned from, for videos whose details the image model draws: see ${setting('imageModelBelow')}; 0: all are, as in the paper`,
      unit: 'timestep',
      default: 0,
    }),
    variant: declare(
      motionVariantChoice.refine(isTrained, {
        error: `a variant that is trained: ${trainedVariants.join(', ')}, or an object of switches`,
      }),
      {
        description:
          'which parts of the method are learned; all but lamp and lamp-extended are for comparisons',
        choices: trainedVariants,
        usual: 'lamp',
        default: motionVariants.lamp,
      },
    ),
    /** See `lowRankParameters`. */
    rank: declare(whole(0), {
      description:
        'train low-rank factors of matrices (LoRA) with this rank, for a small motion file; 0: full matrices, as in the paper; 32 is customary',
      default: 0,
    }),
  }),
  seed: declare(z.int(), { description: 'seed of all random draws', group: 'Running', default: 0 }),
  device: declare(z.string(), {
    description: 'where to compute',
    choices: deviceNames,
    group: 'Running',
    default: 'cpu',
  }),
  ...recommendedIn('Running', {
    recompute: declare(z.enum(['auto', 'on', 'off']), {
      description:
        'recompute inner values in the backward pass instead of keeping them: less memory, a third more time',
      default: 'auto',
    }),
    saveEvery: declare(whole(1), {
      description: 'write a checkpoint and the motion every n-th step, in addition to the final one',
      unit: 'steps',
      default: 100,
    }),
    sampleEvery: declare(whole(0), {
      description: 'generate sample videos every n-th step; 0: never',
      usual: phrase`never; with ${setting('samplePrompts')} as often as ${setting('saveEvery')}`,
      unit: 'steps',
      default: 0,
    }),
    samplePrompts: declare(z.array(z.string()), {
      description: 'what the sample videos show, one each',
      usual: "the training's prompt",
      default: (): string[] => [],
    }),
  }),
};
