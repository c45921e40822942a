/** @file Resolves a user's path to a motion file. */

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { refuseToRead, unreadable } from '../../checkpoints/json-file.ts';
import { assertUserFile, isThere } from '../../checkpoints/user-file.ts';
import { CheckpointError } from '../../errors.ts';
import { call, phrase, setting } from '../../phrases.ts';

/** Name of the finished motion in a run folder. */
const motionFile = 'motion.safetensors';

/** What to give where a motion is asked for. */
export const giveMotion = phrase`Give a motion file, or the run folder that "${call('learnMotion')}" made.`;

/**
 * The motion file at `path`: the file itself, or `motion.safetensors` in a run folder. Throws `CheckpointError` when
 * there is none.
 */
export async function findMotionFile(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (!found) {
    // A dangling link or a folder without permission deserves a more specific message than a wrong path.
    if (await isThere(path)) await assertUserFile(path, refuseToRead('the motion', path));
    throw new CheckpointError({
      found: `there is no motion "${path}"`,
      setting: 'motion',
      advice: giveMotion,
    });
  }
  if (!found.isDirectory()) return path;
  const names = await readdir(path).catch(async (error: unknown) => {
    throw await unreadable(error, path, 'the folder');
  });
  if (names.includes(motionFile)) return join(path, motionFile);
  if (names.includes('model_index.json')) {
    throw new CheckpointError({
      found: `the folder "${path}" is a base model, not a motion`,
      setting: 'motion',
      advice: [phrase`A base model is given with ${setting('base')}.`, giveMotion],
    });
  }
  throw new CheckpointError(
    names.includes('run.json')
      ? {
          found: `the run "${path}" has no ${motionFile} yet: its training is not finished`,
          setting: 'motion',
          advice: phrase`Continue with: ${call('learnMotion', { out: path, resume: true })}`,
        }
      : { found: `the folder "${path}" holds no ${motionFile}`, setting: 'motion', advice: giveMotion },
  );
}
