/** @file A studio for tests that work in it: with a tiny base and a clip of somebody who walks. */
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { itemId } from '../studio/server/item-id.ts';
import type { RunningStudio } from '../studio/server/start-studio.ts';
import { tinyBase } from './library-models.ts';
import { openTestStudio, visit, worksAt } from './studio-visitor.ts';
import { testdata } from './testdata.ts';

/** Opens the studio before the tests of a file and closes it after them. */
export function studioWithClip(folder: string) {
  let studio: RunningStudio;
  let browser: Awaited<ReturnType<typeof visit>>;
  beforeAll(async () => {
    studio = await openTestStudio(folder, { bases: [tinyBase] });
    browser = await visit(studio);
    await mkdir(join(folder, 'clips', 'walks'));
    await cp(testdata('clips/walking/walk_out_01.mp4'), join(folder, 'clips', 'walks', 'walk.mp4'));
  });
  afterAll(() => studio.close());
  const base = itemId(tinyBase);
  const tiny = { frames: 2, width: 32, height: 32, device: 'cpu' };
  return {
    ...worksAt(() => browser),
    /** The browser that has come by the link; there is one when tests run. */
    browser: () => browser,
    /** Identifier of the base. */
    base,
    /** Settings of small videos. */
    tiny,
    /** The form of a small training on the clip. */
    learnForm: (settings: object) => ({
      ...{ kind: 'learn', prompt: 'a walk', base, clips: [{ id: itemId('clips/walks/walk.mp4') }] },
      settings: { ...tiny, ...settings },
    }),
  };
}
