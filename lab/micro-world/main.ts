/**
 * @file `npx tsx lab/micro-world/main.ts [folder]`: shows end to end, in minutes, that learning works. Trains an
 * image model of the micro world from scratch, teaches it a motion with LAMP, generates videos of things in
 * colours that occur in no clip, and measures their tracks. Resumes where it was stopped; the figures do not depend on
 * the folder.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { enlarge } from '../../scripts/demo/enlarge.ts';
import type { ProgressEvent } from '../../src/events.ts';
import { encodeGif } from '../../src/media/animated-picture.ts';
import { contactSheet } from '../../src/media/contact-sheet.ts';
import type { Picture } from '../../src/media/picture.ts';
import { writePng } from '../../src/media/picture-file.ts';
import { microSettings, trainMicroBase } from './base.ts';
import { learnMicroMotion, type MicroVideo, meanOf, measureMicroMotion } from './micro-motion.ts';
import { captionOf, paintScene } from './world.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'base-steps': { type: 'string', default: String(microSettings.steps) },
    'motion-steps': { type: 'string', default: '1500' },
    'learning-rate': { type: 'string', default: '1e-3' },
  },
});
const folder = positionals[0] ?? 'runs/micro-world';
const began = performance.now();
const seconds = () => `${((performance.now() - began) / 1000).toFixed(0)} s`;

let [sum, count] = [0, 0];
const onEvent = (event: ProgressEvent) => {
  if (event.type === 'written') console.log(`wrote ${event.path}`);
  if (event.type !== 'step') return;
  sum += event.loss;
  count++;
  if (event.step % 250 !== 0 && event.step !== event.steps) return;
  const pace = `${(1000 * event.seconds).toFixed(0)} ms a step`;
  console.log(
    `step ${event.step} of ${event.steps}: mean loss ${(sum / count).toFixed(4)}, ${pace}, ${seconds()}`,
  );
  [sum, count] = [0, 0];
};

console.log('the image model');
const base = await trainMicroBase(join(folder, 'base'), {
  onEvent,
  settings: { ...microSettings, steps: Number(values['base-steps']) },
});
console.log('the motion');
const motion = await learnMicroMotion(join(folder, 'motion'), base, {
  onEvent,
  steps: Number(values['motion-steps']),
  learningRate: Number(values['learning-rate']),
});

const rows: [name: string, settings: Parameters<typeof measureMicroMotion>[2]][] = [
  ['LAMP', {}],
  ['without shared noise', { noiseShare: 0 }],
  ['AdaIN after every step', { alignment: 'scaled' }],
  ['histogram matching', { histogramMatching: true }],
  ['guidance 2', { guidance: 2 }],
];
const figures: Record<string, number> = {};
let videos: readonly MicroVideo[] = [];
for (const [name, settings] of rows) {
  const measured = await measureMicroMotion(base, motion, settings);
  if (name === 'LAMP') {
    videos = measured;
    figures['a still video'] = meanOf(measured, ({ stillError }) => stillError);
  }
  figures[name] = meanOf(measured, ({ error }) => error);
}
console.log('\ntrack error in cells, mean over 12 videos of colours never seen moving:');
for (const [name, error] of Object.entries(figures)) console.log(`  ${error.toFixed(3)}  ${name}`);
for (const { scene, error } of videos) console.log(`    ${error.toFixed(2)}  ${captionOf(scene)}`);

const large = (frames: readonly Picture[]) => frames.map((frame) => enlarge(frame, 6));
await mkdir(join(folder, 'videos'), { recursive: true });
await writePng(
  join(folder, 'sheet.png'),
  contactSheet(
    videos.flatMap(({ frames, truth }) => [large(frames), large(truth.map(paintScene))]),
    { background: [128, 128, 128] },
  ),
);
for (const [i, { scene, frames }] of videos.entries()) {
  const name = `${String(i).padStart(2, '0')}-${captionOf(scene).replaceAll(' ', '-')}.gif`;
  await writeFile(
    join(folder, 'videos', name),
    await encodeGif(
      frames.map((frame) => enlarge(frame, 12)),
      4,
    ),
  );
}
// All videos in one, each above the true one, six in a row.
const overview = Array.from({ length: videos[0]!.frames.length }, (_, f) => {
  const row = (from: number, of: (video: MicroVideo) => Picture) =>
    videos.slice(from, from + 6).map((video) => enlarge(of(video), 8));
  const rows = [0, 6].flatMap((from) => [
    row(from, ({ frames }) => frames[f]!),
    row(from, ({ truth }) => paintScene(truth[f]!)),
  ]);
  return contactSheet(rows, { background: [128, 128, 128], gap: 4 });
});
await writeFile(join(folder, 'overview.gif'), await encodeGif(overview, 4));
await writeFile(join(folder, 'figures.json'), `${JSON.stringify(figures, null, 2)}\n`);
console.log(
  `sheet.png and overview.gif (each video above its truth), videos/ and figures.json are in ${folder}; ${seconds()}`,
);
