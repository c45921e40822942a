import { type ChildProcess, spawn } from 'node:child_process';
import { cp, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { learnMotion } from '../../library/learn-motion.ts';
import { fromSource } from '../../testing/from-source.ts';
import { tinyBase } from '../../testing/library-models.ts';
import { catalogueProgram, until, visit } from '../../testing/studio-visitor.ts';
import { testFolder } from '../../testing/test-folder.ts';
import { testdata } from '../../testing/testdata.ts';
import { lockOwner } from '../../training/run-lock.ts';
import { readEvents } from '../jobs/job-files.ts';
import { openStudioFolder } from '../studio-folder.ts';
import { itemId } from './item-id.ts';

const at = await testFolder();
const place = at('studio');
const studio = await openStudioFolder(place);
/** A server in a process of its own, whose jobs are as eager as the test, which waits for them. */
const program = `
  const { startStudio } = await import(${JSON.stringify(fileURLToPath(new URL('./start-studio.ts', import.meta.url)))});
  const given = ${JSON.stringify({ folder: place, catalogue: catalogueProgram, port: 0, niceness: 0, bases: [tinyBase] })};
  const { link } = await startStudio({ ...given, execArgv: ${JSON.stringify(fromSource)} });
  console.log(link);`;
const started: ChildProcess[] = [];
const workers = new Set<number>();

afterAll(() => {
  for (const child of started) child.kill('SIGKILL');
  for (const pid of workers) signal(pid, 'SIGKILL');
});

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended.
  }
}

/** Starts the server, and comes by its link. */
async function serve() {
  const child = spawn(process.execPath, [...fromSource, '--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(child);
  let text = '';
  child.stdout!.setEncoding('utf8').on('data', (part) => {
    text += part;
  });
  const link = await until(async () => /^http:\S+\n/.exec(text)?.[0].trim());
  const page = await visit({ link, port: Number(new URL(link).port) });
  const kill = async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  };
  return { ...page, kill };
}

test('killed server and job at random moments: the order is kept, each has one result, and the bytes are the same', async () => {
  const clip = join(studio.clips, 'walks', 'walk.mp4');
  await mkdir(join(studio.clips, 'walks'));
  await cp(testdata('clips/walking/walk_out_01.mp4'), clip);
  const base = itemId(tinyBase);
  const settings = { frames: 2, width: 32, height: 32, steps: 120, saveEvery: 30, seed: 4, device: 'cpu' };
  const learn = {
    kind: 'learn',
    prompt: 'a walk',
    base,
    clips: [{ id: itemId('clips/walks/walk.mp4') }],
    settings,
  };
  const draw = (seed: number) => ({
    ...{ kind: 'draw', prompt: `picture ${seed}`, base },
    settings: { seed, width: 16, height: 16, samplerSteps: 1, device: 'cpu' },
  });
  let server = await serve();
  const put = { forms: [learn, draw(1), draw(2), draw(3)] };
  const { jobs } = (await server.send('POST', '/api/jobs', put)).json as { jobs: { id: string }[] };
  const [training, ...drawings] = jobs.map(({ id }) => id) as [string, ...string[]];
  const [one, two, three] = drawings as [string, string, string];
  await server.send('PUT', '/api/jobs/order', { jobs: [training, two, one, three] });
  const order = [training, two, one, three];

  /** When the training has taken some more steps, and a random moment later. */
  const someSteps = async () => {
    const steps = async () => {
      const { events } = await readEvents(studio, training);
      expect(events.map(({ type }) => type)).not.toContain('done');
      return events.filter(({ type }) => type === 'step').length;
    };
    const before = await steps();
    await until(async () => (await steps()) > before);
    await pause(Math.random() * 50);
  };
  const worker = async () => {
    const pid = await lockOwner(join(studio.jobs, training));
    if (pid !== undefined) workers.add(pid);
    return pid;
  };
  const queue = async () => {
    const { jobs } = (await server.get('/api/jobs')).json as { jobs: { id: string; state: string }[] };
    return Object.fromEntries(jobs.map(({ id, state }) => [id, state]));
  };
  const waitingInOrder = async () => {
    const { jobs } = (await server.get('/api/jobs')).json as { jobs: { id: string; state: string }[] };
    const waiting = jobs.filter(({ state }) => state === 'waiting').map(({ id }) => id);
    expect(waiting).toEqual(order.filter((id) => waiting.includes(id)));
    return waiting;
  };

  // The server alone: the same process trains on. It is held still while the next server begins, which takes longer.
  await someSteps();
  const pid = (await worker())!;
  signal(pid, 'SIGSTOP');
  await server.kill();
  server = await serve();
  expect((await queue())[training]).toBe('running');
  expect(await waitingInOrder()).toEqual([two, one, three]);
  expect(await worker()).toBe(pid);
  signal(pid, 'SIGCONT');

  // Both: what waits is begun by the next server, and the training goes on once it is told to.
  await someSteps();
  signal(pid, 'SIGKILL');
  await server.kill();
  await until(async () => (await worker()) === undefined);
  server = await serve();
  expect((await queue())[training]).toBe('stopped');
  await waitingInOrder();
  await server.send('POST', `/api/jobs/${training}/go-on`, {});
  await waitingInOrder();

  // The job alone, while the server looks on.
  await someSteps();
  signal((await worker())!, 'SIGKILL');
  await until(async () => (await queue())[training] === 'stopped');
  await server.send('POST', `/api/jobs/${training}/go-on`, {});

  const done = await until(async () => {
    const states = await queue();
    for (const id of order) expect(states[id]).not.toBe('failed');
    return order.every((id) => states[id] === 'done') && states;
  });
  expect(Object.keys(done)).toHaveLength(4);
  const told = await Promise.all(order.map(async (id) => (await readEvents(studio, id)).events));
  for (const events of told) expect(events.filter(({ type }) => type === 'done')).toHaveLength(1);
  const ends = told.slice(1).map((events) => events.find(({ type }) => type === 'done')!.at);
  expect(ends).toEqual([...ends].sort());
  expect((await readdir(studio.pictures)).sort()).toEqual(drawings.map((id) => `${id}.png`).sort());
  expect(await readdir(studio.motions)).toEqual([training]);
  await learnMotion({
    ...settings,
    device: 'cpu',
    base: tinyBase,
    clips: [clip],
    prompt: 'a walk',
    out: at('whole'),
  });
  const name = 'motion.safetensors';
  const [ours, unbroken] = [join(studio.motions, training, name), at(join('whole', name))];
  expect((await readFile(ours)).equals(await readFile(unbroken))).toBe(true);
}, 300_000); // Some seconds; many processes begin, which takes long on a busy machine.
