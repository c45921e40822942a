/**
 * @file `npx tsx lab/world/demo-clips.ts [motion]`: renders the eight clips of the little world on which the demo
 * trains, with their captions, into `assets/demo/clips`. They are in the repository; this shows how they were made.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CAPTIONS_NAME } from '../../src/media/caption-files.ts';
import { writeVideo } from '../../src/media/video-file.ts';
import { motionSet } from './motion-set.ts';
import { loadThings } from './thing.ts';
import { motionNamed } from './world-motions.ts';

const folder = fileURLToPath(new URL('../../assets/demo/clips', import.meta.url));
const motion = motionNamed(process.argv[2] ?? 'runs');
const { clips } = motionSet(await loadThings(), motion, 0, 8, { frames: 16 });
const captions: string[] = [];
for (const { thing, scene, frames, prompt } of clips) {
  const name = `${`${thing.name} ${motion.name}, ${scene.name}`.replaceAll(/[ ,]+/g, '-')}.gif`;
  await writeVideo(join(folder, name), frames, { framesPerSecond: 8 });
  captions.push(`${name}\t${prompt}\n`);
}
await writeFile(join(folder, CAPTIONS_NAME), captions.join(''));
console.log(`${clips.length} clips in ${folder}`);
