/** @file Lets the process exit properly after its terminal is gone. */
import { closeSync, openSync } from 'node:fs';
import { isatty } from 'node:tty';

/**
 * On exit, replaces a terminal that no longer responds by the null device. Node restores terminal settings on exit, and
 * crashes (SIGABRT instead of the exit code) if that fails.
 */
export function leaveDeadTerminals(): void {
  const terminals = [0, 1, 2].filter((stream) => isatty(stream));
  process.on('exit', () => {
    for (const stream of terminals) {
      if (isatty(stream)) continue;
      try {
        closeSync(stream);
        openSync('/dev/null', 'r+'); // takes the lowest free number: this one
      } catch {
        // No worse than before.
      }
    }
  });
}
