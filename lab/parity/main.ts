/**
 * @file `npm run parity -- <folder> [--format <name>|all] [--memory <mode>]`: compares everything with a folder of the
 * reference implementation's values. With a format, the models are first converted to it, in a temporary folder.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { LampError, UsageError } from '../../src/errors.ts';
import { memoryModes } from '../../src/runtime/memory-mode.ts';
import { formats, writeModels } from '../../src/testing/model-formats.ts';
import { concerns, halfPrecisionTolerance } from './formats.ts';
import { type CheckOptions, checkFixture, listFixtures } from './index.ts';

const help = `npm run parity -- [folder] [options]
  folder             with models and fixtures (default: testdata/mini)
  --format <name>    rewrite the models first: all, or one of ${formats.join(', ')}
  --memory <mode>    how the networks run: ${memoryModes.join(', ')} (default: fast)`;

let failed = 0;

async function check(folder: string, name: string, label: string, options: CheckOptions): Promise<void> {
  const row = await checkFixture(folder, name, options);
  if (!row.passed) failed++;
  const text =
    'failure' in row
      ? row.failure
      : `${row.error.toExponential(1)} (at most ${row.tolerance})  ${row.detail}`;
  console.log(
    `${row.passed ? 'ok  ' : 'FAIL'} ${`${label}${name}`.padEnd(values.format === undefined ? 28 : 48)} ${text}`,
  );
}

function given() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        help: { type: 'boolean' },
        format: { type: 'string' },
        memory: { type: 'string', default: 'fast' },
      },
    });
  } catch (error) {
    console.error(`parity: ${(error as Error).message}\n${help}`);
    process.exit(2);
  }
}

const { values, positionals } = given();
if (values.help) {
  console.log(help);
  process.exit();
}
const folder = positionals[0] ?? 'testdata/mini';
const temporary = await mkdtemp(join(tmpdir(), 'lamp-parity-'));
try {
  const asked = formats.filter((format) => values.format === 'all' || values.format === format);
  if (values.format !== undefined && asked.length === 0) {
    throw new UsageError(`unknown format "${values.format}"; must be all or one of: ${formats.join(', ')}.`);
  }
  const memory = memoryModes.find((mode) => mode === values.memory);
  if (!memory) {
    throw new UsageError(
      `unknown memory mode "${values.memory}"; must be one of: ${memoryModes.join(', ')}.`,
    );
  }
  const names = await listFixtures(folder);
  let checked = 0;
  if (asked.length !== 1)
    for (const name of names) await check(folder, name, '', { memory }).then(() => checked++);
  for (const format of asked) {
    const models = join(temporary, format);
    await writeModels(folder, models, format);
    const leastTolerance = format === 'fp16' ? halfPrecisionTolerance : 0;
    for (const name of names.filter((each) => concerns(each, format))) {
      await check(folder, name, `${format}: `, { models, leastTolerance, memory }).then(() => checked++);
    }
  }
  console.log(`${checked - failed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
} catch (error) {
  if (!(error instanceof LampError)) throw error;
  console.error(error.message);
  process.exitCode = error.exitCode;
} finally {
  await rm(temporary, { recursive: true, force: true });
}
