/** @file Short messages at the edge of the page: what was done, with a way back, and what went wrong. */
import type { Problem } from '../../api/problem-api.ts';
import { ask, problemOf } from './api-client.ts';
import { outdate } from './studio-state.ts';

/** A message. */
export interface Toast {
  readonly key: number;
  readonly text?: string;
  readonly problem?: Problem;
  readonly action?: { readonly label: string; readonly do: () => unknown };
}

const none: readonly Toast[] = [];
let toasts = none;
let count = 0;
const watchers = new Set<() => void>();

/** Shows a message for some seconds; one about a problem, or with a way back, longer. */
export function tell(toast: Omit<Toast, 'key'>): void {
  set([...toasts.slice(-2), { ...toast, key: ++count }]);
}

/** Says what goes wrong with a work, if something does. */
export function attempt(work: Promise<unknown>): void {
  work.catch((error: unknown) => tell({ problem: problemOf(error) }));
}

/** Says that something was deleted, and offers to have it back. */
export function tellDeleted(title: string, trash: string): void {
  tell({
    text: `“${title}” was deleted.`,
    action: {
      label: 'Undo',
      do: async () => {
        await ask('restore', { ids: { id: trash }, body: {} });
        outdate('trash', 'motions', 'videos', 'pictures', 'clips');
        tell({ text: `“${title}” is back.` });
      },
    },
  });
}

/** Takes a message away. */
export function dismiss(key: number): void {
  set(toasts.filter((toast) => toast.key !== key));
}

function set(next: readonly Toast[]): void {
  toasts = next;
  for (const watcher of watchers) watcher();
}

/** Where messages may appear: the page, and each dialog above it, which hides what is below. */
const places: object[] = [];

/** Has messages appear here, until the returned function is called; of several places, in the latest. */
export function takePlace(place: object): () => void {
  places.push(place);
  set(toasts);
  return () => {
    places.splice(places.indexOf(place), 1);
    set(toasts);
  };
}

/** Has `watcher` called when the messages are others. Returns what ends that. */
export const watchToasts = (watcher: () => void) => {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
};

/** The messages that are shown at a place. */
export function toastsAt(place: object): readonly Toast[] {
  return places.at(-1) === place ? toasts : none;
}
