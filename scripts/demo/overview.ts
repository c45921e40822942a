/** @file An animation of the whole demo: the clips above, the generated videos below. */
import { join } from 'node:path';
import { readFrames } from '../../src/media/clip.ts';
import { contactSheet } from '../../src/media/contact-sheet.ts';
import { writeVideo } from '../../src/media/video-file.ts';
import { enlarge } from './enlarge.ts';

/** Writes `out/overview.gif` from the clips and the videos at these paths, with as many frames as the shortest has. */
export async function writeOverview(
  out: string,
  clipPaths: readonly string[],
  videoPaths: readonly string[],
) {
  const readAll = (paths: readonly string[]) => Promise.all(paths.map((path) => readFrames(path)));
  const [clips, videos] = [await readAll(clipPaths), await readAll(videoPaths)];
  const count = Math.min(...[...clips, ...videos].map((frames) => frames.length));
  const frames = Array.from({ length: count }, (_, f) => {
    const above = contactSheet([clips.map((clip) => clip[f]!)], { columns: 8, background: [255, 255, 255] });
    const large = videos.map((video) => enlarge(video[f]!, 2));
    const below = contactSheet([large], { columns: 4, background: [255, 255, 255] });
    return contactSheet([[above], [below]], { gap: 4, background: [255, 255, 255] });
  });
  await writeVideo(join(out, 'overview.gif'), frames, { framesPerSecond: 8 });
}
