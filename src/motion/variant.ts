/** @file Variants of the method: LAMP itself, extensions beyond the paper, ablations, and related methods. */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { expecting } from '../wrong-settings.ts';

/**
 * The switches; defaults are LAMP's own choices. For those of `lamp-extended`: what each buys the built-in model, with
 * the others on, as a mean over four motions (docs/research/lamp-extended.md).
 */
export const motionVariantSchema = z
  .strictObject({
    /**
     * The first frame is given: it stays clean in training and sampling, and the loss covers the frames after it. Off:
     * frame 0 is noised, learned and generated like any other.
     */
    firstFrame: z.boolean().default(true),
    /**
     * The temporal-spatial motion-learning layers, with a causal 1-D convolution or one that sees both neighbouring
     * frames (`plain`). `off`: the image model's convolutions alone.
     */
    temporalConvolution: z.enum(['causal', 'plain', 'off']).default('causal'),
    /** Attention over the frames at each pixel, after the feed-forward layers. */
    temporalAttention: z.boolean().default(true),
    /**
     * Source of the keys and values of the spatial self-attention: frame 0; each frame itself, as in the image model;
     * or frame 0 and the previous frame together (Tune-A-Video, arXiv 2212.11565, Sec. 4.2).
     */
    spatialAttention: z.enum(['first', 'own', 'first-and-previous']).default('first'),
    /**
     * Learn a displacement bias of the spatial attention: from where in the first frame each later frame takes its
     * pixels, whatever their contents (see `movementBias`). Off: attention by contents alone, as in the paper.
     * Buys that things go where they should: error 24.4 to 7.5, more than all others (`carry` and `copy` build on it).
     */
    movement: z.boolean().default(false),
    /**
     * Supply the first frame, unchanged and displaced, at the U-Net's input and output (see `withCarriedFirstFrame`).
     * Buys little beside `copy` (error 7.2 to 7.5, within chance); without `copy`, error 6.8 to 5.4 on *falls*.
     */
    carry: z.boolean().default(false),
    /**
     * Let each pixel copy the first frame's latents, unchanged or displaced (see `withCopiedFirstFrame`).
     * Buys sharp frames, with more things recognised: error 10.8 to 7.5, identity 83 to 91 %.
     */
    copy: z.boolean().default(false),
    /** Train the queries of the spatial self-attention. */
    trainQueries: z.boolean().default(true),
    /**
     * Also train its keys, values and output: how contents of the first frame enter the others.
     * Buys little (error 7.9 to 7.5, within chance); the loss on unseen videos falls from 0.145 to 0.133 on *runs*.
     */
    trainAttention: z.boolean().default(false),
    /** Add sinusoidal encodings of the frame index in the temporal attention (AnimateDiff, arXiv 2307.04725). */
    temporalPositions: z.boolean().default(false),
    /**
     * Condition the given first frame on timestep 0, whatever that of the others, since it has no noise (as in
     * Diffusion Forcing, arXiv 2407.01392). Off: one timestep for all frames, as in the paper, with which a network
     * that expects noisy images sees little of a clean one.
     * Buys a point of error (8.5 to 7.5), most on *grows*, where things are recognised in 100 % of frames, not 75 %.
     */
    cleanFirstTime: z.boolean().default(false),
    /** Norms of the residual blocks take their statistics over all frames of a video; off: per frame. */
    pooledNorm: z.boolean().default(true),
  })
  .refine(({ temporalAttention, temporalPositions }) => temporalAttention || !temporalPositions, {
    path: ['temporalPositions'],
    message: 'false while temporalAttention is off, which positions are for',
  })
  .refine(({ spatialAttention, movement }) => spatialAttention === 'first' || !movement, {
    path: ['movement'],
    message: 'false unless spatialAttention is first, since a movement is learned from the first frame',
  })
  .refine(({ firstFrame, carry }) => firstFrame || !carry, {
    path: ['carry'],
    message: 'false while firstFrame is off: there is none that could be carried',
  })
  .refine(({ firstFrame, copy }) => firstFrame || !copy, {
    path: ['copy'],
    message: 'false while firstFrame is off: there is none that could be copied',
  })
  .refine(({ firstFrame, cleanFirstTime }) => firstFrame || !cleanFirstTime, {
    path: ['cleanFirstTime'],
    message: 'false while firstFrame is off: there is none whose timestep could be 0',
  });

/** See `motionVariantSchema`. */
export type MotionVariant = Readonly<z.infer<typeof motionVariantSchema>>;

/**
 * Names of variants: LAMP, LAMP with the extensions that small models need, its ablations, and approximations of the
 * methods that the paper compares it with.
 */
export const motionVariantNames = [
  'lamp',
  'lamp-extended',
  'no-first-frame',
  'no-temporal-convolution',
  'plain-convolution',
  'no-temporal-attention',
  'frozen-queries',
  'zero-shot',
  'tune-a-video-like',
  'attention-only',
] as const;

/** See `motionVariantNames`. */
export type MotionVariantName = (typeof motionVariantNames)[number];

const lamp: MotionVariant = motionVariantSchema.parse({});

/** The named variants. */
export const motionVariants: Readonly<Record<MotionVariantName, MotionVariant>> = {
  lamp,
  'lamp-extended': {
    ...lamp,
    cleanFirstTime: true,
    movement: true,
    carry: true,
    copy: true,
    trainAttention: true,
  },
  'no-first-frame': { ...lamp, firstFrame: false },
  'no-temporal-convolution': { ...lamp, temporalConvolution: 'off' },
  'plain-convolution': { ...lamp, temporalConvolution: 'plain' },
  'no-temporal-attention': { ...lamp, temporalAttention: false },
  'frozen-queries': { ...lamp, trainQueries: false },
  // As Text2Video-Zero (arXiv 2303.13439): the image model whose frames attend to the first; nothing is trained.
  'zero-shot': {
    ...lamp,
    temporalConvolution: 'off',
    temporalAttention: false,
    trainQueries: false,
    pooledNorm: false,
  },
  // As Tune-A-Video (arXiv 2212.11565).
  'tune-a-video-like': {
    ...lamp,
    firstFrame: false,
    temporalConvolution: 'off',
    spatialAttention: 'first-and-previous',
  },
  // As AnimateDiff's motion module (arXiv 2307.04725), which gets no first frame.
  'attention-only': {
    ...lamp,
    firstFrame: false,
    temporalConvolution: 'off',
    spatialAttention: 'own',
    trainQueries: false,
    temporalPositions: true,
  },
};

/** A variant as given by a caller: its name, or the switches that differ from LAMP's. */
export const motionVariantChoice = z.union([
  z.enum(motionVariantNames).transform((name) => motionVariants[name]),
  expecting(motionVariantSchema, 'an object of switches'),
]);

/** Whether this is LAMP as the paper describes it. */
export function isLamp(variant: MotionVariant): boolean {
  return isDeepStrictEqual(variant, lamp);
}

/** Whether the variant has trained parameters. */
export function isTrained(variant: MotionVariant): boolean {
  const { temporalConvolution, temporalAttention, trainQueries, trainAttention, movement, carry, copy } =
    variant;
  const added = temporalConvolution !== 'off' || temporalAttention || movement || carry || copy;
  return added || trainQueries || trainAttention;
}
