/** @file Makes untrusted text safe for messages: it may contain line breaks, terminal escapes or megabytes. */

/** The text on one line: control characters become spaces, and it is truncated to `most` characters. */
export function onOneLine(text: string, most = 300): string {
  const shown = text.length > most ? `${text.slice(0, most)}…` : text;
  return shown.replace(/[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ');
}
