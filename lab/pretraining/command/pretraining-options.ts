/** @file What `lab/pretraining/main.ts` may be asked for. */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { UsageError } from '../../../src/errors.ts';

/** Pictures that are encoded at a time; a pool holds a multiple of it. */
export const POOL_BATCH = 32;

const count = z.coerce.number().int().min(1);
const rate = z.coerce.number().positive();
const share = z.coerce.number().min(0).max(1);

const schema = z.strictObject({
  'vae-steps': count.default(3200),
  'vae-batch': count.default(8),
  'vae-learning-rate': rate.default(1.5e-3),
  'decoder-steps': count.default(3000),
  /** Pictures that are encoded for the U-Net. */
  pool: count.multipleOf(POOL_BATCH).default(50_048),
  steps: count.default(40_000),
  batch: count.default(32),
  'learning-rate': rate.default(1e-3),
  // At a constant rate the training can go on for as long as there is time; falling at the end, it gets better still.
  schedule: z.enum(['constant', 'cosine']).default('constant'),
  timesteps: z.enum(['logit-normal', 'uniform']).default('logit-normal'),
  /** Steps from one sheet of samples to the next; none with 0. */
  'sample-every': z.coerce.number().int().min(0).default(1000),
  seed: z.coerce.number().int().min(0).default(0),
  from: z.string().optional(),
  'keep-autoencoder': z.boolean().default(false),
  only: z.enum(['vae', 'decoder', 'model']).optional(),
  still: z.boolean().default(false),
  'group-share': share.default(0),
  'more-share': share.default(0),
});

/** The options, read. */
export type PretrainOptions = z.output<typeof schema> & { readonly folder: string };

const flags = ['still', 'keep-autoencoder'];
const options = Object.fromEntries(
  Object.keys(schema.shape).map((name) => [name, { type: flags.includes(name) ? 'boolean' : 'string' }]),
) as Record<string, { type: 'boolean' | 'string' }>;

/** Reads them. Throws `UsageError` when one is unknown, or not of its kind. */
export function pretrainOptions(args: readonly string[]): PretrainOptions {
  const { values, positionals } = parse(args);
  const read = schema.safeParse(values);
  if (!read.success) {
    const [{ path, message }] = read.error.issues as [z.core.$ZodIssue];
    throw new UsageError(`--${path.join('.')} ${String(values[String(path[0])])}: ${message}`);
  }
  const [folder = 'runs/built-in', more] = positionals;
  if (more !== undefined) throw new UsageError(`one folder can be given; found "${more}" as well`);
  return { ...read.data, folder };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}
