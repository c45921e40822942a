/**
 * @file Whether this process was told to outlive its terminal. `nohup` says so by ignoring SIGHUP, which Node takes
 * back when it starts, so that it has to be found out in other ways.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** SIGHUP's place in the mask of ignored signals. */
const HANGUP_BIT = 1n;

/**
 * Whether SIGHUP is to be ignored: the shell says that it started `nohup` (its variable `_`, as bash, zsh and ksh set
 * it), or the parent process ignores it too, as in a script under `nohup` (Linux only).
 */
export function hangupIsIgnored(
  variables: Readonly<Record<string, string | undefined>> = process.env,
  parentStatus: () => string = () => readFileSync(`/proc/${process.ppid}/status`, 'utf8'),
): boolean {
  if (basename(variables._ ?? '') === 'nohup') return true;
  try {
    const [, mask] = /^SigIgn:\s*([0-9a-f]+)$/m.exec(parentStatus()) ?? [];
    return mask !== undefined && (BigInt(`0x${mask}`) & HANGUP_BIT) !== 0n;
  } catch {
    return false; // Other systems have no such file.
  }
}
