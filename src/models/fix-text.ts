/**
 * @file Repairs text as the `ftfy` package (6.1, default settings) does, since Stable Diffusion's text encoder was
 * trained on prompts processed by it. Written from ftfy's documentation: https://ftfy.readthedocs.io
 *
 * Supported: HTML references, terminal escapes, C1 controls, ligatures, full and half widths, curly quotes, line
 * breaks, surrogates, control characters, NFC. Partly supported: mojibake. UTF-8 decoded as Latin-1 or Windows-1252 is
 * repaired where it has one of the usual patterns (Ã©, â€™, ðŸ…). ftfy weighs more evidence, knows other code pages,
 * and repairs partly lost characters. Not supported: entity names that are only in HTML 5 (`&bigstar;`).
 */

import { htmlCharacter, WINDOWS_1252_C1 } from './html-entities.ts';

/** Repairs a text; see above. Text that needs no repair is returned unchanged (in Unicode's form NFC). */
export function fixText(text: string): string {
  let html = true;
  const lines = text.match(/[^\n]*\n|[^\n]+/g) ?? [];
  return lines
    .map((line) => {
      // From the first "<" on, the text is taken to be intentional HTML.
      if (line.includes('<')) html = false;
      return fixLine(line, html);
    })
    .join('');
}

function fixLine(line: string, html: boolean): string {
  // One repair can expose the next ("&amp;eacute;"), so repeat until nothing changes. Each round shortens the text or
  // inserts characters that need no further repair, so the bound is only a safeguard.
  for (let round = 0; round < 20; round++) {
    const before = line;
    if (html) line = unescapeHtml(line);
    line = fixMojibake(line);
    line = fixCharacters(line);
    if (line === before) break;
  }
  return line;
}

function unescapeHtml(text: string): string {
  return text.replace(/&#?[0-9A-Za-z]{1,24};/g, (reference) => htmlCharacter(reference) ?? reference);
}

function fixCharacters(text: string): string {
  return text
    .replace(/[\x80-\x9f]/g, (control) => {
      const character = WINDOWS_1252_C1[control.charCodeAt(0) - 0x80]!;
      return character === '\ufffd' ? control : character;
    })
    .replace(/[\u0132\u0133\u0149\u01c4-\u01cc\u01f1-\u01f3\ufb00-\ufb06]/g, splitLigature)
    .replace(/[\u3000\uff01-\uffef]/g, (wide) => wide.normalize('NFKC'))
    .replace(/[\u02bc\u2018-\u201b]/g, "'")
    .replace(/[\u201c-\u201f]/g, '"')
    .replace(/\r\n|[\r\u2028\u2029\x85]/g, '\n')
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replace(TERMINAL_ESCAPE, '')
    .replace(CONTROLS, '')
    .normalize('NFC');
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const TERMINAL_ESCAPE = /\x1b\[[\d;]*[a-zA-Z]/g;

/** Controls without a meaning in text; tab, line feed, form feed and carriage return stay. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROLS = /[\0-\x08\x0b\x0e-\x1f\x7f\u206a-\u206f\ufeff\ufff9-\ufffc]/g;

/** NFKC splits Latin ligatures; only ſt keeps its long s and ŉ its own apostrophe. */
function splitLigature(ligature: string): string {
  return ligature === '\ufb05' ? '\u017ft' : ligature.normalize('NFKC');
}

/** The characters that UTF-8's continuation bytes, 0x80 to 0xBF, become in Latin-1 or Windows-1252. */
const CONTINUATION = '\\x80-\\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ';

/** One character of UTF-8 read byte by byte, of the kinds that hardly ever are anything else. */
const MOJIBAKE = new RegExp(
  `[ÂÃ](?![…’])[${CONTINUATION}]|[ÐÑ][${CONTINUATION}]|â[\\x80-\\x9f€‚„†ˆ‰Œ˜™š›œ][${CONTINUATION}]|ã[€\\x81‚ƒ][${CONTINUATION}]|ð[\\x9fŸ][${CONTINUATION}]{2}`,
  'g',
);

function fixMojibake(text: string): string {
  if (text.search(MOJIBAKE) < 0) return text;
  return readAgainAsUtf8(text) ?? text.replace(MOJIBAKE, (piece) => readAgainAsUtf8(piece) ?? piece);
}

function readAgainAsUtf8(text: string): string | undefined {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const c1 = code > 0xff && code !== 0xfffd ? WINDOWS_1252_C1.indexOf(text[i]!) : -1;
    if (code > 0xff && c1 < 0) return undefined;
    bytes[i] = code > 0xff ? 0x80 + c1 : code;
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
