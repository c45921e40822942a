/**
 * @file `npm run make-base -- --like sd15 --out <path> [--dtype f16|f32|bf16] [--single-file] [--seed S]`: writes a
 * base model with random weights and exactly the shapes of a published one, for measuring time and memory, and for
 * testing how files are read. `--like` is one of `sd15`, `sd21`, `sdxl`, or `tiny-sd15` and so on for small models of
 * the same structure. Prints the path to give with `--base`.
 */
import { parseArgs } from 'node:util';
import { LampError, UsageError } from '../../src/errors.ts';
import { type ArchitectureName, architectureNames } from './architectures.ts';
import { writeRandomBase } from './write-base.ts';

const dtypes = { f16: 'float16', f32: 'float32', bf16: 'bfloat16' } as const;

const help = `npm run make-base -- --like <name> --out <path> [options]
  --like <name>     ${architectureNames.join(', ')}
  --out <path>      where to write it: a new or empty folder, or with --single-file a new
                    .safetensors file, or the folder for it
  --dtype <type>    f16 (default), f32 or bf16
  --single-file     as one file in the original names
  --seed <number>   of the random weights, a whole number (default 0)`;

if (process.argv.includes('--help')) {
  console.log(help);
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

interface Options {
  readonly like: ArchitectureName;
  readonly out: string;
  readonly dtype: keyof typeof dtypes;
  readonly 'single-file': boolean;
  readonly seed: number;
}

function options(): Options {
  const values = parsed();
  const { like, out, dtype, seed } = values;
  if (out === undefined) throw new UsageError('--out is missing; expected the path to write to.');
  if (!/^-?\d{1,15}$/.test(seed)) throw new UsageError(`--seed is "${seed}"; expected a whole number.`);
  return {
    ...values,
    out,
    like: oneOf('like', like, architectureNames),
    dtype: oneOf('dtype', dtype, ['f16', 'f32', 'bf16']),
    seed: Number(seed),
  };
}

function parsed() {
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
    return values;
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

function oneOf<const Name extends string>(
  option: string,
  given: string | undefined,
  names: readonly Name[],
): Name {
  const found = names.find((name) => name === given);
  if (found !== undefined) return found;
  const what = given === undefined ? 'is missing' : `is "${given}"`;
  throw new UsageError(`--${option} ${what}; expected one of: ${names.join(', ')}.`);
}
