/** @file How many processor cores there are to compute on. */
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';

/**
 * Cores that this process may use, those that share their arithmetic (hyper-threads) counted once; undefined where the system
 * does not tell, as all but Linux. ONNX Runtime's own choice on Linux can be half of the logical processors, even where
 * each is a core of its own. `topology` gives the list of logical processors that share a core with the given one, as text, and
 * throws where there is none.
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
