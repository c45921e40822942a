import { spawn } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fromSource } from '../../testing/from-source.ts';
import { tinyBase, writeTestMotion } from '../../testing/library-models.ts';
import { openTestStudio, until, visit } from '../../testing/studio-visitor.ts';
import { testFolder } from '../../testing/test-folder.ts';
import { testdata } from '../../testing/testdata.ts';
import { lockFolder } from '../../training/run-lock.ts';
import { dateOfJob } from '../api/job-api.ts';
import { itemId } from './item-id.ts';
import type { RunningStudio } from './start-studio.ts';

const at = await testFolder();
const folder = at('studio');
const clip = testdata('clips/walking/walk_out_01.mp4');
let studio: RunningStudio;
let browser: Awaited<ReturnType<typeof visit>>;

beforeAll(async () => {
  studio = await openTestStudio(folder, { bases: [tinyBase] });
  browser = await visit(studio);
});

afterAll(() => studio.close());

test('the server loads neither the engine nor what decodes pictures', async () => {
  const program = fileURLToPath(new URL('./start-studio.ts', import.meta.url));
  const code = `await import(${JSON.stringify(program)});
    console.log(process.report.getReport().sharedObjects.filter((name) => /onnxruntime|vips|node-av/.test(name)).length);`;
  const said = await new Promise<string>((resolve) => {
    const child = spawn(process.execPath, [...fromSource, '--input-type=module', '-e', code], {
      cwd: fileURLToPath(new URL('../../..', import.meta.url)),
    });
    let text = '';
    child.stdout.on('data', (part) => {
      text += part;
    });
    child.on('close', () => resolve(text.trim()));
  });
  expect(said).toBe('0');
});

describe('motions', () => {
  const run = (name: string) => join(folder, 'motions', name);
  const record = {
    ...{ format: 'lamp-run', version: 99, started: '2026-01-01T00:00:00.000Z', finished: null },
    settings: {
      steps: 5,
      prompt: 'a walk',
      frames: 2,
      width: 64,
      height: 64,
      base: '/somewhere',
      new: 1,
      ...{ clipParts: {}, sampleEvery: 0, samplePrompts: ['a walk', 'a dog'] },
    },
    base: { name: 'tiny' },
    clips: [{ path: join(folder, 'clips', 'walks', 'a.mp4'), caption: 'a man walks' }],
  };
  const line = (step: number) =>
    JSON.stringify({ step, loss: 1 / step, learningRate: 1, gradNorm: 1, seconds: 2 });

  test('runs that lamp train makes in the folder are shown, also of another version, and what is damaged', async () => {
    for (const name of ['walk', 'broken']) await mkdir(run(name), { recursive: true });
    await writeFile(join(run('broken'), 'run.json'), '{"format":"lamp-run",');
    await writeFile(join(run('walk'), 'run.json'), JSON.stringify(record));
    await writeFile(join(run('walk'), 'metrics.jsonl'), `${line(1)}\n${line(2)}\n${line(3).slice(0, 9)}`);
    const unlock = await lockFolder(run('walk'));
    const { motions } = (await browser.get('/api/motions')).json;
    const of = (name: string) => motions.find(({ id }: { id: string }) => id === itemId(`motions/${name}`));
    expect(of('broken')).toMatchObject({ title: 'broken', state: 'damaged', usable: false });
    expect(of('broken').problem.message).toContain('not valid JSON');
    expect(of('walk')).toMatchObject({
      state: 'learning',
      usable: false,
      steps: 2,
      wantedSteps: 5,
      base: 'tiny',
    });
    const detail = (await browser.get(`/api/motions/${of('walk').id}`)).json;
    expect(detail.settings).not.toHaveProperty('base');
    expect(detail.clips).toEqual([
      { name: 'a.mp4', clip: itemId('clips/walks/a.mp4'), caption: 'a man walks' },
    ]);
    expect(detail.command).toMatch(/^lamp train .*--prompt 'a walk' .*--out my-motion/);
    // Nothing is said of what is empty, nor of samples that only who asks for them gets.
    expect(detail.command).not.toMatch(/metadata|sample-prompt/);
    const { memory, ...progress } = detail.progress;
    expect(progress).toEqual({
      ...{ stage: 'training', done: 2, total: 5, loss: 0.5 },
      ...{ secondsPerStep: 2, secondsLeft: 6 },
    });
    expect(memory).toBeGreaterThan(1e6);
    expect((await browser.send('DELETE', `/api/motions/${of('walk').id}`)).status).toBe(409);
    await unlock();
    const now = (await browser.get(`/api/motions/${of('walk').id}`)).json;
    expect(now.state).toBe('stopped');
    expect(now).not.toHaveProperty('progress');
  });

  test('metrics come as they grow, and from the beginning once a training went back', async () => {
    const address = (from: number) => `/api/motions/${itemId('motions/walk')}/metrics?from=${from}`;
    expect((await browser.get(address(0))).json).toMatchObject({
      from: 0,
      to: 2,
      step: [1, 2],
      loss: [1, 0.5],
    });
    const lines = [1, 2, 3, 4].map((step) => line(step).replace('}', step === 4 ? ',"heldOutLoss":2}' : '}'));
    await writeFile(join(run('walk'), 'metrics.jsonl'), `${lines.join('\n')}\n`);
    const after = (await browser.get(address(2))).json;
    expect(after).toMatchObject({ from: 2, to: 4, step: [3, 4], heldOut: { step: [4], loss: [2] } });
    expect((await browser.get(address(4))).json).toMatchObject({ from: 4, to: 4, step: [] });
    await rm(join(run('walk'), 'metrics.jsonl'));
    await writeFile(join(run('walk'), 'metrics.jsonl'), `${line(1)}\n`);
    expect((await browser.get(address(4))).json).toMatchObject({ from: 0, to: 1, step: [1] });
  });

  test('a motion gets another name, is deleted, and is had back', async () => {
    const id = itemId('motions/walk');
    const renamed = await browser.send('PATCH', `/api/motions/${id}`, { title: 'A walk' });
    expect(renamed.json).toMatchObject({ id, title: 'A walk' });
    const { trash } = (await browser.send('DELETE', `/api/motions/${id}`)).json;
    expect((await browser.get(`/api/motions/${id}`)).status).toBe(404);
    expect((await browser.get('/api/trash')).json.entries).toMatchObject([{ id: trash, title: 'A walk' }]);
    expect((await browser.send('POST', `/api/trash/${trash}/restore`, {})).json).toEqual({ done: true });
    // What cannot be had back takes room all the same, and can be removed.
    const damaged = '0123456789abcdef';
    await mkdir(join(folder, 'trash', damaged));
    await writeFile(join(folder, 'trash', damaged, 'entry.json'), '{"format":');
    const { entries } = (await browser.get('/api/trash')).json;
    expect(entries).toMatchObject([{ id: damaged, title: 'A damaged entry', bytes: 10 }]);
    expect((await browser.send('POST', `/api/trash/${damaged}/restore`, {})).status).toBe(422);
    expect((await browser.send('DELETE', `/api/trash/${damaged}`)).json).toEqual({ freed: 10 });
    expect((await browser.get(`/api/motions/${id}`)).json.title).toBe('A walk');
  });

  test('a motion file is brought, and given out as it was', async () => {
    const path = await writeTestMotion(at('cat.safetensors'));
    const bytes = await readFile(path);
    const { json: motion } = await browser.send('POST', '/api/motions?name=a%20cat.safetensors', bytes);
    expect(motion).toMatchObject({
      title: 'a_cat',
      kind: 'file',
      state: 'done',
      prompt: 'a cat walks',
      frames: 3,
    });
    const file = await browser.get(`/api/motions/${motion.id}/file`);
    expect(file.body.equals(bytes)).toBe(true);
    expect(file.headers['content-disposition']).toMatch(/^attachment; filename="a_cat.safetensors"/);
    const wrong = await browser.send('POST', '/api/motions?name=x.safetensors', Buffer.from('no motion'));
    expect(wrong.status).toBe(422);
    expect((await readdir(join(folder, 'motions'))).sort()).toEqual(['a_cat.safetensors', 'broken', 'walk']);
  });
});

describe('clips', () => {
  test('are brought, looked at as a training sees them, and get captions', async () => {
    const { json: set } = await browser.send('POST', '/api/clip-sets', { title: 'Walks' });
    const up = await browser.send(
      'POST',
      `/api/clip-sets/${set.id}/files?name=out.mp4`,
      await readFile(clip),
    );
    expect(up.json.clip).toMatchObject({ name: 'out.mp4', kind: 'video' });
    const { id } = up.json.clip;
    const no = await browser.send(
      'POST',
      `/api/clip-sets/${set.id}/files?name=no.mp4`,
      Buffer.from('no clip'),
    );
    expect(no.status).toBe(422);
    const captions = [{ clip: id, caption: 'a man\nwalks' }];
    expect((await browser.send('PUT', '/api/captions', { captions })).json).toEqual({ done: true });
    expect(await readFile(join(folder, 'clips', 'Walks', 'out.txt'), 'utf8')).toBe('a man walks\n');
    const settings = { frames: 4, width: 32, height: 32 };
    const { json: found } = await browser.send('POST', '/api/clips/look', { clips: [id], settings });
    expect(found.clips).toMatchObject([
      { clip: id, usable: true, caption: 'a man walks', sees: { stripFrames: 4 } },
    ]);
    const { strip, loop } = found.clips[0].sees;
    for (const [address, type] of [
      [strip, 'image/png'],
      [loop, 'image/webp'],
    ]) {
      const picture = await browser.get(address);
      expect(picture.headers['content-type']).toBe(type);
      expect(picture.body.length).toBeGreaterThan(100);
    }
    const sets = (await browser.get('/api/clip-sets')).json.sets;
    expect(sets).toMatchObject([{ title: 'Walks', clips: [{ id, caption: 'a man walks' }], others: [] }]);
  });
});

describe('videos', () => {
  test('play in parts, and have small copies that are made when they are asked for', async () => {
    await cp(clip, join(folder, 'videos', 'x.mp4'));
    const { videos, all } = (await browser.get('/api/videos')).json;
    expect(all).toBe(1);
    const [{ id, plays, loop, still }] = videos;
    expect((await browser.get('/api/videos?sought=X')).json).toEqual({ videos, all });
    expect((await browser.get('/api/videos?sought=fox')).json).toEqual({ videos: [], all: 0 });
    expect((await browser.get('/api/videos?from=1')).json).toEqual({ videos: [], all });
    const bytes = await readFile(clip);
    const part = await new Promise<{ status: number; range: string; body: Buffer }>((resolve) => {
      const headers = { ...browser.headers, range: 'bytes=10-19' };
      request({ host: '127.0.0.1', port: studio.port, path: plays, headers }, (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (each) => parts.push(each));
        answer.on('end', () =>
          resolve({
            status: answer.statusCode!,
            range: String(answer.headers['content-range']),
            body: Buffer.concat(parts),
          }),
        );
      }).end();
    });
    expect(part).toEqual({ status: 206, range: `bytes 10-19/${bytes.length}`, body: bytes.subarray(10, 20) });
    const [small, first] = await Promise.all([browser.get(loop), browser.get(still)]);
    expect(small.headers['content-type']).toBe('image/webp');
    expect(first.headers['content-type']).toBe('image/webp');
    const saved = await browser.get(`/api/videos/${id}/download`);
    expect(saved.headers['content-disposition']).toMatch(/^attachment; filename="x.mp4"/);
    expect(saved.body.equals(bytes)).toBe(true);
  });
});

/** Reads the events of a stream until `enough` says so. */
async function eventsUntil(enough: (text: string) => boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    const { headers } = browser;
    const asked = request(
      { host: '127.0.0.1', port: studio.port, path: '/api/events', headers },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part) => {
          text += part;
          if (!enough(text)) return;
          asked.destroy();
          resolve(text);
        });
      },
    );
    asked.on('error', reject);
    asked.end();
  });
}

test('50 pages are told what changes, whoever changes it, while one does not read', async () => {
  const slow = request({
    host: '127.0.0.1',
    port: studio.port,
    path: '/api/events',
    headers: browser.headers,
  });
  slow.on('response', (answer) => answer.pause());
  slow.on('error', () => {});
  slow.end();
  let greeted = 0;
  const pages = Array.from({ length: 50 }, () => {
    let isGreeted = false;
    return eventsUntil((text) => {
      if (!isGreeted && text.includes('"hello"')) {
        isGreeted = true;
        greeted++;
      }
      return text.includes('"what":"videos"');
    });
  });
  await until(async () => greeted === 50);
  await cp(clip, join(folder, 'videos', 'y.mp4'));
  const told = await Promise.all(pages);
  expect(told).toHaveLength(50);
  slow.destroy();
  const began = performance.now();
  await browser.get('/api/studio');
  expect(performance.now() - began).toBeLessThan(5000);
});

describe('jobs', () => {
  test('a form becomes a job, and says its command; the queue is paused, ordered and emptied', async () => {
    await browser.send('PUT', '/api/jobs/pause', { paused: true });
    const base = itemId(tinyBase);
    const form = (seed: number) => ({
      kind: 'draw',
      prompt: 'a cat',
      base,
      settings: { seed, width: 16, height: 16 },
    });
    const { json } = await browser.send('POST', '/api/jobs', { forms: [form(1), form(2)] });
    const [one, two] = json.jobs;
    expect(one).toMatchObject({ kind: 'draw', title: 'a cat', state: 'waiting', form: form(1) });
    expect(one.settings).toEqual({ prompt: 'a cat', seed: 1, width: 16, height: 16 });
    const say = (...forms: object[]) => browser.send('POST', '/api/forms/command', { forms });
    const said = await say(form(1));
    expect(said.json.command).toBe(
      `lamp image --prompt 'a cat' --base ${tinyBase} --seed 1 --out picture.png --size 16x16`,
    );
    expect((await say(form(1), form(2))).json.command.split('\n')).toMatchObject([
      expect.stringContaining('--seed 1 --out picture-1.png'),
      expect.stringContaining('--seed 2 --out picture-2.png'),
    ]);
    // What one is estimated to take, others that differ in their seeds alone take as well.
    const costs = async () => {
      const { jobs } = (await browser.get('/api/jobs')).json;
      return (
        jobs.every(({ cost }: { cost?: object }) => cost) && jobs.map(({ cost }: { cost: object }) => cost)
      );
    };
    const [cost, other] = await until(costs);
    expect(cost).toEqual({ seconds: expect.any(Number), memory: expect.any(Number) });
    expect(other).toEqual(cost);
    await browser.send('PUT', '/api/jobs/order', { jobs: [two.id, one.id] });
    const changed = await browser.send('PATCH', `/api/jobs/${one.id}`, { form: form(3) });
    const list = (await browser.get('/api/jobs')).json;
    expect(list).toMatchObject({ paused: true, most: 1 });
    expect(list.jobs.map(({ id }: { id: string }) => id)).toEqual([two.id, changed.json.id]);
    expect(list.jobs[1]).toMatchObject({ settings: { seed: 3 }, cost });
    for (const { id } of list.jobs) await browser.send('DELETE', `/api/jobs/${id}`);
    await browser.send('PUT', '/api/jobs/pause', { paused: false });
    expect((await browser.get('/api/jobs')).json.jobs).toEqual([]);
  });

  test('folders that hold no readable job are named, and can be removed; one that is being put is not', async () => {
    const ids = ['20260102-030405-00000001', '20260102-030405-00000002', '20260102-030405-00000003'];
    const [broken, without, begun] = ids.map((id) => join(folder, 'jobs', id)) as [string, string, string];
    for (const path of [broken, without, begun]) await mkdir(path);
    await writeFile(join(broken, 'job.json'), '{"format":"lamp-job"');
    await utimes(without, 1, 1);
    const { damaged, jobs } = (await browser.get('/api/jobs')).json;
    expect(damaged).toMatchObject([
      {
        id: ids[0],
        problem: {
          kind: 'CheckpointError',
          message: expect.stringContaining('not valid JSON'),
          advice: [expect.stringContaining('Remove it')],
        },
      },
      { id: ids[1], problem: { message: expect.stringContaining('job.json') } },
    ]);
    expect(dateOfJob(ids[0]!)).toBe('2026-01-02T03:04:05Z');
    expect(jobs).toEqual([]);
    expect((await browser.send('DELETE', `/api/jobs/${ids[2]}`)).status).toBe(404);
    await rm(begun, { recursive: true });
    for (const id of ids.slice(0, 2)) {
      expect((await browser.send('DELETE', `/api/jobs/${id}`)).status).toBe(200);
    }
    expect((await browser.get('/api/jobs')).json.damaged).toEqual([]);
  });

  test('what is wrong with a form, and what it takes, is said before it is put', async () => {
    const [clipSet] = (await browser.get('/api/clip-sets')).json.sets;
    const form = (settings: object) => ({
      kind: 'learn',
      prompt: 'a walk',
      base: itemId(tinyBase),
      clips: [{ id: clipSet.clips[0].id }],
      settings: { frames: 2, width: 64, height: 64, steps: 3, ...settings },
    });
    const right = (await browser.send('POST', '/api/forms/estimate', { form: form({}) })).json;
    expect(right).toMatchObject({ problems: [], memory: { fits: true }, time: { steps: 3 } });
    expect(right.memory.needed).toBeGreaterThan(1e6);
    const wrong = (await browser.send('POST', '/api/forms/estimate', { form: form({ steps: 0 }) })).json;
    expect(wrong.problems).toMatchObject([{ kind: 'UsageError', setting: 'steps' }]);
  });
});
