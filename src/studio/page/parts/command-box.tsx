/** @file A command of the shell, to copy. */

import { tell } from '../core/messages.ts';
import { Button } from './button.tsx';

/** The equal command; with a `count`, that many, one a line. */
export function CommandBox({ command, count = 1 }: { readonly command: string; readonly count?: number }) {
  const copy = async () => {
    await navigator.clipboard.writeText(command);
    tell({ text: count > 1 ? `${count} commands were copied.` : 'The command was copied.' });
  };
  return (
    <figure className="command">
      <figcaption>The same in a terminal{count > 1 && `: ${count} commands, one a line`}</figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long one scrolls, and must be reached by keys */}
      <code tabIndex={0}>{command}</code>
      {navigator.clipboard && (
        <Button
          look="plain"
          icon="copy"
          label={count > 1 ? 'Copy the commands' : 'Copy the command'}
          onClick={copy}
        />
      )}
    </figure>
  );
}
