/** @file Parses untrusted JSON with a limit on its memory use. */

/** A JSON text exceeds the limits. */
export class JsonLimitError extends SyntaxError {
  override readonly name = 'JsonLimitError';
}

/** Limits of a JSON text. */
export interface JsonLimits {
  /** Total number of values (numbers, strings, arrays and objects). */
  readonly values: number;
  /** Nesting depth of arrays and objects; default 32. */
  readonly depth?: number;
}

/**
 * `JSON.parse` after a check of the limits, since a few megabytes of brackets become gigabytes of objects. Throws
 * `JsonLimitError` beyond the limits, `SyntaxError` for invalid JSON.
 */
export function parseJson(text: string, { values, depth = 32 }: JsonLimits): unknown {
  let [count, open] = [1, 0];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = stringEnd(text, at);
      if (at < 0) break;
    } else if (code === BRACE || code === BRACKET) {
      if (++open > depth) throw new JsonLimitError(`lists and objects more than ${depth} deep`);
      count++;
    } else if (code === BRACE + 2 || code === BRACKET + 2) open--;
    else if (code === COMMA) count++;
    if (count > values) throw new JsonLimitError(`more than ${values} values`);
  }
  return JSON.parse(text);
}

const QUOTE = 0x22;
const COMMA = 0x2c;
/** Code of `[`; that of `]` is two higher. */
const BRACKET = 0x5b;
const BRACE = 0x7b;

/** Position of the closing quote of the string whose opening quote is at `start`, or −1. */
export function stringEnd(text: string, start: number): number {
  let at = start;
  do at = text.indexOf('"', at + 1);
  while (at >= 0 && isEscaped(text, at));
  return at;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text[at - 1 - backslashes] === '\\') backslashes++;
  return backslashes % 2 === 1;
}
