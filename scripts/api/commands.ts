/** @file The `lamp` command lines that the documentation and the help texts show. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A command line that readers may copy. */
export interface ShownCommand {
  /** The file, or the command in whose help it is. */
  readonly where: string;
  /** What follows `lamp`. */
  readonly words: readonly string[];
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Those in the code blocks of README and docs. */
export function documentedCommands(): ShownCommand[] {
  const pages = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.md'),
  );
  return ['README.md', ...pages.map((name) => `docs/${name}`)].flatMap((where) => {
    const text = readFileSync(join(root, where), 'utf8');
    const blocks = [...text.matchAll(/^```(?:sh|bash)?\n(.*?)^```$/gms)].map(([, block]) => block!);
    return blocks.flatMap((block) => commandsIn(block, where));
  });
}

/** Those in a text: lines that begin with `lamp`, up to a comment or a gap of three spaces. */
export function commandsIn(text: string, where: string): ShownCommand[] {
  return text
    .replace(/ *\\\n */g, ' ')
    .split('\n')
    .flatMap((line) => /^ *(?:npx )?lamp (.*)$/.exec(line)?.[1] ?? [])
    .map((line) => ({ where, words: wordsOf(line.split(/ {3,}| +# /)[0]!) }));
}

/** A line's words as a shell splits them, with quotes. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => double ?? single ?? plain!,
  );
}
