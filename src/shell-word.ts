/** @file Quotes words of displayed commands, so that they can be pasted into a shell. */

/** A word for a POSIX shell, quoted if necessary. */
export function shellWord(word: string): string {
  return /^[\w./~+:@=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
