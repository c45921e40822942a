/** @file Finds duplicate keys of JSON objects, which `JSON.parse` silently accepts. */

import { stringEnd } from './json-text.ts';

/** White space and a colon, from `lastIndex` on. */
const colon = /[ \t\r\n]*:/y;

/**
 * The first key that occurs twice in one object of a JSON text, or `undefined`. The text must be valid JSON.
 */
export function findDuplicateKey(text: string): string | undefined {
  const open: (Set<string> | undefined)[] = []; // a set of keys for each open object, undefined for each open array
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '{') open.push(new Set());
    else if (character === '[') open.push(undefined);
    else if (character === '}' || character === ']') open.pop();
    else if (character === '"') {
      const start = at;
      at = stringEnd(text, start);
      const keys = open.at(-1);
      colon.lastIndex = at + 1;
      if (!keys || !colon.test(text)) continue;
      const key = JSON.parse(text.slice(start, at + 1)) as string;
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return undefined;
}
