/**
 * @file `npm run bench:rounding -- --out <folder> [--steps n]`: what products in 8 bits change, on the built-in model.
 * Draws the same pictures in f32 and in 8 bits, trains the same motion in both, makes videos with each motion in each
 * precision, and prints their distances (PSNR), and the losses. What is there already is not computed again. With
 * `--base <path> [--size WxH] [--frames n]`, it prints instead how far predictions of that model are from those in f32.
 */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { exists } from '../../src/checkpoints/exists.ts';
import { drawImage } from '../../src/library/draw-image.ts';
import { generateVideo } from '../../src/library/generate-video.ts';
import { learnMotion } from '../../src/library/learn-motion.ts';
import type { Picture } from '../../src/media/picture.ts';
import { psnr } from '../evaluation/quality.ts';
import { roundingErrors } from './rounding-error.ts';

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    steps: { type: 'string', default: '150' },
    base: { type: 'string' },
    size: { type: 'string', default: '512x320' },
    frames: { type: 'string', default: '16' },
  },
});
const precisions = ['f32', 'int8'] as const;
const { out, base } = values;
if (base !== undefined) {
  const [width, height] = values.size.split('x').map(Number) as [number, number];
  const question = { base, width, height, frames: Number(values.frames), memory: 'low' } as const;
  for (const [timestep, error] of await roundingErrors(question)) {
    console.log(
      `timestep ${timestep}: the prediction in 8 bits is ${(100 * error).toFixed(1)} % from that in f32`,
    );
  }
  process.exit();
}
const steps = Number(values.steps);
if (out === undefined || !(steps >= 50)) {
  console.error(`usage: npm run bench:rounding -- --out <folder> [--steps <n, at least 50>]
   or: npm run bench:rounding -- --base <path> [--size 512x320] [--frames 16]`);
  process.exit(2);
}

const prompts = [
  'a panda in the snow',
  'a car on a road',
  'a turtle on a beach',
  'a rocket at night',
  'a pumpkin',
  'a snowman in a forest',
  'a duck',
  'a giraffe',
];

const distances: number[] = [];
for (const [seed, prompt] of prompts.entries()) {
  const drawn: Picture[] = [];
  for (const precision of precisions) drawn.push((await drawImage({ prompt, seed, precision })).picture);
  distances.push(psnr(drawn[1]!, drawn[0]!));
}
console.log(`pictures: ${listed(distances)} dB, mean ${mean(distances).toFixed(1)} dB`);

const clips = join(import.meta.dirname, '../../assets/demo/clips');
const folders = new Map<string, string>();
for (const precision of precisions) {
  const run = join(out, precision);
  folders.set(precision, run);
  const resume = await exists(join(run, 'run.json'));
  // Scenes are left out, since drawing them takes longer than the training.
  const settings = { clips: [clips], prompt: 'a fox runs', copyPaste: 0, precision };
  await learnMotion({ out: run, resume, steps, ...(!resume && settings) });
  const losses = await lossesOf(run);
  const [first, last] = [losses.slice(0, 50), losses.slice(-50)];
  console.log(
    `trained in ${precision}: loss of the first 50 steps ${mean(first).toFixed(4)}, of the last ${mean(last).toFixed(4)}`,
  );
}

const videos = new Map<string, readonly Picture[]>();
for (const trained of precisions) {
  for (const precision of precisions) {
    const request = { motion: folders.get(trained)!, prompt: 'a panda runs in the snow', seed: 1, precision };
    videos.set(`${trained} ${precision}`, (await generateVideo(request)).frames);
  }
}
const exact = videos.get('f32 f32')!;
for (const [name, frames] of videos) {
  if (frames === exact) continue;
  const [trained, made] = name.split(' ');
  const each = frames.slice(1).map((frame, i) => psnr(frame, exact[i + 1]!));
  console.log(`video, trained in ${trained}, made in ${made}: ${mean(each).toFixed(1)} dB from f32`);
}

async function lossesOf(run: string): Promise<number[]> {
  const text = await readFile(join(run, 'metrics.jsonl'), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { loss: number }).loss);
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

function listed(numbers: readonly number[]): string {
  return numbers.map((number) => number.toFixed(1)).join(', ');
}
