/**
 * @file What jobs take: the estimate that a form got while it was filled in is kept for the jobs that are put with it.
 * Of several that differ in their words and seeds alone, one is estimated.
 */
import type { Estimate } from '../api/form-api.ts';
import type { JobCost } from '../jobs/job.ts';
import { readCost, writeCost } from '../jobs/job-cost.ts';
import type { FormCall } from './form-options.ts';
import type { StudioContext } from './studio-context.ts';

/** See the file. */
export interface JobCosts {
  /** Estimates what a form asks for. Throws what looking at it throws. */
  estimate(call: FormCall): Promise<Estimate>;
  /** Writes down what a job of such a form takes: now, if it is known; else, if it `waits`, once it is. */
  keep(id: string, call: FormCall, waits: boolean): Promise<void>;
  /** Writes down for a job what another one takes. */
  copy(from: string, to: string): Promise<void>;
}

/** Forms whose costs are kept. */
const mostKept = 200;

/** The costs of a studio's jobs. */
export function jobCosts({ folder, looks, hub }: Pick<StudioContext, 'folder' | 'looks' | 'hub'>): JobCosts {
  const kept = new Map<string, { readonly coming: Promise<JobCost>; known?: JobCost }>();
  const estimate = async (call: FormCall) => {
    const { kind, options, basePath } = call;
    const answer = looks.run('estimate', { kind, options, base: basePath });
    const coming = answer.then(costOf);
    const entry: { coming: Promise<JobCost>; known?: JobCost } = { coming };
    const key = likenessOf(call);
    kept.delete(key);
    kept.set(key, entry);
    for (const oldest of [...kept.keys()].slice(0, -mostKept)) kept.delete(oldest);
    coming.then(
      (cost) => {
        entry.known = cost;
      },
      () => {
        if (kept.get(key) === entry) kept.delete(key);
      },
    );
    return answer;
  };
  return {
    estimate,
    async keep(id, call, waits) {
      const key = likenessOf(call);
      if (!kept.has(key)) {
        if (!waits) return;
        estimate(call).catch(() => {});
      }
      const { known, coming } = kept.get(key)!;
      if (known) return writeCost(folder, id, known);
      coming.then(
        async (cost) => {
          // The job may be gone.
          await writeCost(folder, id, cost).catch(() => {});
          hub.send({ type: 'changed', what: 'jobs' });
        },
        () => {},
      );
    },
    async copy(from, to) {
      const cost = await readCost(folder, from);
      if (Object.keys(cost).length > 0) await writeCost(folder, to, cost);
    },
  };
}

function costOf({ time, memory }: Estimate): JobCost {
  return {
    ...(time && { seconds: time.seconds + (time.samples?.seconds ?? 0) }),
    ...(memory && { memory: memory.needed }),
  };
}

/** The same for forms that take the same: words, seeds, and which picture it is, cost nothing. */
function likenessOf({ kind, options, basePath }: FormCall): string {
  const { prompt: _, clipPrompt: _1, seed: _2, firstFrame, picture, from, ...others } = options;
  const pictures = [firstFrame, picture, from].map((each) => each !== undefined);
  return JSON.stringify([kind, basePath, pictures, others]);
}
