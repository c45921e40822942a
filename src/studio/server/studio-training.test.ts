import { describe, expect, test } from 'vitest';
import { until } from '../../testing/studio-visitor.ts';
import { studioWithClip } from '../../testing/studio-with-clip.ts';
import { testFolder } from '../../testing/test-folder.ts';
import { itemId } from './item-id.ts';

const at = await testFolder();
const folder = at('studio');
const { browser, get, send, put, done, learnForm } = studioWithClip(folder);

describe('a training that goes on and on', () => {
  let motion: string;
  const detail = () => get(`/api/motions/${motion}`);
  const wish = (body: object) => browser().send('POST', `/api/motions/${motion}/wish`, body);
  const learning = (from = 0) =>
    until(async () => {
      const { state, steps = 0 } = await detail();
      return state === 'learning' && steps > from;
    });
  const stopped = () =>
    until(async () => {
      const shown = await detail();
      return shown.state === 'stopped' && shown;
    });

  test('samples now, and another prompt, and pauses, as is wished', async () => {
    const [job] = await put(learnForm({ steps: 100_000, saveEvery: 100_000, seed: 5 }));
    motion = itemId(`motions/${job!}`);
    await until(async () => (await browser().get(`/api/motions/${motion}`)).status === 200);
    await learning();
    expect((await wish({})).status).toBe(400);
    expect((await wish({ samplePrompt: ' ' })).status).toBe(400);
    expect((await wish({ samplePrompt: 'a dog walks', sampleNow: true })).json).toEqual({ done: true });
    const samples = await until(async () => {
      const { samples } = await detail();
      return samples.length === 2 && samples;
    });
    expect(samples).toMatchObject([
      { number: 0, prompt: 'a walk' },
      { number: 1, prompt: 'a dog walks', step: samples[0].step },
    ]);
    expect((await wish({ pause: true })).json).toEqual({ done: true });
    const shown = await stopped();
    expect(shown).toMatchObject({
      usable: true,
      checkpoints: [{ usable: true }, { step: samples[0].step }],
    });
    // A prompt that is added makes no samples by itself.
    expect(shown.settings.sampleEvery).toBe(0);
    expect(shown.samples).toHaveLength(2);
    expect(await get(`/api/jobs/${job!}`)).toMatchObject({ state: 'stopped' });
  });

  test('gives its checkpoints as motions: to videos, to edits, and to trainings that begin with them', async () => {
    const { checkpoints } = await detail();
    const state = { motion, checkpoint: checkpoints[0].id };
    const step = String(checkpoints[0].step).padStart(6, '0');
    const clip = itemId('clips/walks/walk.mp4');
    const forms = [
      { kind: 'generate', prompt: 'a cat', motions: [state] },
      { kind: 'edit', prompt: 'a cat', clip, motion: state },
      { ...learnForm({}), startFrom: state },
    ];
    for (const form of forms) {
      const { command } = await send('POST', '/api/forms/command', { forms: [form] });
      expect(command).toMatch(
        new RegExp(`--(motion|start-from) '?[^' ]*/checkpoints/step-${step}\\.safetensors`),
      );
    }
  });

  test('goes back to a checkpoint, is had back as it was, and goes on from there', async () => {
    const {
      checkpoints: [first],
    } = await detail();
    await send('POST', `/api/motions/${motion}/go-on`);
    await learning(first.step);
    expect(
      (await browser().send('POST', `/api/motions/${motion}/roll-back`, { checkpoint: first.id })).status,
    ).toBe(409);
    await wish({ pause: true });
    const {
      checkpoints: [last],
    } = await stopped();
    expect(last.step).toBeGreaterThan(first.step);
    const file = async () => (await browser().get(`/api/motions/${motion}/file`)).body;
    const before = await file();
    const back = () => send('POST', `/api/motions/${motion}/roll-back`, { checkpoint: first.id });
    const { trash } = await back();
    const rolled = await detail();
    expect(rolled).toMatchObject({ usable: false, steps: first.step, checkpoints: [{ id: first.id }] });
    expect(rolled.samples.every(({ step }: { step: number }) => step <= first.step)).toBe(true);
    for (const from of [0, last.step]) {
      const known = await get(`/api/motions/${motion}/metrics?from=${from}`);
      expect([known.from, known.step.at(-1)]).toEqual([0, first.step]);
    }
    await send('POST', `/api/trash/${trash}/restore`);
    expect((await detail()).checkpoints).toMatchObject([{ id: last.id }, { id: first.id }]);
    expect((await file()).equals(before)).toBe(true);
    await back();
    const steps = first.step + 1;
    const again = await send('POST', `/api/motions/${motion}/go-on`, { steps });
    expect(again.command).toMatch(
      new RegExp(`^lamp train --out \\S+/motions/\\S+ --resume --steps ${steps}$`),
    );
    await done(again.id);
    expect(await detail()).toMatchObject({ state: 'done', steps, wantedSteps: steps, usable: true });
    expect((await wish({ sampleNow: true })).json.error.message).toBe('its training is complete');
  });
});
