/** @file What is asked of a training between its steps, and the prompts of its samples, which that may add to. */
import { notice, type OnEvent } from '../../events.ts';
import type { RunRecord } from '../../training/run-folder.ts';
import type { Asked } from '../../training/trainer.ts';
import { readRequests, removeRequest } from '../../training/training-requests.ts';
import type { SettledSettings } from '../../training/training-settings.ts';

/** Options of {@link sampleRequests}. */
export interface SampleRequestsOptions {
  /** Folder of the requests. */
  readonly folder: string;
  readonly settings: SettledSettings;
  /** Adds fields to `run.json`. */
  readonly keep: (more: Partial<RunRecord>) => Promise<void>;
  readonly onEvent?: OnEvent | undefined;
}

/** See {@link sampleRequests}. */
export interface SampleRequests {
  readonly prompts: () => readonly string[];
  readonly asked: () => Promise<Asked>;
}

/**
 * Reads requests between steps. A prompt that is added is kept in `run.json` before its request is removed, and counts
 * once; the request of samples is removed once they are made, so that a training that is killed meanwhile makes them
 * when it goes on. A request to stop is removed first: it is not for a training that is resumed.
 */
export function sampleRequests({ folder, settings, keep, onEvent }: SampleRequestsOptions): SampleRequests {
  let { samplePrompts } = settings;
  const prompts = () => (samplePrompts.length > 0 ? samplePrompts : [settings.prompt]);
  const add = async (prompt: string) => {
    if (prompts().includes(prompt)) return;
    samplePrompts = [...prompts(), prompt];
    await keep({ settings: { ...settings, samplePrompts } });
    const when = settings.sampleEvery > 0 ? '' : '; this training makes them only when it is asked to';
    onEvent?.(notice(`sample videos also show "${prompt}", as asked${when}.`));
  };
  return {
    prompts,
    async asked() {
      const waiting = await readRequests(folder, onEvent);
      const samples: string[] = [];
      let stop = false;
      for (const { path, request } of waiting) {
        if (request.do === 'add sample prompt') await add(request.prompt);
        if (request.do === 'sample') samples.push(path);
        else await removeRequest(path);
        stop ||= request.do === 'stop';
      }
      const done = async () => {
        for (const path of samples) await removeRequest(path);
      };
      return { stop, sample: samples.length > 0, done };
    },
  };
}
