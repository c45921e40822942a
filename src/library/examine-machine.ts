/** @file `examineMachine`: checks whether this machine has what lamp needs. */
import { checkOptions } from '../check-options.ts';
import { InterruptedError } from '../errors.ts';
import type { WorkOptions } from '../events.ts';
import { checkCache, checkDisk, places } from './machine/check-disk.ts';
import { checkBase, checkMedia } from './machine/check-media.ts';
import { checkMemory, memoryFacts } from './machine/check-memory.ts';
import { checkEngine, checkNode, checkSpeed, nodeFacts } from './machine/check-software.ts';
import { type Check, diagnose, type Finding, isUsable } from './machine/finding.ts';
import { type RunProbe, runProbe } from './machine/run-probe.ts';
import { field } from './shared-fields.ts';

/** Options of `examineMachine`. */
export interface ExamineMachineOptions extends Pick<WorkOptions, 'signal'> {
  /** Called with each finding immediately; must be quick and must not throw. */
  readonly onFinding?: ((finding: Finding) => void) | undefined;
}

/** Findings about a machine. */
export interface MachineReport {
  /** Whether lamp can be used here, that is, no finding is a problem. */
  readonly usable: boolean;
  /**
   * Node.js, ONNX Runtime, each device, speed, memory, disk, downloaded models, each kind of video, the built-in model.
   */
  readonly findings: readonly Finding[];
}

const fields = { onFinding: field.function.optional(), signal: field.signal.optional() };

/**
 * Checks whether this machine has what lamp needs, which takes some seconds. Native code is tried in separate
 * processes, so that a crash is a finding. Anything missing is a finding, not an error. Throws `UsageError` for an
 * invalid option, and `InterruptedError` when stopped.
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

/** {@link examineMachine}, where `probe` runs what is tried in a separate process. */
export async function examineMachineWith(
  probe: RunProbe,
  options: ExamineMachineOptions,
): Promise<MachineReport> {
  const { onFinding, signal } = checkOptions('examineMachine', options, fields);
  const findings = await diagnose(checks(probe), (finding) => {
    onFinding?.(finding);
    if (signal?.aborted) throw new InterruptedError('stopped while examining this machine.');
  });
  return { usable: isUsable(findings), findings };
}

/** All checks, in order. */
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
