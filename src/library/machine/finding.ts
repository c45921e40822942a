/** @file Findings about this machine, and running the checks. */
import { LampError } from '../../errors.ts';
import {
  foundOf,
  type GivenParts,
  libraryVocabulary,
  type MessageParts,
  messageParts,
  wordFor,
} from '../../phrases.ts';

/** Whether something is as it should be, works less well than it could, or prevents lamp from working. */
export type Verdict = 'ok' | 'warning' | 'problem';

/** A finding, in parts; `message` is the whole text in the library's vocabulary. */
export interface Finding extends MessageParts {
  /** What was examined, such as "memory". */
  readonly subject: string;
  readonly verdict: Verdict;
  readonly message: string;
  /** The same as data: sizes in bytes, speeds in FLOP/s. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/** The parts of a finding as given; see `GivenParts`. */
export interface GivenFinding extends GivenParts, Pick<Finding, 'subject' | 'verdict' | 'data'> {}

/** Creates a finding. */
export function finding({ subject, verdict, data, ...said }: GivenFinding): Finding {
  const parts = messageParts(said);
  const message = wordFor(parts, libraryVocabulary);
  return { subject, verdict, message, ...parts, ...(data && { data }) };
}

/** Examines one thing, or several of a kind. */
export type Check = () => Promise<readonly Finding[]>;

/**
 * Runs the checks, given by subject, one after the other, and passes on each finding immediately. A check that throws
 * becomes a problem itself, and the others still run. Returns all findings.
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

/** Whether lamp can be used: no finding is a problem. */
export function isUsable(findings: readonly Finding[]): boolean {
  return findings.every(({ verdict }) => verdict !== 'problem');
}

/** The parts of an error, for a finding. */
export function said(error: unknown): Pick<MessageParts, 'found' | 'advice'> {
  if (error instanceof LampError) return { found: foundOf(error), advice: error.advice };
  const message = (error instanceof Error ? error.message : String(error)).replace(/\s*\n\s*/g, ' ');
  return { found: [message.trim()], advice: [] };
}
