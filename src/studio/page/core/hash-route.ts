/** @file Addresses of views: behind `#`, so that the server needs to know none, and reloading keeps the view. */

/** Where somebody is: `#/motions/0123?x=1` is `['motions', '0123']` with a query. */
export interface Route {
  readonly path: readonly string[];
  readonly query: URLSearchParams;
}

/** What a hash says. */
export function parseHash(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  return { path: path.split('/').filter(Boolean).map(decoded), query: new URLSearchParams(query) };
}

/** The hash of a view; parts of the query without a value are left out. */
export function hrefOf(
  path: readonly string[],
  query: Readonly<Record<string, string | number | undefined>> = {},
): string {
  const given = Object.entries(query).flatMap(([key, value]): [string, string][] =>
    value === undefined ? [] : [[key, String(value)]],
  );
  const words = new URLSearchParams(given).toString();
  return `#/${path.map(encodeURIComponent).join('/')}${words === '' ? '' : `?${words}`}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
