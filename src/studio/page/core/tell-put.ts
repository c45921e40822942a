/** @file Says that jobs were put into the queue, and leads there. */
import { tell } from './messages.ts';
import { goTo } from './use-route.ts';
import { countOf } from './wording.ts';

/** Says that jobs were put, where the page stays as it was. */
export function tellPut(count: number): void {
  tell({
    text: `${countOf(count, 'job')} ${count === 1 ? 'was' : 'were'} put into the queue.`,
    action: { label: 'See the queue', do: () => goTo(['queue']) },
  });
}
