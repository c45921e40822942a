/**
 * @file `npx tsx lab/people/main.ts [folder]`: teaches the built-in model how people walk to the right, from four clips
 * of `testdata/clips/walking`; has things in given pictures, and the person of a fifth clip, do so; and writes
 * `overview.gif`, the clips above the videos. The model was never shown people. A training that was stopped goes on.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeOverview } from '../../scripts/demo/overview.ts';
import { exists } from '../../src/checkpoints/exists.ts';
import { interruptible } from '../../src/cli/interruptible.ts';
import { reporter } from '../../src/cli/progress.ts';
import { randomStream } from '../../src/diffusion/random.ts';
import { LampError } from '../../src/errors.ts';
import type { WorkOptions } from '../../src/events.ts';
import { generateVideo } from '../../src/library/generate-video.ts';
import { learnMotion } from '../../src/library/learn-motion.ts';
import { cropPicture } from '../../src/media/black-bars.ts';
import { readFrames } from '../../src/media/clip.ts';
import { resizePicture } from '../../src/media/resize.ts';
import { writeVideo } from '../../src/media/video-file.ts';
import { runPaths } from '../../src/training/run-folder.ts';
import { motionClip } from '../world/motion-clip.ts';
import { sceneNamed } from '../world/scene.ts';
import { loadThings, thingNamed } from '../world/thing.ts';
import { motionNamed } from '../world/world-motions.ts';

/** Where people walk, in clips of 768×432 pixels: from the left third of this square to its right edge. */
const square = { left: 330, top: 0, side: 432 };
const size = { width: 128, height: 128 };
/** The first frame, counted from 0, in which the person of each clip has turned and walks. */
const starts = [6, 5, 6, 8, 9];
const frameCount = 8;
const verb = 'walks';
/** Where the person of a clip is. Copy-paste replaces it: the end of a caption, from its last preposition on. */
const room = 'in the room';
/** What shall walk as well, and where. */
const others = [
  { thing: 'penguin', scene: 'snow' },
  { thing: 'tiger', scene: 'meadow' },
  { thing: 'snowman', scene: 'forest' },
];

/** Cuts the walk out of clip number `n`, from 1, writes it to `folder` in small, and returns the path. */
async function smallClip(n: number, folder: string): Promise<string> {
  const name = `walk_out_0${n}`;
  const source = fileURLToPath(new URL(`../../testdata/clips/walking/${name}.mp4`, import.meta.url));
  const start = starts[n - 1]!;
  const frames = (await readFrames(source))
    .slice(start, start + frameCount)
    .map((frame) => cropPicture(frame, square.left, square.top, { width: square.side, height: square.side }));
  const clip = join(folder, name);
  const small = await Promise.all(frames.map((frame) => resizePicture(frame, size)));
  await writeVideo(clip, small, { framesPerSecond: 10 });
  return clip;
}

async function main(out: string, work: WorkOptions): Promise<void> {
  const clips: string[] = [];
  for (const n of [1, 2, 3, 4]) clips.push(await smallClip(n, join(out, 'clips')));
  const another = await smallClip(5, join(out, 'another'));
  const run = join(out, 'training');
  const resume = await exists(runPaths(run).record);
  const { path: motion } = await learnMotion({
    ...work,
    ...(resume ? { resume } : { clips, prompt: `a person ${verb} ${room}`, frames: frameCount }),
    out: run,
  });
  const videos: string[] = [];
  const known = await loadThings();
  for (const { thing, scene } of others) {
    // A picture in which the thing stands on the left, as people do.
    const stream = randomStream(0, 'people', thing);
    const standing = motionClip(stream, motionNamed('runs'), thingNamed(known, thing), sceneNamed(scene));
    const video = join(out, 'videos', thing);
    const [firstFrame, prompt] = [standing.frames[0]!, standing.prompt.replace('runs', verb)];
    await generateVideo({ ...work, motion, prompt, firstFrame, out: video });
    videos.push(video);
  }
  const video = join(out, 'videos', 'person');
  const firstFrame = (await readFrames(another))[0]!;
  await generateVideo({ ...work, motion, prompt: `a person ${verb} ${room}`, firstFrame, out: video });
  await writeOverview(out, clips, [...videos, video]);
}

const { onEvent, end } = reporter({ json: false });
try {
  await interruptible((signal) => main(process.argv[2] ?? 'runs/people', { onEvent, signal }));
} catch (error) {
  if (!(error instanceof LampError)) throw error;
  console.error(`people: ${error.message}`);
  process.exitCode = error.exitCode;
} finally {
  end();
}
