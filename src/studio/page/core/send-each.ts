/** @file Sends several files, one after the other: one that is refused does not keep the others from being taken. */
import { problemOf } from './api-client.ts';
import { tell } from './messages.ts';

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
      const problem = problemOf(error);
      tell({ problem: { ...problem, message: `“${file.name}”: ${problem.message}` } });
    }
  }
  return taken;
}
