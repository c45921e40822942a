/** @file The files of the built page: listed once, so that no address leads anywhere else. */
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};

/** Answers with a file of the page. */
export type PageFiles = (address: string) => Promise<Response | undefined>;

/**
 * The files in a folder. Addresses without an ending are the page's own and lead to `index.html`. `undefined` where
 * there is no page.
 */
export function pageFiles(folder: string | undefined): PageFiles | undefined {
  const files = new Map<string, string>();
  if (folder !== undefined) {
    try {
      for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
        if (types[extname(name)]) files.set(`/${name.split(sep).join('/')}`, join(folder, name));
      }
    } catch {
      return undefined;
    }
  }
  const index = files.get('/index.html');
  if (index === undefined) return undefined;
  return async (address) => {
    const path = files.get(address) ?? (extname(address) === '' ? index : undefined);
    if (path === undefined) return undefined;
    // Names of what is built hold a hash of it.
    const lasts = address.startsWith('/assets/');
    return new Response(await readFile(path), {
      headers: {
        'content-type': types[extname(path)]!,
        'cache-control': lasts ? 'public, max-age=31536000, immutable' : 'no-cache',
      },
    });
  };
}
