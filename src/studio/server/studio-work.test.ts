import { execFileSync } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { convertMotion } from '../../library/convert-motion.ts';
import { inspectClip, readFrames } from '../../media/clip.ts';
import { tinyBase } from '../../testing/library-models.ts';
import { runHere } from '../../testing/run-here.ts';
import { studioWithClip } from '../../testing/studio-with-clip.ts';
import { testFolder } from '../../testing/test-folder.ts';
import { testdata } from '../../testing/testdata.ts';
import { itemId } from './item-id.ts';

const at = await testFolder();
const folder = at('studio');
const { browser, get, send, put, done, base, learnForm } = studioWithClip(folder);
const clip = itemId('clips/walks/walk.mp4');

/** The words that a shell makes of a command for `lamp`. */
function wordsOf(command: string): string[] {
  const lamp = `lamp() { "$NODE" -p 'JSON.stringify(process.argv.slice(1))' -- "$@"; }`;
  const env = { ...process.env, NODE: process.execPath };
  return JSON.parse(execFileSync('sh', ['-c', `${lamp}\n${command}`], { env, encoding: 'utf8' }));
}

test('a checkpoint of the reference implementation becomes a motion file of its base', async () => {
  const weights = await readFile(testdata('mini/unet3d/diffusion_pytorch_model.safetensors'));
  const bring = (name: string, query: Record<string, string>, body = weights) =>
    browser().send('POST', `/api/motions?${new URLSearchParams({ name, ...query })}`, body);
  const facts = { base, prompt: 'a horse runs', frames: '4', width: '64', height: '32' };
  const { json } = await bring('diffusion_pytorch_model.safetensors', { ...facts, title: 'Horse' });
  expect(json).toMatchObject({
    ...{
      title: 'Horse',
      kind: 'file',
      usable: true,
      prompt: 'a horse runs',
      frames: 4,
      width: 64,
      height: 32,
    },
    base: 'tiny-sd',
  });
  const { body } = await browser().get(`/api/motions/${json.id}/file`);
  await convertMotion({
    ...{ source: testdata('mini/unet3d'), base: tinyBase, out: at('horse.safetensors') },
    ...{ prompt: 'a horse runs', frames: 4, width: 64, height: 32 },
  });
  expect(body.equals(await readFile(at('horse.safetensors')))).toBe(true);
  expect((await bring('x.safetensors', { base })).json.error.message).toContain('says what its clips show');
  expect((await bring('x.safetensors', {})).json.error.advice[0]).toContain('on which base it was trained');
  expect(await readdir(join(folder, 'uploads'))).toEqual([]);
});

describe('what is made', () => {
  let motion: string;
  const sampling = { samplerSteps: 1, seed: 7, device: 'cpu' };

  test('is, byte for byte, what the shown commands make', async () => {
    const [id] = (await put(learnForm({ steps: 2, seed: 3 }))) as [string];
    motion = itemId(`motions/${id}`);
    const learned = await done(id);
    const form = { kind: 'generate', prompt: 'a cat', base, motions: [{ motion }], settings: sampling };
    const [video] = (await put(form)) as [string];
    const made = await done(video);
    const ours = await readdir(join(folder, 'videos'));
    const ending = ours[0]!.split('.')[1];
    for (const command of [
      learned.command.replace('--out my-motion', `--out ${at('run')}`),
      made.command.replace('--out video.mp4', `--out ${at(`video.${ending}`)}`),
    ]) {
      const ran = await runHere(...wordsOf(command));
      expect(ran.code, ran.stderr).toBe(0);
    }
    const same = async (one: string, other: string) =>
      expect((await readFile(one)).equals(await readFile(other)), other).toBe(true);
    await same(join(folder, 'motions', id, 'motion.safetensors'), at('run/motion.safetensors'));
    await same(join(folder, 'videos', ours[0]!), at(`video.${ending}`));
  });

  test('says how it was made, wherever it comes from', async () => {
    const {
      videos: [video],
    } = await get('/api/videos');
    const shown = await get(`/api/videos/${video.id}/facts`);
    expect(shown.madeBy).toMatchObject({
      form: { kind: 'generate', prompt: 'a cat', settings: sampling },
      missing: [],
    });
    const { body } = await browser().get(`/api/videos/${video.id}/download`);
    const told = await browser().send('POST', '/api/made-by?name=from%20elsewhere.mp4', body);
    expect(told.json).toMatchObject({
      form: {
        ...{ kind: 'generate', prompt: 'a cat', base, motions: [{ motion, strength: 1 }] },
        settings: { samplerSteps: 1, seed: 7 },
      },
      missing: [],
    });
  });

  test('pictures are drawn and animated, and clips edited', async () => {
    const prompt = 'a fox';
    const [drawn] = (await put({
      kind: 'draw',
      prompt,
      base,
      settings: { ...sampling, width: 32, height: 32 },
    })) as [string];
    const { result: picture } = await done(drawn);
    const [animate, edit] = (await put(
      { kind: 'animate', prompt, base, motions: [{ motion }], picture, settings: sampling },
      { kind: 'edit', prompt, base, clip, motion: { motion }, settings: { ...sampling, inversionSteps: 1 } },
    )) as [string, string];
    const results = [(await done(animate)).result, (await done(edit)).result];
    const { videos, all } = await get('/api/videos');
    expect(all).toBe(3);
    expect(videos.slice(0, 2).map(({ id }: { id: string }) => id)).toEqual([...results].reverse());
    const shown = await get(`/api/videos/${results[1]}`);
    const facts = await get(`/api/videos/${results[1]}/facts`);
    expect(facts).toMatchObject({ frames: 2, width: 32, height: 32 });
    expect(shown.isEdit).toBe(true);
    const animated = await get(`/api/videos/${results[0]}`);
    expect(animated).toMatchObject({ title: prompt, isEdit: false });
    expect(animated).not.toHaveProperty('before');
    // What was edited is had beside it: the very frames, at the same rate.
    const { stride } = facts.madeBy.stored.inversion;
    const beside = await browser().get(shown.before);
    expect(beside.status, beside.body.toString('utf8', 0, 300)).toBe(200);
    await writeFile(at('before.webm'), beside.body);
    expect(await inspectClip(at('before.webm'))).toMatchObject({
      ...{ frameCount: 2, width: 32, height: 32, framesPerSecond: facts.framesPerSecond },
    });
    const [frames, wanted] = [
      await readFrames(at('before.webm')),
      await readFrames(join(folder, 'clips/walks/walk.mp4'), {
        ...{ indices: [0, stride], size: { width: 32, height: 32 }, fit: 'cover' },
      }),
    ];
    for (const [i, { data }] of frames.entries()) {
      const apart = data.reduce((sum, value, k) => sum + Math.abs(value - wanted[i]!.data[k]!), 0);
      expect(apart / data.length).toBeLessThan(10);
    }
    const { trash } = (await browser().send('DELETE', `/api/clips/${clip}`)).json;
    expect(await get(`/api/videos/${results[1]}`)).not.toHaveProperty('before');
    expect((await browser().get(shown.before)).status).toBe(404);
    await send('POST', `/api/trash/${trash}/restore`);
  });

  test('leftovers of complete trainings go, and nothing else', async () => {
    const { disk } = await get(`/api/motions/${motion}`);
    expect(disk.leftovers).toBeGreaterThan(0);
    const before = (await browser().get(`/api/motions/${motion}/file`)).body;
    expect(await send('POST', '/api/motions/tidy', { motions: [motion] })).toEqual({ freed: disk.leftovers });
    expect((await get(`/api/motions/${motion}`)).disk).toEqual({
      ...disk,
      whole: disk.whole - disk.leftovers,
      leftovers: 0,
    });
    expect((await browser().get(`/api/motions/${motion}/file`)).body.equals(before)).toBe(true);
  });
});
