/** @file Lines of comments and docs that are too long to read. */

/** The most columns that a line may have. */
const WIDTH = 120;

/** The numbers, from 1, of the lines of a page (`.md`) or of a source file's comments that are too long. */
export function longLines(path: string, text: string): number[] {
  const lines = text.split('\n').map((line) => line.trimEnd());
  const counts = path.endsWith('.md') ? countsInPage(lines) : countsInCode(lines);
  return lines.flatMap((line, i) => ([...line].length > WIDTH && counts[i] ? [i + 1] : []));
}

/** Prose, but neither tables, nor blocks of code, nor a single word that cannot be broken (a link). */
function countsInPage(lines: readonly string[]): boolean[] {
  let inCode = false;
  return lines.map((line) => {
    if (/^\s*(```|~~~)/.test(line)) inCode = !inCode;
    return !inCode && !/^\s*\|/.test(line) && /\S\s+\S/.test(line.replace(/^\s*([-*]|\d+\.)\s/, ''));
  });
}

/** Lines that are comments, and comments that follow code. */
function countsInCode(lines: readonly string[]): boolean[] {
  let inBlock = false;
  return lines.map((line) => {
    const counts = inBlock || /^\s*\/[/*]|[;,{}()\]] \/\/ /.test(line);
    if (/^\s*\/\*/.test(line)) inBlock = true;
    if (line.includes('*/')) inBlock = false;
    return counts;
  });
}
