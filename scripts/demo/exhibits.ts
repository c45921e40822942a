/** @file What the demo shows: the clips of the training, and the generated videos of other things. */
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { extname, join, parse } from 'node:path';
import type { WorkOptions } from '../../src/events.ts';
import { loadMotion } from '../../src/library/load-motion.ts';
import { openGenerator } from '../../src/library/open-generator.ts';
import { readFrames } from '../../src/media/clip.ts';
import { writePng } from '../../src/media/picture-file.ts';
import { writeVideo } from '../../src/media/video-file.ts';
import type { BaseModel } from '../../src/models/base-model.ts';
import type { StoredSettings } from '../../src/pipelines/video/stored-settings.ts';
import { writeStoredVideo } from '../../src/pipelines/video/stored-video.ts';
import type { TrainingClip } from '../../src/training/data/training-clip.ts';
import { enlarge } from './enlarge.ts';
import type { Shown, ShownVideo } from './page.ts';

/** A video to generate. */
export interface Wish {
  /** Name of its files. */
  readonly name: string;
  /** Such as "a panda". */
  readonly thing: string;
  /** Such as "in the forest". */
  readonly place: string;
  readonly seed: number;
}

/** Inputs of the videos. */
export interface MakeVideosOptions {
  /** Folder of the demo; the videos go to `videos/` in it. */
  readonly out: string;
  readonly base: BaseModel;
  /** Path of the motion. */
  readonly motion: string;
  /** The verb, such as "runs". */
  readonly verb: string;
  readonly wishes: readonly Wish[];
  /** Called with a line before each video. */
  readonly tell: (line: string) => void;
}

/** Videos and first frames are enlarged to about this many pixels for viewing. */
const shownSize = 256;

/** Generates the videos with one set of compiled networks; writes each as MP4 and, enlarged, as GIF. */
export async function makeVideos(
  { out, base, motion: path, verb, wishes, tell }: MakeVideosOptions,
  work: WorkOptions,
): Promise<{ video: ShownVideo; settings: StoredSettings }[]> {
  const motion = await loadMotion({ motion: path });
  const generator = await openGenerator({ base, motions: [motion] });
  const factor = Math.max(1, Math.round(shownSize / motion.info.width));
  const videos: { video: ShownVideo; settings: StoredSettings }[] = [];
  try {
    for (const [i, { name, thing, place, seed }] of wishes.entries()) {
      const prompt = `${thing} ${verb} ${place}`;
      // The first frame is drawn from the same prompt, since the base knows where, and how large, things are when such
      // a motion begins.
      tell(`Making "${prompt}" (${i + 1} of ${wishes.length}) …`);
      const file = (ending: string) => join('videos', `${name}${ending}`);
      const made = await generator.generateVideo({ prompt, seed, out: join(out, file('.mp4')), ...work });
      const large = made.frames.map((frame) => enlarge(frame, factor));
      await writeStoredVideo(join(out, file('.gif')), { ...made, frames: large });
      await writePng(join(out, file('-first-frame.png')), large[0]!);
      const video = {
        source: await dataAddress('image/gif', join(out, file('.gif'))),
        caption: prompt,
        firstFrame: await dataAddress('image/png', join(out, file('-first-frame.png'))),
        firstFramePrompt: prompt,
        seed,
        file: `videos/${name}.mp4`,
      };
      videos.push({ video, settings: made.settings });
    }
  } finally {
    await generator.dispose();
  }
  return videos;
}

/**
 * Writes GIFs of the clips to `out/clips/`, for viewing. Each is labelled with its caption, or its file's name.
 */
export async function showClips(out: string, trained: readonly TrainingClip[]): Promise<Shown[]> {
  const clips: Shown[] = [];
  await mkdir(join(out, 'clips'), { recursive: true });
  for (const { path: clip, caption } of trained) {
    const { name } = parse(clip);
    const copy = join(out, 'clips', `${name}.gif`);
    if (extname(clip).toLowerCase() === '.gif') await copyFile(clip, copy);
    else await writeVideo(copy, await readFrames(clip), { framesPerSecond: 8 });
    clips.push({
      source: await dataAddress('image/gif', copy),
      caption: caption ?? name.replace(/[-_]+/g, ' '),
    });
  }
  return clips;
}

/** A file as a `data:` URL. */
async function dataAddress(kind: string, path: string): Promise<string> {
  return `data:${kind};base64,${(await readFile(path)).toString('base64')}`;
}
