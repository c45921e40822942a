/** @file The view that the address says. */
import { useSyncExternalStore } from 'react';
import { hrefOf, parseHash, type Route } from './hash-route.ts';

let current = parseHash(location.hash);
let shown = location.hash;

/** The route of the page's address. */
export function useRoute(): Route {
  return useSyncExternalStore(watchHash, currentRoute);
}

/** Goes to a view. */
export function goTo(path: readonly string[], query?: Parameters<typeof hrefOf>[1]): void {
  location.hash = hrefOf(path, query);
}

/** Changes the address without a step that "back" would undo. */
export function replaceRoute(path: readonly string[], query?: Parameters<typeof hrefOf>[1]): void {
  history.replaceState(null, '', hrefOf(path, query));
  dispatchEvent(new HashChangeEvent('hashchange'));
}

function watchHash(listener: () => void): () => void {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
}

function currentRoute(): Route {
  if (shown !== location.hash) {
    shown = location.hash;
    current = parseHash(shown);
  }
  return current;
}
