/** @file Fields whose text makes no sense: their form cannot be put with it, nor with what was there before. */
import { useEffect, useId, useSyncExternalStore } from 'react';

const fields = new Map<string, string>();
const watchers = new Set<() => void>();
let names: readonly string[] = [];

/** Says that a field's text makes no sense; `name` is its label, or `undefined` where it does make sense. */
export function markField(id: string, name: string | undefined): void {
  if (name === undefined) fields.delete(id);
  else fields.set(id, name);
  names = [...fields.values()];
  for (const watcher of watchers) watcher();
}

/** The names of the fields whose text makes no sense. */
export const wrongFields = (): readonly string[] => names;

/** See `wrongFields`. */
export function useWrongFields(): readonly string[] {
  return useSyncExternalStore((watcher) => {
    watchers.add(watcher);
    return () => watchers.delete(watcher);
  }, wrongFields);
}

/** Marks a field, as long as it is shown, if its text makes no sense. */
export function useFieldMark(name: string, isWrong: boolean): void {
  const id = useId();
  useEffect(() => {
    if (!isWrong) return;
    markField(id, name);
    return () => markField(id, undefined);
  }, [id, name, isWrong]);
}
