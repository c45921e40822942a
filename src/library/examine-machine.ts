/** @file Looking at this machine: whether it has what lamp needs. */
import { InterruptedError } from '../errors.ts';
import type { WorkOptions } from '../events.ts';
import { checkOptions, field } from './check-options.ts';
import { checkCache, checkDisk, places } from './machine/check-disk.ts';
import { checkBase, checkMedia } from './machine/check-media.ts';
import { checkMemory, memoryFacts } from './machine/check-memory.ts';
import { checkEngine, checkNode, checkSpeed, nodeFacts } from './machine/check-software.ts';
import { type Check, diagnose, type Finding, isUsable } from './machine/finding.ts';
import { type RunProbe, runProbe } from './machine/run-probe.ts';

/** What `examineMachine` takes. */
export interface ExamineMachineOptions extends Pick<WorkOptions, 'signal'> {
  /** Is told each finding as soon as it is made; must be quick and must not throw. */
  readonly onFinding?: ((finding: Finding) => void) | undefined;
}

/** What was found about a machine. */
export interface MachineReport {
  /** Whether lamp can be used here: no finding is a problem. */
  readonly usable: boolean;
  /**
   * Node.js, ONNX Runtime, each device, speed, memory, disk, downloaded models, each kind of video, the built-in model.
   */
  readonly findings: readonly Finding[];
}

const fields = { onFinding: field.function.optional(), signal: field.signal.optional() };

/**
 * Looks whether this machine has what lamp needs; takes some seconds. What runs native code is tried in a process of
 * its own, so that a crash there is a finding and not the end. What is missing is a finding, not an error. Throws
 * `UsageError` for an option that makes no sense, and `InterruptedError` when stopped.
 *
 * @example
 * import { examineMachine } from 'lamp-video';
 *
 * const { usable, findings } = await examineMachine();
 * for (const { verdict, subject, message } of findings) console.log(verdict, subject, message);
 * console.log(usable ? 'lamp can be used' : 'lamp cannot be used');
 */
export function examineMachine(options: ExamineMachineOptions = {}): Promise<MachineReport> {
  return examineMachineWith(runProbe, options);
}

/** The same; `probe` runs what is tried in a process of its own. */
export async function examineMachineWith(
  probe: RunProbe,
  options: ExamineMachineOptions,
): Promise<MachineReport> {
  const { onFinding, signal } = checkOptions('examineMachine', options, fields);
  const findings = await diagnose(checks(probe), (finding) => {
    onFinding?.(finding);
    if (signal?.aborted) throw new InterruptedError('stopped while this machine is looked at.');
  });
  return { usable: isUsable(findings), findings };
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
