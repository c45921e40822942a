/**
 * @file `npm run pretrain -- [folder]`: trains the built-in base model from nothing (see `recipe.ts`). Finished stages
 * are skipped, stopped ones go on.
 */

import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { interruptible } from '../../src/cli/interruptible.ts';
import { LampError, UsageError } from '../../src/errors.ts';
import { logProgress } from './log-progress.ts';
import { recipes } from './recipe.ts';
import { installModel, runRecipe, stagesOf } from './run-recipe.ts';

const names = Object.keys(recipes).join(', ');
const help = `npm run pretrain -- [folder] [options]
  folder              of all stages (default: runs/pretraining)
  --recipe <name>     ${names} (default: built-in)
  --until <stage>     stop after this stage: ${stagesOf(recipes['built-in']).join(', ')}
  --from <base>       begin with the weights of a model that the recipe made, without the autoencoder's stages
  --sample-every <n>  steps between sheets of samples; 0: none (default: 1000)
  --install           copy the finished model to assets/base`;

function given() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        help: { type: 'boolean', default: false },
        recipe: { type: 'string', default: 'built-in' },
        until: { type: 'string' },
        from: { type: 'string' },
        'sample-every': { type: 'string', default: '1000' },
        install: { type: 'boolean', default: false },
      },
    });
    return { ...values, folders: positionals };
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

try {
  const { help: asksHelp, folders, until, from, install, ...values } = given();
  if (asksHelp) {
    console.log(help);
    process.exit();
  }
  const recipe = recipes[values.recipe as keyof typeof recipes];
  if (!recipe) throw new UsageError(`--recipe is "${values.recipe}"; expected one of: ${names}.`);
  if (until !== undefined && !stagesOf(recipe).includes(until)) {
    throw new UsageError(`--until is "${until}"; expected one of: ${stagesOf(recipe).join(', ')}.`);
  }
  const sampleEvery = Number(values['sample-every']);
  if (!Number.isInteger(sampleEvery) || sampleEvery < 0) {
    throw new UsageError(`--sample-every is "${values['sample-every']}"; expected a whole number from 0 on.`);
  }
  const [folder = 'runs/pretraining', more] = folders;
  if (more !== undefined) throw new UsageError(`one folder can be given; found "${more}" as well.`);
  const options = { recipe, folder, from, until, sampleEvery, onEvent: logProgress() };
  const result = await interruptible((signal) => runRecipe({ ...options, signal }));
  console.log(result);
  if (install && until === undefined) {
    await installModel(result, fileURLToPath(new URL('../../assets/base', import.meta.url)));
  }
} catch (error) {
  if (!(error instanceof LampError)) throw error;
  console.error(`pretrain: ${error.message}`);
  process.exitCode = error.exitCode;
}
