/** @file Names that people give to what is in the studio: they name no file, so that nothing moves by renaming. */
import { join } from 'node:path';
import { z } from 'zod';
import { writeJsonAtomically } from '../../checkpoints/atomic-write.ts';
import { readJsonFile } from '../../checkpoints/json-file.ts';
import type { StudioFolder } from '../studio-folder.ts';
import { inTurn } from './in-turn.ts';

/** The titles of a studio. */
export interface Titles {
  /** The title of what is at a place (relative to the studio), if it was given one. */
  of(place: string): string | undefined;
  /** Gives a title, or takes it away. Throws `StorageError`. */
  set(place: string, title: string | undefined): Promise<void>;
}

const titlesSchema = z.object({ format: z.literal('lamp-titles'), titles: z.record(z.string(), z.string()) });

/** Reads the titles; a damaged file costs the titles only. */
export async function openTitles({ root }: Pick<StudioFolder, 'root'>): Promise<Titles> {
  const path = join(root, 'titles.json');
  const empty = { format: 'lamp-titles' as const, titles: {} };
  const found = await readJsonFile(path, titlesSchema, 'the titles').catch(() => empty);
  const titles = new Map(Object.entries(found.titles));
  const turn = inTurn();
  return {
    of: (place) => titles.get(place),
    set: (place, title) =>
      turn(async () => {
        if (title === undefined && !titles.has(place)) return;
        if (title === undefined) titles.delete(place);
        else titles.set(place, title);
        await writeJsonAtomically(path, { ...empty, titles: Object.fromEntries(titles) });
      }),
  };
}
