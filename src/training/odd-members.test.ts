import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MediaError, StorageError } from '../errors.ts';
import { testFolder } from '../testing/test-folder.ts';
import { testdata } from '../testing/testdata.ts';
import { findTrainingClips } from './data/clip-set.ts';
import { readMetrics } from './metrics.ts';
import { readRun } from './run-folder.ts';
import { lockFolder } from './run-lock.ts';

const at = await testFolder();
const settings = {
  clips: [at('clips')],
  frames: 2,
  stride: 1,
  clipFps: 'frames' as const,
  window: 'random' as const,
  clipRange: 'whole' as const,
};
const pipe = (path: string) => void execFileSync('mkfifo', [path]);

/** What may lie in place of a file, how it comes there, and what is said of it. */
const kinds: [string, (path: string) => unknown, RegExp][] = [
  ['a link to nothing', (path) => symlink('gone', path), /it is a link to "gone", which is not there/],
  ['a link to itself', (path) => symlink(path, path), /its symbolic links lead in a circle/],
  ['a pipe', pipe, /it is a pipe, not a file/],
  ['a link to a device', (path) => symlink('/dev/zero', path), /it is a device, not a file/],
];

describe.skipIf(process.platform === 'win32')('first touches of a training', () => {
  beforeEach(async () => {
    await mkdir(at('clips/frames'), { recursive: true });
    await copyFile(testdata('clips/timing/rest-on-last-frame.gif'), at('clips/a.gif'));
    for (const name of ['0.png', '1.png']) {
      await copyFile(testdata('pictures/skimage_chelsea.png'), at(`clips/frames/${name}`));
    }
  });
  afterEach(() => rm(at('clips'), { recursive: true }));

  const complaint = async () => {
    const error: unknown = await findTrainingClips(settings).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(MediaError);
    return (error as Error).message;
  };

  for (const [kind, make, message] of kinds) {
    test.each(['b.mp4', 'b.gif', 'b.webp', 'b.webm'])(`${kind} in place of the clip %s`, async (name) => {
      await make(at(`clips/${name}`));
      const found = await complaint();
      expect(found).toMatch(message);
      expect(found).toContain(`clip "${at(`clips/${name}`)}"`);
    });

    test.each(['a.txt', 'frames.txt', 'captions.tsv', 'metadata.jsonl'])(
      `${kind} in place of the caption file %s`,
      async (name) => {
        await make(at(`clips/${name}`));
        const found = await complaint();
        expect(found).toMatch(message);
        expect(found).toContain(`captions "${at(`clips/${name}`)}"`);
      },
    );

    test.each(['2.png', '2.jpg', '2.webp'])(`${kind} in place of the frame %s`, async (name) => {
      await make(at(`clips/frames/${name}`));
      expect(await complaint()).toMatch(message);
    });

    test(`${kind} in place of a run's files`, async () => {
      await mkdir(at('run'));
      await make(at('run/run.json'));
      await make(at('run/metrics.jsonl'));
      for (const read of [() => readRun(at('run')), () => readMetrics(at('run/metrics.jsonl'))]) {
        const error: unknown = await read().catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(StorageError);
        expect((error as Error).message).toMatch(message);
      }
      // A lock that nobody can read is nobody's.
      await make(at('run/lock'));
      await (await lockFolder(at('run')))();
      await rm(at('run'), { recursive: true });
    });
  }

  test('folders in place of captions and clips', async () => {
    await mkdir(at('clips/a.txt'));
    expect(await complaint()).toMatch(/captions ".*a\.txt": it is a folder, not a file/);
    await rm(at('clips/a.txt'), { recursive: true });
    await mkdir(at('clips/b.mp4'));
    await writeFile(at('clips/b.mp4/read.me'), 'no clip');
    expect((await findTrainingClips(settings)).length).toBe(2);
  });

  test('a clip that vanishes after it was found', async () => {
    const gone = { ...settings, clips: [at('clips/a.gif'), at('clips/none.gif')] };
    await expect(findTrainingClips(gone)).rejects.toThrow(/^clip ".*none\.gif" does not exist/);
  });
});
