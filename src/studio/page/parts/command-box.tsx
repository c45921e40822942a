/** @file A command of the shell, to copy. */

import { tell } from '../core/messages.ts';
import { Button } from './button.tsx';

/** The equal command. */
export function CommandBox({ command }: { readonly command: string }) {
  const copy = async () => {
    await navigator.clipboard.writeText(command);
    tell({ text: 'The command was copied.' });
  };
  return (
    <figure className="command">
      <figcaption>The same in a terminal</figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long one scrolls, and must be reached by keys */}
      <code tabIndex={0}>{command}</code>
      {navigator.clipboard && <Button look="plain" icon="copy" label="Copy the command" onClick={copy} />}
    </figure>
  );
}
