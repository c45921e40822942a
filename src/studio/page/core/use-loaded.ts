/** @file Pictures that are shown once they are loaded, each in its turn. */
import { useEffect, useState } from 'react';
import { LoadTurns } from './load-turns.ts';

/** Browsers keep six connections to a server: what is more important than pictures has the others. */
const turns = new LoadTurns(3);
/** Addresses of pictures that were loaded: what is at them does not change. */
const known = new Set<string>();

/**
 * The address of a picture once it is loaded, and until then that of the one before; none while `wanted` is
 * `undefined`. `failed`: it cannot be had.
 */
export function useLoaded(wanted: string | undefined): { readonly shown?: string; readonly failed: boolean } {
  const [shown, setShown] = useState<string>();
  const [failure, setFailure] = useState<string>();
  useEffect(() => {
    if (wanted === undefined) {
      setShown(undefined);
      return;
    }
    if (known.has(wanted)) {
      setShown(wanted);
      return;
    }
    const picture = new Image();
    const end = turns.take(() => {
      picture.onload = () => {
        known.add(wanted);
        setShown(wanted);
        end();
      };
      picture.onerror = () => {
        setFailure(wanted);
        end();
      };
      picture.src = wanted;
    });
    return () => {
      picture.onload = null;
      picture.onerror = null;
      // Whoever does not look any more has no need of it.
      if (!known.has(wanted)) picture.src = '';
      end();
    };
  }, [wanted]);
  return { ...(shown !== undefined && { shown }), failed: wanted !== undefined && failure === wanted };
}
