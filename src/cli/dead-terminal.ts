/** @file Ends in order although the terminal is gone. */
import { closeSync, openSync } from 'node:fs';
import { isatty } from 'node:tty';

/**
 * When the process ends, puts nothing in the place of a terminal that does not answer any more: Node restores the
 * terminal's settings then, and crashes (SIGABRT in place of the exit code) where that fails.
 */
export function leaveDeadTerminals(): void {
  const terminals = [0, 1, 2].filter((stream) => isatty(stream));
  process.on('exit', () => {
    for (const stream of terminals) {
      if (isatty(stream)) continue;
      try {
        closeSync(stream);
        openSync('/dev/null', 'r+'); // takes the lowest number that is free: this one
      } catch {
        // Not worse than before.
      }
    }
  });
}
