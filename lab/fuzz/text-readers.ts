/**
 * @file The readers of other input, for fuzzing: captions, runs, metadata of pictures and videos.
 */
import { rmSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { captionsFor } from '../../src/media/captions.ts';
import { scanGif, withGifComment } from '../../src/media/gif-blocks.ts';
import { readPngText, withPngText } from '../../src/media/png-text.ts';
import { readVideoMetadata } from '../../src/media/video-file.ts';
import { storedSettings } from '../../src/pipelines/video/stored-settings.ts';
import { videoDefaults } from '../../src/pipelines/video/video-settings.ts';
import { readMetrics } from '../../src/training/metrics.ts';
import { readRun } from '../../src/training/run-folder.ts';
import { trainingDefaults } from '../../src/training/training-settings.ts';
import { badBytes } from './damaged-bytes.ts';
import { badJson } from './damaged-json.ts';
import { type Fuzzing, fuzzing } from './fuzz.ts';

const captions = Buffer.from('file\tcaption\nwalk.mp4\ta person walks\n\nrun.mp4\tso läuft er\r\nold\tx\n');

const captionsReader = fuzzing<{ list: Uint8Array; own: Uint8Array | null }>({
  name: 'captions',
  inputs: fc.record({
    list: fc.oneof(
      badBytes([captions]),
      fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
    ),
    own: fc.oneof(fc.constant(null), fc.constant(null), badBytes([Buffer.from('a person\nwalks ')])),
  }),
  async read({ list, own }, path) {
    writeFileSync(path('captions.tsv'), list);
    if (own) writeFileSync(path('walk.txt'), own);
    else rmSync(path('walk.txt'), { force: true });
    for (const caption of (await captionsFor([path('walk.mp4'), path('run.mp4')])).values()) {
      if (caption.trim() === '' || /[\n\r]/.test(caption))
        throw new Error(`inconsistent caption "${caption}"`);
    }
  },
});

const base = { name: 'tiny', unet: 'a', vae: 'b', textEncoder: 'c' };
const run = {
  format: 'lamp-run',
  version: 1,
  versions: { 'lamp-video': '0.1.0', node: '22' },
  settings: { ...trainingDefaults, clips: ['a.mp4'], prompt: 'a person walks' },
  base,
  clips: [{ path: '/a.mp4', fingerprint: 'd', frameCount: 20, framesPerSecond: 8 }],
  started: '2025-01-01T00:00:00.000Z',
  finished: null,
};

const runReader = fuzzing<readonly [Uint8Array, Uint8Array]>({
  name: 'run',
  inputs: fc.tuple(
    badJson(run),
    badBytes([Buffer.from('{"step":1,"loss":0.5,"learningRate":1e-4,"gradNorm":1,"seconds":2}\n'.repeat(3))]),
  ),
  async read([record, metrics], path) {
    writeFileSync(path('metrics.jsonl'), metrics);
    const lines = await readMetrics(path('metrics.jsonl'));
    if (lines.some(({ step }) => !Number.isFinite(step))) throw new Error('inconsistent metrics');
    writeFileSync(path('run.json'), record);
    const { settings } = await readRun(path('.'));
    if (!Number.isSafeInteger(settings.steps))
      throw new Error(`inconsistent settings: ${settings.steps} steps`);
  },
});

const stored = {
  prompt: 'a person walks',
  negativePrompt: '',
  frames: 4,
  seed: 1,
  width: 64,
  height: 64,
  device: 'cpu',
  base,
  versions: { 'lamp-video': '0.1.0' },
  ...videoDefaults,
  samplerSteps: 5,
  firstFrame: { kind: 'picture', width: 64, height: 64, sha256: 'e' },
  motion: { sha256: 'f', parts: [{ name: 'walk', sha256: 'g', strength: 0.5 }] },
  inversion: { clip: 'h', stride: 1, fit: 'cover', steps: 5 },
  framesPerSecond: 8,
};

/** A picture of one pixel, with text as PNG holds it, and a GIF of one pixel with a comment. */
const png = withPngText(
  Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==',
    'base64',
  ),
  { Comment: JSON.stringify({ lamp: JSON.stringify(stored) }), Author: 'nobody' },
);
const gif = withGifComment(
  Buffer.from('R0lGODlhAQABAIAAAP///wAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==', 'base64'),
  JSON.stringify({ lamp: JSON.stringify(stored) }),
);

const metadataReader = fuzzing<readonly ['png' | 'gif', Uint8Array]>({
  name: 'stored metadata',
  inputs: fc.oneof(
    badBytes([png]).map((bytes) => ['png', bytes] as const),
    badBytes([gif]).map((bytes) => ['gif', bytes] as const),
    badJson({ lamp: JSON.stringify(stored) }).map((text) => {
      const comment = Buffer.from(text).toString();
      return ['gif', withGifComment(Buffer.from('GIF89a\x01\0\x01\0\0\0\0;', 'latin1'), comment)] as const;
    }),
  ),
  async read([kind, bytes], path) {
    for (const value of Object.values(readPngText(bytes))) {
      if (typeof value !== 'string') throw new Error('inconsistent text');
    }
    const images = scanGif(bytes)?.images ?? 0;
    if (images > bytes.length) throw new Error(`inconsistent: ${images} images`);
    writeFileSync(path(`x.${kind}`), bytes);
    storedSettings(await readVideoMetadata(path(`x.${kind}`)));
  },
});

/** Stored settings themselves. */
const settingsReader = fuzzing<Uint8Array>({
  name: 'stored settings',
  inputs: badJson(stored),
  async read(bytes) {
    storedSettings({ lamp: Buffer.from(bytes).toString() });
  },
});

/** All of them. */
export const textReaders: readonly Fuzzing[] = [captionsReader, runReader, metadataReader, settingsReader];
