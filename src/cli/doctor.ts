/** @file `lamp doctor`: looks whether this machine has what lamp needs, and says what to do where it has not. */
import { Command } from 'commander';
import { LampError } from '../errors.ts';
import { checkCache, checkDisk, places } from './doctor/check-disk.ts';
import { checkBase, checkMedia } from './doctor/check-media.ts';
import { checkMemory, memoryFacts } from './doctor/check-memory.ts';
import { checkEngine, checkNode, checkSpeed, nodeFacts } from './doctor/check-software.ts';
import { type Check, diagnose, type Finding, isUsable } from './doctor/finding.ts';
import { type RunProbe, runProbe } from './doctor/run-probe.ts';

const help = `
Each line begins with ok, warning (it works, but less well than it could) or problem (lamp cannot be used so).
What runs native code is tried in a process of its own, so that a crash there is a finding and not the end.
Ends with exit code 0 when there is no problem, else 1.`;

/** The command, to be added to the program. `probe` runs what is tried in a process of its own. */
export function doctorCommand(probe: RunProbe = runProbe): Command {
  return new Command('doctor')
    .description('look whether this machine has what lamp needs, and what to do where it has not')
    .option('--json', 'print each finding as a line of JSON, then a summary')
    .addHelpText('after', help)
    .action(async ({ json }: { json?: boolean }) => {
      const show = (value: object, text: string) =>
        process.stdout.write(`${json ? JSON.stringify(value) : text}\n`);
      const findings = await diagnose(checks(probe), (finding) =>
        show({ type: 'finding', ...finding }, findingText(finding)),
      );
      const summary = summaryText(findings);
      show({ type: 'summary', usable: isUsable(findings), message: summary }, summary);
      if (!isUsable(findings))
        throw new LampError('lamp cannot be used here before the problems are solved.');
    });
}

/** Everything that is looked at, in this order. */
function checks(probe: RunProbe): Record<string, Check> {
  return {
    'Node.js': () => checkNode(nodeFacts()),
    'ONNX Runtime': () => checkEngine(probe, nodeFacts()),
    speed: () => checkSpeed(probe),
    memory: () => checkMemory(probe, memoryFacts()),
    disk: async () => checkDisk(await places()),
    'cached models': () => checkCache(),
    videos: () => checkMedia(probe),
    'built-in model': () => checkBase(probe),
  };
}

/** Widths of the columns before a finding's text. */
const [verdictWidth, subjectWidth] = [7, 17];

/** A finding as people read it: one line, and below it what to do. */
export function findingText({ verdict, subject, found, advice }: Finding): string {
  const start = `${verdict.padEnd(verdictWidth)}  ${subject.padEnd(subjectWidth)}  `;
  const next = advice === undefined ? '' : `\n${' '.repeat(start.length)}${advice}`;
  return `${start}${found}${next}`;
}

/** All findings in one sentence. */
export function summaryText(findings: readonly Finding[]): string {
  const count = (verdict: Finding['verdict']) => findings.filter((each) => each.verdict === verdict).length;
  const [problems, warnings] = [count('problem'), count('warning')];
  const several = (number: number, word: string) => `${number} ${word}${number === 1 ? '' : 's'}`;
  if (problems > 0) return `${several(problems, 'problem')}, ${several(warnings, 'warning')}`;
  return warnings > 0 ? `lamp can be used; ${several(warnings, 'warning')}` : 'all is as it should be';
}
