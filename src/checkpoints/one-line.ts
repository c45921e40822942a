/** @file What a file says, fit for a message: a stranger may have put line breaks, terminal commands or megabytes there. */

/** The text on one line: control characters become spaces, and of more than `most` characters the beginning is left. */
export function onOneLine(text: string, most = 300): string {
  const shown = text.length > most ? `${text.slice(0, most)}…` : text;
  return shown.replace(/[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ');
}
