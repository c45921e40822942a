/**
 * @file `npm run demo`: the whole path on this repository's own files. Learns how rendered objects turn from eight clips,
 * then makes a video that begins with another object. The base model is a tiny one with random weights: everything runs
 * as it would with a real one, but what it draws is noise.
 */
import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommandLine } from '../src/cli/main.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const shapes = join(root, 'assets/world/shapes');
const base = join(root, 'testdata/mini/tiny-sd');
const folder = join(root, 'demo');
const run = join(folder, 'run');
const shown = [
  'a_race_car_0',
  'a_donut_with_pink_icing_0',
  'an_elephant_0',
  'a_cheeseburger_0',
  'a_green_boot_0',
  'a_fast_car_0',
  'a_traffic_cone_0',
  'a_schoolbus_0',
].map((name) => join(shapes, `${name}.gif`));

await rm(folder, { recursive: true, force: true });
await mkdir(join(folder, 'clips'), { recursive: true });
for (const clip of shown) await cp(clip, join(folder, 'clips', clip.split('/').at(-1)!));

console.error('Learning a motion from 8 clips …');
await lamp(
  'train',
  ...shown,
  '--base',
  base,
  '--prompt',
  'an object turns',
  '--out',
  run,
  '--size',
  '64x64',
  '--frames',
  '8',
  '--stride',
  '3',
  '--steps',
  '150',
  '--learning-rate',
  '1e-3',
  '--flip',
  '0',
);
const given = [
  '--motion',
  run,
  '--base',
  base,
  '--prompt',
  'a penguin turns',
  '--first-frame',
  join(shapes, 'a_penguin_0.gif'),
];
for (const ending of ['mp4', 'gif']) {
  console.error(`Making a video of something else (${ending}) …`);
  await lamp('generate', ...given, '--out', join(folder, `penguin.${ending}`));
}
console.error(`\nDone: ${folder}
  clips/       what was learned from
  run/         the training run: run.json, metrics.jsonl, motion.safetensors
  penguin.mp4, penguin.gif   the video. Its base model has random weights, so it is noise.
Next: a real base model. Read README.md, "Quick start".`);

async function lamp(...words: string[]): Promise<void> {
  const code = await runCommandLine(words);
  if (code !== 0) process.exit(code);
}
