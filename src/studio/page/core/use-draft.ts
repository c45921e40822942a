/** @file What somebody is filling in: kept for as long as the tab is open, so that reloading loses nothing. */
import { useEffect, useState } from 'react';

/** A state with a name, in this tab's memory. */
export function useDraft<T>(name: string, initial: T) {
  const key = `lamp-draft:${name}`;
  const [value, setValue] = useState<T>(() => {
    try {
      const kept = sessionStorage.getItem(key);
      return kept === null ? initial : { ...initial, ...(JSON.parse(kept) as T) };
    } catch {
      return initial;
    }
  });
  useEffect(() => {
    sessionStorage.setItem(key, JSON.stringify(value));
  }, [key, value]);
  return [value, setValue] as const;
}
