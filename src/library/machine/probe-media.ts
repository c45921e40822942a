/** @file Writes a tiny video and reads it back. */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asStorageError } from '../../checkpoints/atomic-write.ts';
import { MediaError } from '../../errors.ts';
import { readFrames } from '../../media/clip.ts';
import { blankPicture } from '../../media/picture.ts';
import { writeVideo } from '../../media/video-file.ts';

const size = { width: 32, height: 32 };
const frames = 4;
/** Grey levels, one per frame, which survive every codec. */
const levels = Array.from({ length: frames }, (_, frame) => 40 + 50 * frame);

/**
 * Writes frames of one grey level each as a video with this extension (`.mp4`, `.gif`, … or none for a folder of PNG
 * frames) and reads them back. Returns the file's size in bytes. Throws `StorageError` if the temporary folder cannot
 * be used, `MediaError` if the frames read differ, and whatever the codecs throw.
 */
export async function probeMedia(ending: string) {
  const temporary = join(tmpdir(), 'lamp-doctor-');
  const folder = await mkdtemp(temporary).catch((error: unknown) => {
    throw asStorageError(error, temporary);
  });
  try {
    const path = join(folder, `video${ending}`);
    const pictures = levels.map((level) => blankPicture(size, [level, level, level]));
    await writeVideo(path, pictures, { framesPerSecond: 8 });
    const found = (await readFrames(path)).map(({ data }) => data[data.length >> 1]!);
    const right = levels.every((level, i) => Math.abs(level - (found[i] ?? Number.NaN)) <= 6);
    if (found.length !== frames || !right) {
      throw new MediaError({
        found: `the grey levels of a written video came back as ${found.join(', ') || 'nothing'}`,
        expected: `about ${levels.join(', ')}`,
      });
    }
    return { bytes: (await stat(path)).size };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
