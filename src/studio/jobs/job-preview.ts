/** @file Keeps in a job's folder a small picture of what it is making. */
import { writeAtomically } from '../../checkpoints/atomic-write.ts';
import type { OnPreview } from '../../events.ts';
import { encodeLoop } from '../loop-picture.ts';
import type { JobPaths } from './job-files.ts';

/** Frames a second of a preview that moves; the rate of the video itself is not known yet. */
const rate = 8;

/** Writes previews; none while the one before is being written, and whether that succeeds is of no consequence. */
export function previewWriter({ preview }: Pick<JobPaths, 'preview'>): OnPreview {
  let writing = false;
  return ({ frames }) => {
    if (writing) return;
    writing = true;
    // The pixels are the sampler's own: they are copied before it goes on.
    const copies = frames.map((frame) => ({ ...frame, data: frame.data.slice() }));
    encodeLoop(copies, rate)
      .then((bytes) => writeAtomically(preview, (file) => file.writeFile(bytes)))
      .catch(() => {})
      .finally(() => {
        writing = false;
      });
  };
}
