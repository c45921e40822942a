/**
 * @file `npm run demo`: trains one motion on the clips in this repository with the built-in model, generates videos
 * of things and places that are not in them, and writes a page with everything. The built-in model itself was trained
 * in advance.
 *
 * `npm run demo -- --out <folder>` writes elsewhere; `--base`, `--clips` and `--steps` train something else. Its
 * files are generated anew each time; other files in the folder are left alone.
 */
import { rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeAtomically } from '../src/checkpoints/atomic-write.ts';
import { settingRows } from '../src/cli/facts.ts';
import { interruptible } from '../src/cli/interruptible.ts';
import { reporter } from '../src/cli/progress.ts';
import { duration } from '../src/duration.ts';
import { LampError, UsageError } from '../src/errors.ts';
import type { WorkOptions } from '../src/events.ts';
import { learnMotion } from '../src/library/learn-motion.ts';
import { findClips } from '../src/media/find-clips.ts';
import { openBaseModel } from '../src/models/base-model.ts';
import { readMetrics } from '../src/training/metrics.ts';
import { readRun, runPaths } from '../src/training/run-folder.ts';
import { trainingDefaults } from '../src/training/training-settings.ts';
import { makeVideos, showClips, type Wish } from './demo/exhibits.ts';
import { lossChart, meanWindow } from './demo/loss-chart.ts';
import { writeOverview } from './demo/overview.ts';
import { demoPage } from './demo/page.ts';
import { clipsText, methodText, videosText } from './demo/words.ts';

/** What is trained; each video's prompt consists of its thing, this verb and its place. */
const motion = { clips: 'assets/demo/clips', prompt: 'a thing runs', verb: 'runs' };

/**
 * Training settings: directions matter here, and it takes five minutes with fewer and larger steps than would be best
 * (docs/research/evaluation.md); all others are those that the base recommends.
 */
const training = { frames: 16, flipProbability: 0, steps: 650, learningRate: 1.5e-3 };

/** The videos to generate: things and places that are not in the clips. */
const wishes: readonly Wish[] = [
  { name: 'panda', thing: 'a panda', place: 'in the forest', seed: 0 },
  { name: 'penguin', thing: 'a penguin', place: 'in the desert', seed: 0 },
  { name: 'fox', thing: 'a fox', place: 'in the night sky', seed: 0 },
  { name: 'frog', thing: 'a frog', place: 'on a plain blue ground', seed: 0 },
];

const root = fileURLToPath(new URL('..', import.meta.url));
const defaultClips = join(root, motion.clips);

/**
 * What to try next, as sentences and commands for this repository; `run` and `out` are paths, `base` an option or ''.
 */
function nextSteps(run: string, out: string, base: string): [what: string, command: string][] {
  const generate = `lamp generate --motion ${run}${base}`;
  return [
    ['Make the command lamp, once:', 'npm run build && alias lamp="node $PWD/dist/cli/main.js"'],
    [
      'Something else that moves so:',
      `${generate} --prompt "a cow ${motion.verb} in the snow" --out cow.gif`,
    ],
    [
      'Begin with a picture of your own:',
      `${generate} --prompt "a robot ${motion.verb}" --first-frame robot.png --out robot.gif`,
    ],
    ['Ask a video how it was made:', `lamp inspect ${join(out, 'videos', `${wishes[0]!.name}.mp4`)}`],
    [
      'Teach another motion, from 8 to 16 short clips of it:',
      `lamp train my-clips/${base} --prompt "a thing jumps" --out runs/jumps`,
    ],
    [
      'The same with Stable Diffusion 1.x, on a large machine:',
      'lamp train my-clips/ --base stable-diffusion-v1-5 --prompt "a horse runs" --out runs/horse',
    ],
  ];
}

/** The options of this command line. Throws `UsageError` for others. */
function givenOptions() {
  try {
    return parseArgs({
      options: {
        out: { type: 'string', default: join(root, 'demo') },
        base: { type: 'string', default: trainingDefaults.base },
        clips: { type: 'string', default: defaultClips },
        steps: { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new UsageError({
      found: (error as Error).message,
      expected: '--out, --base, --clips or --steps, each with a value',
    });
  }
}

async function demo(work: WorkOptions): Promise<void> {
  const given = givenOptions();
  const { out } = given;
  const base = await openBaseModel(given.base);
  const run = join(out, 'training');
  // The training of an earlier demo is removed; anything else of that name is refused by `learnMotion`.
  const earlier = await readRun(run).catch(() => undefined);
  if (earlier?.settings.prompt === motion.prompt) await rm(run, { recursive: true });

  const watch = stopwatch();
  tell(`Learning "${motion.prompt}" from the clips in ${shown(given.clips)} …`);
  const steps = given.steps === undefined ? {} : { steps: Number(given.steps) };
  const settings = { ...training, ...steps, base: given.base, clips: [given.clips], prompt: motion.prompt };
  const starting = performance.now() / 1000;
  const { path } = await learnMotion({ ...work, out: run, ...settings });
  const learning = watch();
  const videos = await makeVideos({ out, base, motion: path, verb: motion.verb, wishes, tell }, work);
  const making = watch();

  const losses = (await readMetrics(runPaths(run).metrics)).map(({ loss }) => loss);
  const chart = lossChart(losses);
  const next = nextSteps(
    shown(run),
    shown(out),
    given.base === trainingDefaults.base ? '' : ` --base ${shown(given.base)}`,
  );
  const used = await readRun(run);
  const index = join(out, 'index.html');
  await writeText(join(out, 'loss.svg'), chart);
  await writeText(
    index,
    demoPage({
      motion: motion.prompt,
      clips: await showClips(out, used.clips),
      clipsCaption: clipsText(
        used,
        wishes.map(({ place }) => place),
      ),
      method: methodText(used, given.base === trainingDefaults.base),
      videos: videos.map(({ video }) => video),
      videosCaption: `${given.clips === defaultClips ? 'None of these things and places is in the clips themselves. ' : ''}${videosText(videos[0]!.settings)}`,
      chart,
      chartCaption: `Faint: the loss of each of the ${losses.length} steps, which depends most on how much noise was drawn for it. Bold: the mean of ${meanWindow(losses.length)} steps.`,
      summary: `A small text-to-image model learned from these clips how things move, in ${duration(learning)}, and then made ${videos.length} videos of other things in other places, in ${duration(making)}, all on this machine.`,
      settings: [
        ['The training', settingRows(used.settings)],
        ...videos.map(({ video, settings }) => [`“${video.caption}”`, settingRows(settings)] as const),
      ],
      next,
    }),
  );
  const made = wishes.map(({ name }) => join(out, 'videos', `${name}.mp4`));
  await writeOverview(out, await findClips([given.clips]), made);
  tell('\nWhere the time went');
  for (const [what, seconds] of [
    ['starting', starting],
    ['learning the motion', learning],
    [`making ${videos.length} videos`, making],
    ['the page', watch()],
    ['in all', performance.now() / 1000],
  ] as const) {
    tell(`  ${what.padEnd(22)}${duration(seconds)}`);
  }
  tell(`\nDone: open ${index}\n\nWhat to try next`);
  for (const [what, command] of next) tell(`  ${what}\n    ${command}`);
}

/** Returns a function that gives the seconds since its last call, or since this one. */
function stopwatch(): () => number {
  let last = performance.now();
  return () => {
    const now = performance.now();
    const seconds = (now - last) / 1000;
    last = now;
    return seconds;
  };
}

/** A path as typed in a shell here. */
function shown(path: string): string {
  const short = relative('.', path);
  const typed = short === '' ? '.' : short.startsWith('..') ? path : short;
  return /^[\w./~+-]+$/.test(typed) ? typed : `'${typed.replaceAll("'", "'\\''")}'`;
}

function writeText(path: string, text: string): Promise<void> {
  return writeAtomically(path, (file) => file.writeFile(text));
}

function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

const { onEvent, end } = reporter({ json: false });
try {
  await interruptible((signal) => demo({ onEvent, signal }));
} catch (error) {
  end();
  if (!(error instanceof LampError)) throw error;
  tell(`demo: ${error.message}`);
  process.exitCode = error.exitCode;
}
