/** @file An animation of the whole demo: the clips above, the generated videos below. */
import { join } from 'node:path';
import { readFrames } from '../../src/media/clip.ts';
import { contactSheet, paste } from '../../src/media/contact-sheet.ts';
import { blankPicture, type Picture } from '../../src/media/picture.ts';
import { resizePicture } from '../../src/media/resize.ts';
import { writeVideo } from '../../src/media/video-file.ts';
import { enlarge } from './enlarge.ts';

/** Videos are enlarged to at least about this width. */
const shownWidth = 128;

/**
 * Writes `out/overview.gif` from the clips, at half the videos' width, and the videos at these paths, with as many
 * frames as the shortest has.
 */
export async function writeOverview(
  out: string,
  clipPaths: readonly string[],
  videoPaths: readonly string[],
) {
  const readAll = (paths: readonly string[]) => Promise.all(paths.map((path) => readFrames(path)));
  const [clips, videos] = [await readAll(clipPaths), await readAll(videoPaths)];
  const { width, height } = videos[0]![0]!;
  const factor = Math.max(1, Math.round(shownWidth / width));
  const half = { width: (factor * width) / 2, height: (factor * height) / 2 };
  const background = [255, 255, 255] as const;
  const count = Math.min(...[...clips, ...videos].map(({ length }) => length));
  const frames: Picture[] = [];
  for (let f = 0; f < count; f++) {
    const small = await Promise.all(clips.map((clip) => resizePicture(clip[f]!, half)));
    const large = videos.map((video) => enlarge(video[f]!, factor));
    const above = contactSheet([small], { columns: 8, gap: 1, background });
    const below = contactSheet([large], { columns: 4, background });
    const sheet = blankPicture(
      { width: Math.max(above.width, below.width), height: above.height + below.height },
      background,
    );
    paste(sheet, above, 0, 0);
    paste(sheet, below, 0, above.height);
    frames.push(sheet);
  }
  await writeVideo(join(out, 'overview.gif'), frames, { framesPerSecond: 8 });
}
