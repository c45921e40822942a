/** @file What a look at this machine finds, and how the looking is done. */

/** Whether something is as it should be, works less well than it could, or keeps lamp from working. */
export type Verdict = 'ok' | 'warning' | 'problem';

/** What was found about one thing. */
export interface Finding {
  /** What was looked at, such as "memory". */
  readonly subject: string;
  readonly verdict: Verdict;
  /** What was found, on one line. */
  readonly found: string;
  /** What to do about it, unless it is as it should be or `found` says so. */
  readonly advice?: string;
  /** The same for programs: sizes in bytes, speeds in FLOP/s. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Looks at one thing or several of a kind. */
export type Check = () => Promise<readonly Finding[]>;

/**
 * Runs the checks, by the subjects they are about, one after the other, and hands on each finding at once. A check that
 * throws becomes a problem itself, so that the others are still made. Returns all findings.
 */
export async function diagnose(
  checks: Readonly<Record<string, Check>>,
  onFinding: (finding: Finding) => void = () => {},
): Promise<Finding[]> {
  const all: Finding[] = [];
  for (const [subject, check] of Object.entries(checks)) {
    const findings = await check().catch((error: unknown): Finding[] => [
      { subject, verdict: 'problem', found: messageOf(error) },
    ]);
    for (const finding of findings) {
      all.push(finding);
      onFinding(finding);
    }
  }
  return all;
}

/** Whether lamp can be used: nothing that was found is a problem. */
export function isUsable(findings: readonly Finding[]): boolean {
  return findings.every(({ verdict }) => verdict !== 'problem');
}

/** An error's message on one line. */
export function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\s*\n\s*/g, ' ').trim();
}
