/** @file The readers of clips and pictures, for fuzzing: containers, codecs, fields and edit lists included. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { inspectClip, visitFrames } from '../../src/media/clip.ts';
import { readPicture } from '../../src/media/picture-file.ts';
import { videoEngine } from '../../src/media/video-engine.ts';
import { badBytes } from './damaged-bytes.ts';
import { type Fuzzing, fuzzing } from './fuzz.ts';

const bytesOf = (path: string) =>
  readFileSync(fileURLToPath(new URL(`../../testdata/${path}`, import.meta.url)));

/** Valid files from which damaged ones are made, by extension. */
const clips = {
  mp4: ['clips/timing/edit-list.mp4', 'clips/timing/interlaced.mp4', 'clips/odd/ten-bit-hevc.mp4'],
  mov: ['clips/timing/bottom-first-prores.mov'],
  webm: ['clips/odd/alpha.webm', 'clips/odd/ten-bit.webm'],
  mkv: ['clips/timing/bottom-first.mkv', 'clips/timing/flagged-vp9.mkv'],
  m2t: ['clips/timing/interlaced.ts', 'clips/odd/transport.m2t'],
  gif: ['clips/timing/rest-on-last-frame.gif'],
} as const;

// Loaded in advance, so that loading is not timed.
await videoEngine();

/** Generous, since native decoders start slowly on a busy machine. */
const MOST_TIME = 60_000;

const clipReaders: readonly Fuzzing[] = Object.entries(clips).map(([ending, paths]) => {
  let count = 0;
  return fuzzing<Uint8Array>({
    name: ending,
    inputs: badBytes(paths.map(bytesOf)),
    mostTime: MOST_TIME,
    async read(bytes, path) {
      // Each has its own name, in case a reader still has the previous file open.
      const file = path(`${count++}.${ending}`);
      writeFileSync(file, bytes);
      try {
        const { frameCount, width, height, framesPerSecond } = await inspectClip(file);
        if (!(frameCount > 0 && width > 0 && height > 0 && framesPerSecond! > 0)) {
          throw new Error(`inconsistent: ${frameCount} frames of ${width}x${height} at ${framesPerSecond}`);
        }
        const wanted = new Set([0, frameCount - 1]);
        let taken = 0;
        await visitFrames(file, wanted, async (frame) => {
          taken++;
          if (frame.data.length !== 3 * width * height) throw new Error('a frame of another size');
        });
        if (taken !== wanted.size) throw new Error(`${taken} frames instead of ${wanted.size}`);
      } finally {
        rmSync(file, { force: true });
      }
    },
  });
});

const jpegs = ['restarts', 'restarts-progressive', 'one-scan-each'].map(
  (name) => `pictures/jpeg/${name}.jpg`,
);

const pictureReader = fuzzing<Uint8Array>({
  name: 'jpeg',
  inputs: badBytes(jpegs.map(bytesOf)),
  mostTime: MOST_TIME,
  async read(bytes, path) {
    writeFileSync(path('picture.jpg'), bytes);
    const { width, height, data } = await readPicture(path('picture.jpg'));
    if (data.length !== 3 * width * height) throw new Error(`${data.length} bytes for ${width}x${height}`);
  },
});

/** The readers of videos, animations and pictures. */
export const mediaReaders: readonly Fuzzing[] = [...clipReaders, pictureReader];
