/** @file What a look at this machine finds, and how the looking is done. */
import { LampError } from '../../errors.ts';
import {
  foundOf,
  type GivenParts,
  libraryVocabulary,
  type MessageParts,
  messageParts,
  wordFor,
} from '../../phrases.ts';

/** Whether something is as it should be, works less well than it could, or keeps lamp from working. */
export type Verdict = 'ok' | 'warning' | 'problem';

/** What was found about one thing, in parts; `message` says them in the library's words. */
export interface Finding extends MessageParts {
  /** What was looked at, such as "memory". */
  readonly subject: string;
  readonly verdict: Verdict;
  readonly message: string;
  /** The same for programs: sizes in bytes, speeds in FLOP/s. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/** A finding of its parts; see `GivenParts`. */
export interface GivenFinding extends GivenParts, Pick<Finding, 'subject' | 'verdict' | 'data'> {}

/** Makes a finding. */
export function finding({ subject, verdict, data, ...said }: GivenFinding): Finding {
  const parts = messageParts(said);
  const message = wordFor(parts, libraryVocabulary);
  return { subject, verdict, message, ...parts, ...(data && { data }) };
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
    const findings = await check().catch((error: unknown) => [
      finding({ subject, verdict: 'problem', ...said(error) }),
    ]);
    for (const each of findings) {
      all.push(each);
      onFinding(each);
    }
  }
  return all;
}

/** Whether lamp can be used: nothing that was found is a problem. */
export function isUsable(findings: readonly Finding[]): boolean {
  return findings.every(({ verdict }) => verdict !== 'problem');
}

/** What an error says, as parts of a finding. */
export function said(error: unknown): Pick<MessageParts, 'found' | 'advice'> {
  if (error instanceof LampError) return { found: foundOf(error), advice: error.advice };
  const message = (error instanceof Error ? error.message : String(error)).replace(/\s*\n\s*/g, ' ');
  return { found: [message.trim()], advice: [] };
}
