/**
 * @file Detects whether this process is meant to outlive its terminal. `nohup` ignores SIGHUP for that purpose, but
 * Node resets this on start, so it has to be detected in other ways.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** Bit of SIGHUP in the mask of ignored signals. */
const HANGUP_BIT = 1n;

/**
 * Whether to ignore SIGHUP: if the shell's variable `_` names `nohup` (bash, zsh, ksh), or if the parent process
 * ignores it, as in a script under `nohup` (Linux only).
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
    return false; // Other systems lack this file.
  }
}
