/** @file What was found about clips, in a folder: a clip that has not changed is not decoded again. */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { writeJsonAtomically } from '../checkpoints/atomic-write.ts';
import { concerning } from '../renamed-setting.ts';
import { packageVersion } from '../versions.ts';
import { clipKind } from './clip.ts';
import type { ClipPart } from './clip-part.ts';
import { type ClipFacts, type ExaminedAlone, examineClip } from './examine-clip.ts';
import { listFrames } from './picture-folder.ts';

/** Changes with what is found, or how it is kept: what was kept by another version is not used. */
const version = `${packageVersion} 1`;

/** Thumbnails in a file at most, of 3 kB each: of longer clips nothing is kept. */
const mostFrames = 4000;

const keptSchema = z.object({
  format: z.literal('lamp-examined-clip'),
  version: z.literal(version),
  facts: z.looseObject({ path: z.string() }),
  /** Of all frames, one after the other, in base64; and how many they are. */
  thumbnails: z.string(),
  frames: z.int().min(0),
});

/**
 * What `examineClip` finds: read from the folder if it was kept there and the clip has still the same size and time of
 * change, else found, and kept. What cannot be read there is found again. Throws as `examineClip` does, and
 * `StorageError` if it cannot be kept.
 */
export async function keptExamination(
  folder: string,
  path: string,
  part: ClipPart | undefined,
): Promise<ExaminedAlone> {
  const file = join(folder, `${await identityOf(path, part)}.json`);
  const known = await readKept(file);
  if (known) return { ...known, facts: { ...known.facts, path } };
  const found = await examineClip(path, part);
  const frames = found.thumbnails.length;
  if (frames > mostFrames) return found;
  const kept: z.input<typeof keptSchema> = {
    format: 'lamp-examined-clip',
    version,
    facts: { ...found.facts },
    thumbnails: Buffer.concat(found.thumbnails).toString('base64'),
    frames,
  };
  await concerning('cache', () => writeJsonAtomically(file, kept));
  return found;
}

/** Identity of a clip as it is now, and of a part of it. Throws `MediaError` if there is no such clip. */
async function identityOf(path: string, part: ClipPart | undefined): Promise<string> {
  const files = (await clipKind(path)) === 'folder' ? await listFrames(path) : [path];
  const states = files.map(async (each) => {
    const { size, mtimeMs } = await stat(each);
    return [resolve(each), size, mtimeMs];
  });
  const { start, end, startFrame, endFrame, crop } = part ?? {};
  const { left, top, width, height } = crop ?? {};
  const asked = [start, end, startFrame, endFrame, left, top, width, height].map((each) => each ?? null);
  const identity = JSON.stringify([version, asked, await Promise.all(states)]);
  return createHash('sha256').update(identity).digest('hex').slice(0, 32);
}

async function readKept(file: string): Promise<ExaminedAlone | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const { data } = keptSchema.safeParse(parsed(text));
  if (!data) return undefined;
  const { facts, frames } = data;
  const all = new Uint8Array(Buffer.from(data.thumbnails, 'base64'));
  const each = all.length / Math.max(1, frames);
  if (!Number.isInteger(each)) return undefined;
  const thumbnails = Array.from({ length: frames }, (_, i) => all.subarray(each * i, each * (i + 1)));
  // As found by this very version.
  return { facts: facts as unknown as ClipFacts, thumbnails };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
