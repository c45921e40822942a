/**
 * @file `npm run make-base -- --like sd15 --out <folder> [--dtype f16|f32|bf16] [--single-file] [--seed S]`: writes a
 * base model with random weights and exactly the shapes of a published one, for measuring time and memory, and for
 * testing how files are read. `--like` is one of `sd15`, `sd21`, `sdxl`, or `tiny-sd15` and so on for small models of
 * the same structure. Prints the path to give with `--base`.
 */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { LampError, UsageError } from '../../src/errors.ts';
import { architectureNames } from './architectures.ts';
import { writeRandomBase } from './write-base.ts';

const dtypes = { f16: 'float16', f32: 'float32', bf16: 'bfloat16' } as const;

const schema = z.object({
  like: z.enum(architectureNames),
  out: z.string(),
  dtype: z.enum(['f16', 'f32', 'bf16']),
  'single-file': z.boolean(),
  seed: z.coerce.number().int(),
});

if (process.argv.includes('--help')) {
  console.log(`npm run make-base -- --like <name> --out <folder> [options]
  --like <name>     ${architectureNames.join(', ')}
  --out <folder>    where to write it
  --dtype <type>    f16 (default), f32 or bf16
  --single-file     as one file in the original names
  --seed <number>   of the random weights (default 0)`);
  process.exit();
}

try {
  const { like, out, dtype, seed, 'single-file': singleFile } = options();
  console.log(await writeRandomBase(out, { like, dtype: dtypes[dtype], seed, singleFile }));
} catch (error) {
  if (!(error instanceof LampError)) throw error;
  console.error(`make-base: ${error.message}`);
  process.exitCode = error.exitCode;
}

function options(): z.output<typeof schema> {
  try {
    const { values } = parseArgs({
      options: {
        like: { type: 'string' },
        out: { type: 'string' },
        dtype: { type: 'string', default: 'f16' },
        'single-file': { type: 'boolean', default: false },
        seed: { type: 'string', default: '0' },
      },
    });
    return schema.parse(values);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw new UsageError((error as Error).message, { cause: error });
    const [issue] = error.issues;
    throw new UsageError(`--${issue!.path.join('.')}: ${issue!.message}`, { cause: error });
  }
}
