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
      <code>{command}</code>
      {navigator.clipboard && <Button look="plain" icon="copy" label="Copy the command" onClick={copy} />}
    </figure>
  );
}
