/** @file The options of `lab/pretraining/main.ts`. */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { UsageError } from '../../../src/errors.ts';
import { messageParts, type Vocabulary, wordFor } from '../../../src/phrases.ts';
import { wrongSetting } from '../../../src/wrong-settings.ts';

/** Batch size of encoding, which must divide the size of a pool. */
export const POOL_BATCH = 32;

const count = z.int().min(1);
const rate = z.number().positive();
const share = z.number().min(0).max(1);

const schema = z.strictObject({
  'vae-steps': count.default(3200),
  'vae-batch': count.default(8),
  'vae-learning-rate': rate.default(1.5e-3),
  'decoder-steps': count.default(3000),
  /** Number of pictures that are encoded for the U-Net. */
  pool: count.multipleOf(POOL_BATCH).default(50_048),
  steps: count.default(40_000),
  batch: count.default(32),
  'learning-rate': rate.default(1e-3),
  // With a constant rate a training can be continued at will; a falling rate at the end improves it further.
  schedule: z.enum(['constant', 'cosine']).default('constant'),
  timesteps: z.enum(['logit-normal', 'uniform']).default('logit-normal'),
  /** Steps between sheets of samples; 0: none. */
  'sample-every': z.int().min(0).default(1000),
  seed: z.int().min(0).default(0),
  from: z.string().optional(),
  'keep-autoencoder': z.boolean().default(false),
  only: z.enum(['vae', 'decoder', 'model']).optional(),
  still: z.boolean().default(false),
  'group-share': share.default(0),
  'more-share': share.default(0),
});

/** The parsed options. */
export type PretrainOptions = z.output<typeof schema> & { readonly folder: string };

const kinds = z.toJSONSchema(schema, { io: 'input' }).properties as Record<string, { type: string }>;
const options = Object.fromEntries(
  Object.entries(kinds).map(([name, { type }]) => [name, { type: type === 'boolean' ? type : 'string' }]),
) as Record<string, { type: 'boolean' | 'string' }>;

/** Settings have the names of their options. */
const vocabulary: Vocabulary = { setting: (name) => `--${name}`, call: (name) => name };

/** Parses the options. Throws `UsageError` if one is unknown or invalid. */
export function pretrainOptions(args: readonly string[]): PretrainOptions {
  const { values, positionals } = parse(args);
  const given = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, typed(name, value)]));
  const read = schema.safeParse(given);
  if (!read.success) {
    throw new UsageError(wordFor(messageParts(wrongSetting(read.error, schema, given)), vocabulary));
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

/** The option's value as a number if it is numeric, else unchanged. */
function typed(name: string, given: unknown): unknown {
  const isNumber = ['integer', 'number'].includes(kinds[name]!.type);
  const value = typeof given === 'string' && given.trim() !== '' ? Number(given) : Number.NaN;
  return isNumber && !Number.isNaN(value) ? value : given;
}
