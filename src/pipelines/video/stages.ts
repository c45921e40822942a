/** @file Processes several videos stage by stage, so that each stage's network is compiled once for all of them. */
import { InterruptedError } from '../../errors.ts';
import type { WorkOptions } from '../../events.ts';

/** The stages of one video. */
export interface Stages<Request, Begun, Sampled, Finished> {
  readonly begin: (request: Request, work: WorkOptions) => Promise<Begun>;
  readonly sample: (begun: Begun, work: WorkOptions) => Promise<Sampled>;
  readonly finish: (begun: Begun, sampled: Sampled, work: WorkOptions) => Promise<Finished>;
}

/**
 * Begins all requests, then samples all, then finishes them one after the other. With several requests, events of the
 * later stages say which one they belong to. If the signal stops the sampling, which takes long, the videos already
 * sampled are finished before `InterruptedError` is thrown.
 */
export async function* inStages<Request, Begun, Sampled, Finished>(
  requests: Iterable<Request> | AsyncIterable<Request>,
  { begin, sample, finish }: Stages<Request, Begun, Sampled, Finished>,
  work: WorkOptions = {},
): AsyncGenerator<Finished, void, undefined> {
  const begun: Begun[] = [];
  for await (const request of requests) begun.push(await begin(request, work));
  const sampled: Sampled[] = [];
  let stopped: InterruptedError | undefined;
  for (const [i, each] of begun.entries()) {
    try {
      sampled.push(await sample(each, numbered(work, i, begun.length)));
    } catch (error) {
      if (!(error instanceof InterruptedError) || i === 0) throw error;
      stopped = error;
      break;
    }
  }
  const last: WorkOptions = stopped ? { onEvent: work.onEvent } : work;
  for (const [i, each] of sampled.entries()) {
    yield await finish(begun[i]!, each, numbered(last, i, sampled.length));
  }
  if (stopped) throw stopped;
}

/** The same work options, with progress events and previews that say which of several pictures they belong to. */
function numbered({ onEvent, onPreview, signal }: WorkOptions, index: number, of: number): WorkOptions {
  if (of === 1) return { onEvent, onPreview, signal };
  const picture = { number: index + 1, of };
  return {
    onEvent: onEvent && ((event) => onEvent(event.type === 'progress' ? { ...event, picture } : event)),
    onPreview: onPreview && ((preview) => onPreview({ ...preview, picture })),
    signal,
  };
}
