import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { InterruptedError, type LampError } from '../errors.ts';
import type { ProgressEvent } from '../events.ts';
import { runTraining } from '../pipelines/train/run-training.ts';
import { expectSameBytes, metricsOf, shortTraining, stoppingAfter } from '../testing/short-training.ts';
import { testFolder } from '../testing/test-folder.ts';
import { controlTraining } from './control-training.ts';

const at = await testFolder();
const settings = { ...shortTraining, steps: 5, accumulation: 1 };
const whole = at('whole');
beforeAll(async () => {
  await runTraining({ out: whole, settings });
});

/** Does something while a training is between two steps, after step `at`. */
function after(step: number, work: () => Promise<void> | void) {
  const events: ProgressEvent[] = [];
  let working: Promise<void> | undefined;
  return {
    events,
    finished: () => working,
    onEvent: (event: ProgressEvent) => {
      events.push(event);
      if (event.type === 'step' && event.step === step) working = Promise.resolve(work());
    },
  };
}

const refused = (options: Parameters<typeof controlTraining>[0]) =>
  controlTraining(options).then(
    () => undefined,
    (error: LampError) => error,
  );

test('a request to stop saves and stops, and the run goes on with the same bytes', async () => {
  const out = at('stopped');
  const asking = after(2, () => controlTraining({ run: out, stop: true }));
  const stopped = runTraining({ out, settings, onEvent: asking.onEvent });
  await expect(stopped).rejects.toThrow(InterruptedError);
  await expect(stopped).rejects.toThrow(/^stopped after step \d of 5; it is saved\. Continue with/);
  await asking.finished();
  expect(await readdir(join(out, 'control'))).toEqual([]);
  // One that was meant for an earlier training does not stop the next one.
  await writeFile(join(out, 'control', '1.json'), '{"do": "stop"}');
  await runTraining({ out, resume: true, settings: {} });
  await expectSameBytes(whole, out, 5);
  expect(await metricsOf(out)).toEqual(await metricsOf(whole));
  expect(await readdir(join(out, 'control'))).toEqual([]);
});

test('samples are made at once, and of a prompt that is added, each once; what is learned stays the same', async () => {
  const out = at('sampled');
  const request = { run: out, addSamplePrompt: ' a dog walks ', sampleNow: true };
  await expect(runTraining({ out, settings, ...stoppingAfter(1) })).rejects.toThrow('stopped');
  await controlTraining(request);
  await controlTraining({ run: out, addSamplePrompt: 'a dog walks' });
  const events: ProgressEvent[] = [];
  const settingsNow = { saveEvery: 4 };
  await runTraining({
    out,
    resume: true,
    settings: settingsNow,
    onEvent: (event) => void events.push(event),
  });
  const samples = events.flatMap((event) => (event.type === 'sample' ? [[event.step, event.prompt]] : []));
  const prompts = ['a person walks', 'a dog walks'];
  // It makes none by itself, and adding a prompt changes nothing about that.
  expect(samples).toEqual(prompts.map((prompt) => [1, prompt]));
  const run = JSON.parse(await readFile(join(out, 'run.json'), 'utf8'));
  expect(run.settings).toMatchObject({ samplePrompts: prompts, sampleEvery: 0 });
  await expectSameBytes(whole, out, 5);
  expect(await readdir(join(out, 'control'))).toEqual([]);
});

test('what is no request is reported once and removed', async () => {
  const out = at('damaged');
  await expect(runTraining({ out, settings, ...stoppingAfter(1) })).rejects.toThrow('stopped');
  await mkdir(join(out, 'control'));
  await writeFile(join(out, 'control', '1.json'), '{"do": "st');
  await writeFile(join(out, 'control', '2.json'), '{"do": "sample", "times": 9}');
  await mkdir(join(out, 'control', '3.json'));
  await writeFile(join(out, 'control', 'later.json.part'), '{"do": "stop"}');
  const events: ProgressEvent[] = [];
  await runTraining({ out, resume: true, settings: {}, onEvent: (event) => void events.push(event) });
  const notices = events.flatMap((event) => (event.type === 'notice' ? [event.message] : []));
  expect(notices.filter((text) => text.includes('is no request to a training'))).toHaveLength(3);
  expect(await readdir(join(out, 'control'))).toEqual(['later.json.part']);
  await expectSameBytes(whole, out, 5);
});

test('requests without a run, a training to stop, or a wish are refused', async () => {
  expect((await refused({ run: at('none'), sampleNow: true }))?.message).toMatch(
    /^there is no run in ".*none"/,
  );
  const stop = await refused({ run: whole, stop: true });
  expect([stop?.message, stop?.setting]).toEqual([`nothing trains in "${whole}" on this machine`, 'run']);
  expect((await refused({ run: whole }))?.message).toMatch(
    /^controlTraining was asked for nothing; expected stop: true, sampleNow: true or "addSamplePrompt"/,
  );
});
