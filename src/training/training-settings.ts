/** @file Settings of a training run, with validation. */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { UsageError } from '../errors.ts';
import { type ClipRate, clipWindows } from '../media/clip-window.ts';
import { type BaseSettings, recommended } from '../models/base-settings.ts';
import { builtInBase } from '../models/built-in-base.ts';
import { isLamp, isTrained, motionVariantChoice, motionVariants } from '../motion/variant.ts';
import { phrase, setting } from '../phrases.ts';
import { checkDevice, parseDevice } from '../runtime/devices.ts';
import { wrongSetting } from '../wrong-settings.ts';
import { adamWDefaults } from './adamw.ts';

const whole = (least: number) => z.int().min(least);
const share = z.number().min(0).lt(1);

const fields = {
  /** Folder of the base model; default: the built-in model. */
  base: z.string().min(1).default(builtInBase),
  /** Clips, or folders of clips. */
  clips: z.array(z.string().min(1)).min(1),
  /** Describes the clips that have no caption of their own. */
  prompt: z.string(),
  /** Train clips that have a caption (see `captionsFor`) with it instead of the prompt. */
  captions: z.boolean().default(true),
  /** Frames of a training video. */
  frames: whole(2).default(16),
  /** Pixels. */
  width: whole(1).default(512),
  /** Pixels. */
  height: whole(1).default(320),
  /**
   * At which rate frames of a clip are taken, by the time at which a player shows them: frames a second; `common`: the
   * rate of the clips, the lowest where they have several; `frames`: every frame counts as one, whatever its time.
   * Folders of pictures have no rate, and are taken frame by frame at any.
   */
  clipFps: z.union([z.number().positive().max(1000), z.enum(['common', 'frames'])]).default('common'),
  /** Every n-th of these frames is taken. */
  stride: whole(1).default(1),
  /**
   * Where in a clip a video begins: anywhere (`random`), at its start, or so that it lies in the middle; `spread`: its
   * frames are spread over the whole clip, whatever the stride.
   */
  window: z.enum(clipWindows).default('random'),
  /** Optimiser steps. */
  steps: whole(1).default(500),
  /** Step size of the optimiser, after the warm-up. */
  learningRate: z.number().positive().default(3e-5),
  /** Learning rate after the warm-up: constant, or falling to 0 along a cosine. */
  schedule: z.enum(['constant', 'cosine']).default('constant'),
  /** Steps over which the learning rate rises from 0. */
  warmupSteps: whole(0).default(0),
  /** Videos per batch. */
  batch: whole(1).default(1),
  /** Batches whose gradients are averaged for one step. */
  accumulation: whole(1).default(1),
  /** Largest norm of the gradients; 0: no clipping. */
  clipNorm: z.number().min(0).default(1),
  /** AdamW's decay of the mean of gradients. */
  beta1: share.default(adamWDefaults.beta1),
  /** AdamW's decay of the mean of squared gradients. */
  beta2: share.default(adamWDefaults.beta2),
  /** Added to the root of AdamW's second moment. */
  epsilon: z.number().positive().default(adamWDefaults.epsilon),
  /** Decoupled weight decay, multiplied by the learning rate at each step. */
  weightDecay: z.number().min(0).default(adamWDefaults.weightDecay),
  /**
   * Decay of the moving average of the parameters that becomes the motion; 0: the parameters themselves, as in the
   * paper.
   */
  averageDecay: share.default(0),
  /** Probability that a video is mirrored left to right. */
  flipProbability: z.number().min(0).max(1).default(0.5),
  /**
   * Largest random translation of a whole video, as a fraction of its width and height. Edges are repeated. Prevents
   * training on few clips from memorising positions.
   */
  translate: z.number().min(0).max(0.5).default(0),
  /**
   * Fraction of a video's views with changed colours: channels swapped, each brighter or darker. Prevents training on
   * few clips from binding a motion to the backgrounds and objects of these clips.
   */
  recolour: z.number().min(0).max(1).default(0),
  /**
   * Fraction of a video's views in which the moving object is cut out and pasted onto another scene: another clip's, or
   * one of `places`. Only for clips with a still camera in which the object leaves its place. Prevents training on few
   * clips from binding a motion to their scenes.
   */
  copyPaste: z.number().min(0).max(0.95).default(0),
  /** Additional scenes for `copyPaste`, drawn by the image model: English phrases of place, such as "on the beach". */
  places: z.array(z.string().min(1)).default([]),
  /** Fitting a clip to another aspect ratio: crop (`cover`), or distort (`stretch`, as the reference does). */
  fit: z.enum(['cover', 'stretch']).default('cover'),
  /** Use the clips of each epoch in random order; the reference uses the folder's order. */
  shuffle: z.boolean().default(true),
  /**
   * Where a video may end: at the clip's last frame, or (`reference`) so that `frames · stride + 1` frames are needed,
   * since the reference never takes the last ones.
   */
  clipRange: z.enum(['whole', 'reference']).default('whole'),
  /** Initial bias of the temporal attention's output; the reference's is random, which disturbs the base model. */
  temporalBias: z.enum(['zeros', 'uniform']).default('zeros'),
  /** Draws noisy timesteps more often (above 1) or less; 1: uniformly, as in the paper. See `shiftedTimestep`. */
  timestepShift: z.number().positive().default(1),
  /**
   * Timesteps below this one are not learned from; 0: all are, as in the paper. For videos whose details the image
   * model alone draws (`VideoSettings.imageModelBelow`), or that are finished early (`VideoSettings.finishAt`).
   */
  lowestTimestep: z.int().min(0).max(999).default(0),
  /** Variant of LAMP: its name, or its switches. */
  variant: motionVariantChoice
    .refine(isTrained, 'nothing of it is trained; it is for making videos alone')
    .default(motionVariants.lamp),
  /**
   * Train low-rank factors of matrices (LoRA) with this rank, for a small motion file; 0: full matrices, as in the
   * paper. See `lowRankParameters`.
   */
  rank: whole(0).default(0),
  /** Seed of all random draws. */
  seed: z.int().default(0),
  /** Device to run on: a `DeviceName`. */
  device: z.string().default('cpu'),
  /** Recompute inner values in the backward pass instead of keeping them: less memory, a third more time. */
  recompute: z.enum(['auto', 'on', 'off']).default('auto'),
  /** Write a checkpoint every n-th step, in addition to the final one. */
  saveEvery: whole(1).default(100),
  /** Generate sample videos every n-th step; 0: never. */
  sampleEvery: whole(0).default(0),
  /** Prompts of the sample videos; when empty, the training prompt. */
  samplePrompts: z.array(z.string()).default([]),
};

/** Schema of all settings, with defaults. */
export const settingsSchema = z.strictObject(fields);

/** All settings of a training run. Fields are documented at their definition. */
export type TrainingSettings = z.infer<typeof settingsSchema>;

/** Settings after the clips have been inspected, with the rate of their frames resolved. */
export type SettledSettings = TrainingSettings & { readonly clipFps: ClipRate };

/** Settings as given by a caller: `clips`, `prompt`, and any others that differ from the defaults. */
export type TrainingInput = z.input<typeof settingsSchema>;

/** Defaults of settings that neither the caller nor the base model specifies. */
export const trainingDefaults = settingsSchema.omit({ clips: true, prompt: true }).parse({});

/** Settings that a base model cannot recommend; its size has its own place in `lamp.json`. */
const personal = {
  base: true,
  clips: true,
  clipFps: true,
  prompt: true,
  captions: true,
  width: true,
  height: true,
  seed: true,
  device: true,
} as const;

/** The settings that a base model recommends for training. Throws `CheckpointError` naming the file and the field. */
export function recommendedTraining(base: BaseSettings): Partial<TrainingInput> {
  return { ...base.size, ...recommended(base, 'training', settingsSchema.omit(personal)) };
}

/** Named sets of settings. `reference`: the choices of the authors' implementation where our defaults are better. */
export const presets: Readonly<Record<'reference', Partial<TrainingInput>>> = {
  reference: { fit: 'stretch', shuffle: false, clipRange: 'reference', temporalBias: 'uniform' },
};

/**
 * Settings that may change when a run is resumed. Base and clips may have been moved, but must have the same content,
 * and the clips the same captions, which are recorded with them.
 */
const changeable: readonly string[] = [
  'base',
  'clips',
  'captions',
  'steps',
  'recompute',
  'saveEvery',
  'sampleEvery',
  'samplePrompts',
];

/** Fills in the defaults. Throws `UsageError` naming an invalid option, `DeviceError` for the device. */
export function parseSettings(input: Partial<TrainingInput>): TrainingSettings {
  const missing = (['prompt', 'clips'] as const).find((name) => input[name] === undefined);
  if (missing) {
    throw new UsageError({
      found: `training needs a ${missing === 'clips' ? 'clip' : missing}`,
      setting: missing,
      advice: phrase`Give ${missing === 'clips' ? setting('clips') : setting('prompt', 'a person walks')}.`,
    });
  }
  const result = settingsSchema.safeParse(input);
  if (!result.success) throw new UsageError(wrongSetting(result.error, settingsSchema, input));
  const settings = result.data;
  parseDevice(settings.device);
  // Prompts for samples without a rhythm: the rhythm of the checkpoints.
  return settings.samplePrompts.length > 0 && input.sampleEvery === undefined
    ? { ...settings, sampleEvery: settings.saveEvery }
    : settings;
}

/** Checks that the device of the settings works. Throws `DeviceError`. */
export function checkTrainingDevice(settings: TrainingSettings): Promise<void> {
  return checkDevice(parseDevice(settings.device));
}

/**
 * The settings with which a run goes on: those it was begun with, and what is `given` anew. Throws `UsageError` naming
 * the setting when one is changed that would make another run of it.
 */
export function resumedSettings(begun: TrainingSettings, given: Partial<TrainingInput>): TrainingSettings {
  // Sampling that was off counts as not given, so that new prompts for samples switch it on.
  const settings = parseSettings({ ...begun, sampleEvery: begun.sampleEvery || undefined, ...given });
  const fixed = settings.schedule === 'cosine' ? changeable.filter((name) => name !== 'steps') : changeable;
  // The run may be older than some of the settings.
  const before: TrainingSettings = { ...trainingDefaults, ...begun };
  for (const name of Object.keys(before) as (keyof TrainingSettings)[]) {
    const [was, is] = [before[name], settings[name]];
    if (isDeepStrictEqual(was, is) || fixed.includes(name)) continue;
    const why = name === 'steps' ? ', since the cosine of its learning rate ends there' : '';
    throw new UsageError({
      found: phrase`${setting(name)} is ${JSON.stringify(is)}, but the run was begun with ${JSON.stringify(was)}${why}`,
      setting: name,
      advice: phrase`Leave it out to resume, or train under another ${setting('out')}.`,
    });
  }
  return settings;
}

/**
 * What the trained values depend on: identifies checkpoints, and is in the motion. No variant for LAMP, no rank of 0,
 * nothing of a window that is random or of frames that are taken by number: so older versions named it.
 */
export function decidingSettings(settings: TrainingSettings): Partial<TrainingSettings> {
  const dropped = [
    ...changeable.filter((name) => name !== 'steps' || settings.schedule !== 'cosine'),
    ...(isLamp(settings.variant) ? ['variant'] : []),
    ...(settings.rank === 0 ? ['rank'] : []),
    ...(settings.window === 'random' ? ['window'] : []),
    ...(settings.clipFps === 'frames' ? ['clipFps'] : []),
  ];
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !dropped.includes(name)));
}
