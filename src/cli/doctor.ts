/** @file `lamp doctor`: checks whether this machine has what lamp needs, and says what to do if not. */
import { Command } from 'commander';
import { LampError } from '../errors.ts';
import { examineMachineWith } from '../library/examine-machine.ts';
import type { Finding } from '../library/machine/finding.ts';
import { type RunProbe, runProbe } from '../library/machine/run-probe.ts';
import { wordPhrase } from '../phrases.ts';
import { commandVocabulary } from './vocabulary.ts';

const help = `
Each line begins with ok, warning (it works, but less well than it could) or problem (lamp cannot be used).
Native code is tried in separate processes, so that a crash is reported like any other finding.
Exits with 0 if there is no problem, else with 1.`;

/** The `doctor` command. `probe` runs what is tried in a separate process. */
export function doctorCommand(probe: RunProbe = runProbe): Command {
  return new Command('doctor')
    .description('check whether this machine has what lamp needs, and say what to do if not')
    .option('--json', 'print each finding as a line of JSON, then a summary')
    .addHelpText('after', help)
    .action(async ({ json }: { json?: boolean }) => {
      const show = (value: object, text: string) =>
        process.stdout.write(`${json ? JSON.stringify(value) : text}\n`);
      const onFinding = (finding: Finding) =>
        show({ type: 'finding', ...worded(finding) }, findingText(finding));
      const { findings, usable } = await examineMachineWith(probe, { onFinding });
      const summary = summaryText(findings);
      show({ type: 'summary', usable, message: summary }, summary);
      if (!usable) throw new LampError('lamp cannot be used here before the problems are solved.');
    });
}

/** A finding in the command's vocabulary. */
function worded({ subject, verdict, found, advice, data }: Finding) {
  return {
    subject,
    verdict,
    found: wordPhrase(found, commandVocabulary),
    ...(advice.length > 0 && { advice: adviceLines({ advice }).join(' ') }),
    ...(data && { data }),
  };
}

function adviceLines({ advice }: Pick<Finding, 'advice'>): string[] {
  return advice.map((sentence) => wordPhrase(sentence, commandVocabulary));
}

/** Widths of the columns before a finding's text. */
const [verdictWidth, subjectWidth] = [7, 17];

/** Formats a finding: one line, followed by a line for each piece of advice. */
export function findingText(finding: Finding): string {
  const { verdict, subject, found } = finding;
  const start = `${verdict.padEnd(verdictWidth)}  ${subject.padEnd(subjectWidth)}  `;
  const lines = [wordPhrase(found, commandVocabulary), ...adviceLines(finding)];
  return `${start}${lines.join(`\n${' '.repeat(start.length)}`)}`;
}

/** A summary of all findings in one sentence. */
export function summaryText(findings: readonly Finding[]): string {
  const count = (verdict: Finding['verdict']) => findings.filter((each) => each.verdict === verdict).length;
  const [problems, warnings] = [count('problem'), count('warning')];
  const several = (number: number, word: string) => `${number} ${word}${number === 1 ? '' : 's'}`;
  if (problems > 0) return `${several(problems, 'problem')}, ${several(warnings, 'warning')}`;
  return warnings > 0 ? `lamp can be used; ${several(warnings, 'warning')}` : 'everything is as it should be';
}
