/** @file `npm run evaluate --`: measures a base model, how well motions are learned on it, or ways of sampling. */

import { join } from 'node:path';
import { Command } from 'commander';
import { z } from 'zod';
import { writeAtomically, writeJsonAtomically } from '../../src/checkpoints/atomic-write.ts';
import { readJsonFile } from '../../src/checkpoints/json-file.ts';
import { interruptible } from '../../src/cli/interruptible.ts';
import { oneOf, realNumber, seedNumber, someText, wholeNumber } from '../../src/cli/options.ts';
import { reporter } from '../../src/cli/progress.ts';
import { UsageError } from '../../src/errors.ts';
import type { OnEvent } from '../../src/events.ts';
import { givenBase } from '../../src/library/load-base.ts';
import { recommendedSize } from '../../src/models/picture-size.ts';
import { recommendedSampling } from '../../src/pipelines/draw/sampling-settings.ts';
import { withoutUndefined } from '../../src/settings.ts';
import { recommendedTraining, trainingDefaults } from '../../src/training/training-settings.ts';
import { runBaseSuite } from './base-suite.ts';
import { builtInClip, openClassifier } from './classifier.ts';
import { openClip } from './clip-model.ts';
import { type Curve, curveOf, curveSchema, curvesFigure, curvesTable } from './curve-report.ts';
import { runCurveSuite } from './curve-suite.ts';
import { defaultMotionNames, suiteMotionNames } from './motion-cases.ts';
import { figuresOf, motionsTable, rowsByMotionTable, rowsTable } from './motion-report.ts';
import { type MotionSuiteOptions, runMotionSuite } from './motion-suite.ts';
import { type EvaluationRow, rowGroups, rowsNamed } from './rows.ts';
import { samplingFigures, samplingTable } from './sampling-report.ts';
import { samplingRows } from './sampling-rows.ts';
import { predictionCosts, runSamplingSuite } from './sampling-suite.ts';

const help = `
The base suite draws 60 prompts four times each, has a classifier say what they show and where, and measures what the
autoencoder loses. The motion suite teaches motions from eight clips each, makes videos of things that were not in
the clips, and compares their movements with the true ones. The sampling suite trains each motion once, and makes the
same videos with more and with less arithmetic. The curve suite measures trainings at a constant rate after more and
more steps. All work on models of the little world, such as the built-in one.

Rows of the motion suite (--rows takes names of rows and of groups):
${Object.entries(rowGroups)
  .map(([group, rows]) => `  ${group.padEnd(9)} ${rows.map(({ name }) => name).join(', ')}`)
  .join('\n')}

Examples:
  npm run evaluate -- --suite base --out evaluation
  npm run evaluate -- --suite motion --out evaluation
  npm run evaluate -- --suite motion --rows methods,parts,sampling --motions runs,grows --out evaluation
  npm run evaluate -- --suite sampling --motions runs --things 3 --out evaluation
  npm run evaluate -- --suite curve --rows lamp,paper --motions runs,flies --at 500,2000,8000 --out evaluation

All that was trained and measured stays in --out; the same command goes on where it was stopped.`;

interface EvaluateOptions {
  readonly suite: 'base' | 'motion' | 'sampling' | 'curve';
  readonly out: string;
  readonly base?: string;
  readonly rows: readonly string[];
  readonly motions: readonly string[];
  readonly things: number;
  readonly strangers?: boolean;
  readonly seeds: number;
  readonly steps?: number;
  readonly learningRate?: number;
  readonly seed?: number;
  readonly guidance: number;
  readonly at: readonly number[];
  readonly with: readonly string[];
  readonly clip?: string;
  readonly json?: boolean;
}

/** The command, with its options. */
export function evaluateCommand(): Command {
  return new Command('npm run evaluate --')
    .description('measure a base model, how well and how fast motions are learned on it, or ways of sampling')
    .usage('--suite <name> --out <folder> [options]')
    .option('--suite <name>', 'base, motion, sampling or curve', oneOf('base', 'motion', 'sampling', 'curve'))
    .option('--out <folder>', 'folder of tables, sheets and trainings', someText)
    .option('--base <folder>', 'the base model (default: the built-in one)', someText)
    .option(
      '--clip <folder>',
      "CLIP model for the paper's three scores (default: the built-in one)",
      someText,
    )
    .option('--json', 'print every event and the result as lines of JSON on standard output')
    .optionsGroup('Motion suite, and but for its rows the sampling suite:')
    .option('--rows <names>', `what to compare, of: ${Object.keys(rowGroups).join(', ')}, …`, list, ['lamp'])
    .option(
      '--motions <names>',
      `which motions, of: ${suiteMotionNames.join(', ')}`,
      list,
      defaultMotionNames as string[],
    )
    .option(
      '--things <n>',
      'number of things per motion that are not in its clips; each in two scenes',
      wholeNumber({ most: 16 }),
      6,
    )
    .option(
      '--strangers',
      'instead, eight things and six turning objects that the built-in model was not trained to draw',
    )
    .option('--seeds <n>', 'videos of each thing and scene', wholeNumber(), 1)
    .option('--steps <n>', "training steps (default: the base's)", wholeNumber())
    .option(
      '--learning-rate <rate>',
      "step size of the trainings (default: the base's)",
      realNumber({ above: 0 }),
    )
    .option('--seed <number>', 'seed of the trainings', seedNumber)
    .optionsGroup('Sampling suite:')
    .option('--guidance <scale>', 'guidance of all rows but one', realNumber({ above: 1 }), 2)
    .optionsGroup('Curve suite:')
    .option(
      '--at <steps>',
      'numbers of steps after which trainings are measured',
      numberList,
      [500, 2000, 8000],
    )
    .option('--with <folders>', 'folders of other evaluations, whose curves are drawn as well', list, [])
    .addHelpText('after', help)
    .action((options: EvaluateOptions, command: Command) => {
      const { suite, out } = command.opts<Partial<EvaluateOptions>>();
      if (suite === undefined || out === undefined) {
        throw new UsageError('--suite and --out are needed; see "npm run evaluate -- --help".');
      }
      return evaluate(options);
    });
}

function list(text: string): string[] {
  return someText(text)
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
}

function numberList(text: string): number[] {
  return list(text).map(wholeNumber());
}

async function evaluate(options: EvaluateOptions): Promise<void> {
  const { onEvent, end } = reporter({ json: options.json ?? false });
  try {
    await interruptible((signal) => suites[options.suite](options, onEvent, signal));
  } finally {
    end();
  }
}

async function base(options: EvaluateOptions, onEvent: OnEvent, signal: AbortSignal): Promise<void> {
  const model = await givenBase(options.base, { onEvent, signal });
  const classifier = await openClassifier();
  try {
    const result = await runBaseSuite({
      onEvent,
      signal,
      out: options.out,
      base: model,
      size: recommendedSize(model),
      drawing: recommendedSampling(model.settings),
      classifier,
    });
    tell(
      options,
      result,
      [
        `pictures come back from the autoencoder with ${result.reconstruction.toFixed(2)} dB`,
        `of ${result.pictures} drawn pictures ${result.things.toFixed(1)} % show the thing and ${result.scenes.toFixed(1)} % the scene that was asked for`,
        `(the classifier on real ones: ${result.realThings.toFixed(1)} % and ${result.realScenes.toFixed(1)} %)`,
        `they have ${result.fineEnergy.toFixed(0)} % of the energy of real ones above half the Nyquist frequency`,
        `seldom recognised: ${result.worst.map(([thing, share]) => `${thing} ${share.toFixed(0)} %`).join(', ')}`,
      ].join('\n'),
    );
  } finally {
    await classifier.dispose();
  }
}

/** What the suites of motions have in common, checked. */
async function motionsOf(
  { out, motions, things, seeds, steps, learningRate, seed, base: chosen }: EvaluateOptions,
  work: { readonly onEvent: OnEvent; readonly signal: AbortSignal },
) {
  const base = await givenBase(chosen, work);
  const unknown = motions.find((name) => !suiteMotionNames.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`no motion is called "${unknown}"; there are ${suiteMotionNames.join(', ')}.`);
  }
  return {
    ...work,
    out,
    base,
    size: recommendedSize(base),
    motions,
    things,
    seeds: Array.from({ length: seeds }, (_, i) => i),
    steps: steps ?? recommendedTraining(base.settings).steps ?? trainingDefaults.steps,
    training: withoutUndefined({ learningRate, seed }),
  };
}

async function sampling(options: EvaluateOptions, onEvent: OnEvent, signal: AbortSignal): Promise<void> {
  const shared = await motionsOf(options, { onEvent, signal });
  const classifier = await openClassifier();
  try {
    const { guidance, out } = options;
    const results = await runSamplingSuite({ ...shared, rows: samplingRows, guidance, classifier });
    const figures = samplingFigures(results, await predictionCosts(shared));
    const table = samplingTable(figures);
    await writeJsonAtomically(join(out, 'sampling.json'), { figures, results });
    await writeAtomically(join(out, 'sampling.md'), (file) => file.writeFile(`${table}\n`));
    tell(options, { figures }, table);
  } finally {
    await classifier.dispose();
  }
}

async function motion(options: EvaluateOptions, onEvent: OnEvent, signal: AbortSignal): Promise<void> {
  const { out, strangers = false } = options;
  const rows = chosenRows(options.rows);
  const shared = await motionsOf(options, { onEvent, signal });
  await withJudges(options, async (judges) => {
    const results = await runMotionSuite({ ...shared, ...judges, rows, strangers });
    const figures = rows.map((row) => ({
      row: row.name,
      ...figuresOf(results.filter((result) => result.row === row.name)),
    }));
    const name = strangers ? 'motion-strangers' : 'motion';
    await writeJsonAtomically(join(out, `${name}.json`), { figures, results });
    const tables = [
      rowsTable(rows, results),
      ...(rows.length > 1 && options.motions.length > 1 ? [rowsByMotionTable(rows, results)] : []),
      ...rows.slice(0, 1).map(({ name }) => motionsTable(name, results)),
    ];
    await writeAtomically(join(out, `${name}.md`), (file) => file.writeFile(`${tables.join('\n\n')}\n`));
    tell(options, { figures }, tables.join('\n\n'));
  });
}

async function curve(options: EvaluateOptions, onEvent: OnEvent, signal: AbortSignal): Promise<void> {
  const { out, at } = options;
  const rows = chosenRows(options.rows);
  const { steps: _, ...shared } = await motionsOf(options, { onEvent, signal });
  const others = await Promise.all(options.with.map(storedCurves));
  await withJudges(options, async (judges) => {
    const results = await runCurveSuite({ ...shared, ...judges, at, rows });
    const own = rows.map(({ name, title }) =>
      curveOf(
        title,
        results.filter(({ row }) => row === name),
      ),
    );
    await writeJsonAtomically(join(out, curveFile), { base: shared.base.name, curves: own, results });
    const curves = [...own, ...others.flat()];
    const table = curvesTable(curves);
    await writeAtomically(join(out, 'curve.md'), (file) => file.writeFile(`${table}\n`));
    await writeAtomically(join(out, 'curve.svg'), (file) => file.writeFile(curvesFigure(curves)));
    tell(options, { curves }, table);
  });
}

/** What tells what videos show. */
type Judges = Pick<MotionSuiteOptions, 'classifier' | 'clip'>;

async function withJudges(
  { clip: chosen = builtInClip() }: EvaluateOptions,
  use: (judges: Judges) => Promise<void>,
): Promise<void> {
  const classifier = await openClassifier();
  const clip = await openClip(chosen);
  try {
    await use({ classifier, clip });
  } finally {
    await classifier.dispose();
    await clip.dispose();
  }
}

const curveFile = 'curve.json';
const curvesSchema = z.object({ base: z.string(), curves: z.array(curveSchema) });

/** The curves of another evaluation, with the name of its base. */
async function storedCurves(folder: string): Promise<Curve[]> {
  const { base, curves } = await readJsonFile(join(folder, curveFile), curvesSchema, 'the curves');
  return curves.map((each) => ({ ...each, title: `${each.title} (${base})` }));
}

function chosenRows(names: readonly string[]): EvaluationRow[] {
  try {
    return rowsNamed(names);
  } catch (error) {
    throw new UsageError(`${(error as Error).message}.`);
  }
}

/** The suites by name. */
const suites = { base, motion, sampling, curve };

/** The result, for people or as a line of JSON. */
function tell({ json }: EvaluateOptions, result: object, text: string): void {
  process.stdout.write(json ? `${JSON.stringify({ type: 'result', ...result })}\n` : `${text}\n`);
}
