/** @file Number of processor cores available to this process. */
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';

/**
 * Number of physical cores that this process may use (hyper-threads of one core count once); `undefined` where the
 * system does not report it (everywhere but Linux). ONNX Runtime's own choice on Linux can be half of the logical
 * processors even where each is a core of its own. `topology` returns, as text, the list of logical processors that
 * share a core with the given one, and throws where it is not available.
 */
export function coreCount(topology: (processor: number) => string = siblings): number | undefined {
  try {
    const cores = new Set(cpus().map((_, processor) => topology(processor)));
    return cores.size ? Math.min(cores.size, availableParallelism()) : undefined;
  } catch {
    return undefined;
  }
}

function siblings(processor: number): string {
  return readFileSync(`/sys/devices/system/cpu/cpu${processor}/topology/thread_siblings_list`, 'utf8');
}
