/** @file Sends several files, one after the other: one that is refused does not keep the others from being taken. */
import type { Problem } from '../../api/problem-api.ts';
import { problemOf } from './api-client.ts';
import { tell } from './messages.ts';

/** A problem that names the file that it is about. */
export function problemWith(name: string, problem: Problem): Problem {
  return { ...problem, message: `“${name}”: ${problem.message}` };
}

/** The files that were taken, as `send` answers for each; of the others it is said what is wrong with them. */
export async function sendEach<Item extends { readonly name: string }, Answer>(
  files: readonly Item[],
  send: (file: Item) => Promise<Answer>,
): Promise<Answer[]> {
  const taken: Answer[] = [];
  for (const file of files) {
    try {
      taken.push(await send(file));
    } catch (error) {
      tell({ problem: problemWith(file.name, problemOf(error)) });
    }
  }
  return taken;
}
