/** @file Parses JSON that anybody may have written, without giving it more memory than its kind ever needs. */

/** What the text may ask for. */
export interface JsonLimits {
  /** Numbers, texts, lists and objects in all. */
  readonly values: number;
  /** Lists and objects inside of one another; 32 unless told. */
  readonly depth?: number;
}

/**
 * `JSON.parse` after a look at how much the text would become: a few megabytes of brackets become gigabytes of objects.
 * Throws `SyntaxError` for what is beyond the limits, as for what is no JSON.
 */
export function parseJson(text: string, { values, depth = 32 }: JsonLimits): unknown {
  let [count, open] = [1, 0];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = stringEnd(text, at);
      if (at < 0) break;
    } else if (code === BRACE || code === BRACKET) {
      if (++open > depth) throw new SyntaxError(`lists and objects more than ${depth} deep`);
      count++;
    } else if (code === BRACE + 2 || code === BRACKET + 2) open--;
    else if (code === COMMA) count++;
    if (count > values) throw new SyntaxError(`more than ${values} values`);
  }
  return JSON.parse(text);
}

const QUOTE = 0x22;
const COMMA = 0x2c;
/** The closing ones are two further on. */
const BRACKET = 0x5b;
const BRACE = 0x7b;

/** The position of the quote that ends the string whose first quote is at `start`; −1 where none does. */
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
