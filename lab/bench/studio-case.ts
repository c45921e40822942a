/**
 * @file Measures a studio while a training uses the machine: how soon its server answers, each request's times, and
 * what the studio costs the training. The same training runs on with and without the server.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { resultPath, writeJob } from '../../src/studio/jobs/job-files.ts';
import { openStudioFolder } from '../../src/studio/studio-folder.ts';
import { readMetrics } from '../../src/training/metrics.ts';
import { lockOwner } from '../../src/training/run-lock.ts';
import { quantile } from './quantile.ts';
import { measurePage, type PageReport, pageLines } from './studio-page.ts';

/** The case's name. */
export const studioCase = 'studio';

/** Times of a request in milliseconds. */
export interface RouteTimes {
  readonly route: string;
  readonly median: number;
  readonly p99: number;
}

/** What was measured. */
export interface StudioReport {
  /** Seconds from the start of the command to its first answer. */
  readonly firstAnswer: number;
  /** Videos in the studio, each with the job that made it. */
  readonly gallery: number;
  readonly requests: number;
  readonly routes: readonly RouteTimes[];
  /** Median seconds of a step: with the server and a page that watches, with many requests, and without the server. */
  readonly watched: number;
  readonly asked: number;
  readonly alone: number;
  /** Steps in each of these. */
  readonly steps: number;
  /** In a browser, while the training runs; absent where none is named, or no page is built. */
  readonly page?: PageReport;
}

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const builtPage = fileURLToPath(new URL('../../dist/studio/page/index.html', import.meta.url));
const clip = fileURLToPath(new URL('../../testdata/clips/walking/walk_out_01.mp4', import.meta.url));

/** How much to do. */
export interface StudioCaseOptions {
  /** Requests of each route. */
  readonly requests?: number;
  /** Steps of the training for each of its times. */
  readonly steps?: number;
  /** Videos in the studio. */
  readonly gallery?: number;
}

/** Runs the case. */
export async function runStudioCase({
  requests = 200,
  steps = 20,
  gallery = 1000,
}: StudioCaseOptions = {}): Promise<StudioReport> {
  const folder = await mkdtemp(join(tmpdir(), 'lamp-bench-'));
  let server: Served | undefined;
  let worker: number | undefined;
  try {
    await mkdir(join(folder, 'clips', 'walks'), { recursive: true });
    await cp(clip, join(folder, 'clips', 'walks', basename(clip)));
    await writeGallery(folder, gallery);
    server = await serve(folder);
    const { sets } = (await server.ask('/api/clip-sets')) as { sets: { clips: { id: string }[] }[] };
    const form = {
      kind: 'learn',
      prompt: 'a person walks',
      clips: [{ id: sets[0]!.clips[0]!.id }],
      settings: { steps: 1_000_000, saveEvery: 1_000_000, device: 'cpu' },
    };
    const { jobs } = (await server.ask('/api/jobs', { forms: [form] })) as { jobs: { id: string }[] };
    const { id } = jobs[0]!;
    const times = async () =>
      (await readMetrics(join(folder, 'motions', id, 'metrics.jsonl'))).map(({ seconds }) => seconds);
    const median = async (work?: () => Promise<void>) => {
      const before = (await times().catch(() => [])).length;
      await work?.();
      for (;;) {
        const taken = (await times().catch(() => [])).slice(before);
        if (taken.length >= steps) return quantile(taken, 0.5);
        await pause(200);
      }
    };
    await median(); // The first steps are slower.
    worker = await lockOwner(join(folder, 'jobs', id));
    const watching = Array.from({ length: tabs }, () => server!.watch());
    const watched = await median();
    const { motions } = (await server.ask('/api/motions')) as { motions: { id: string }[] };
    const routes: RouteTimes[] = [];
    const asked = await median(async () => {
      for (const route of addresses(id, motions[0]!.id)) {
        const taken: number[] = [];
        for (let n = 0; n < requests; n++) {
          const began = performance.now();
          await server!.ask(route);
          taken.push(performance.now() - began);
        }
        routes.push({ route, median: quantile(taken, 0.5), p99: quantile(taken, 0.99) });
      }
    });
    const page = await inBrowser(server.link);
    for (const close of watching) close();
    const { firstAnswer } = server;
    server.child.kill('SIGKILL');
    const alone = await median();
    return { firstAnswer, gallery, requests, routes, watched, asked, alone, steps, ...(page && { page }) };
  } finally {
    server?.child.kill('SIGKILL');
    if (worker !== undefined) process.kill(worker, 'SIGKILL');
    await pause(500);
    await rm(folder, { recursive: true, force: true });
  }
}

/** The report in lines. */
export function studioLines(report: StudioReport): string[] {
  const { firstAnswer, gallery, requests, routes, watched, asked, alone, steps, page } = report;
  const width = Math.max(...routes.map(({ route }) => route.length));
  return [
    `first answer after ${firstAnswer.toFixed(2)} s, with ${gallery} videos; ${tabs} pages watch`,
    `${requests} requests of each route while a training runs, in ms: median, 99 of 100`,
    ...routes.map(
      ({ route, median, p99 }) =>
        `  ${route.padEnd(width)}  ${median.toFixed(1).padStart(6)}  ${p99.toFixed(1).padStart(6)}`,
    ),
    `a step (median of ${steps}): ${watched.toFixed(3)} s with the studio and pages that watch, ${asked.toFixed(3)} s`,
    `with these requests, ${alone.toFixed(3)} s without the studio: ${((100 * alone) / watched).toFixed(0)} % of its speed`,
    ...(page
      ? pageLines(page)
      : ['not measured in a browser: LAMP_CHROMIUM names none, or no page is built']),
  ];
}

/** What the page is like in the browser that `LAMP_CHROMIUM` names. */
async function inBrowser(link: string): Promise<PageReport | undefined> {
  if (process.env.LAMP_CHROMIUM === undefined || !existsSync(builtPage)) return undefined;
  const { startBrowser } = await import('../studio/page-visitor.ts');
  const browser = await startBrowser();
  try {
    return await measurePage(browser, link);
  } finally {
    await browser.close();
  }
}

/** Pages that watch the events. */
const tabs = 8;

/** Fills a studio with videos and the finished jobs that made them. */
async function writeGallery(folder: string, count: number): Promise<void> {
  const studio = await openStudioFolder(folder);
  for (let n = 0; n < count; n++) {
    const prompt = `a thing walks, ${n}`;
    const { id } = await writeJob(studio, 'generate', { motion: 'walks', prompt, seed: n });
    await cp(clip, `${resultPath(studio, { id, kind: 'generate' })}.mp4`);
  }
}

interface Served {
  readonly child: ChildProcess;
  readonly firstAnswer: number;
  readonly link: string;
  /** Asks, or sends JSON. Throws for what is refused. */
  ask(path: string, body?: object): Promise<unknown>;
  /** Watches the events, until the returned function is called. */
  watch(): () => void;
}

async function serve(folder: string): Promise<Served> {
  const began = performance.now();
  const words = ['--import', 'tsx', main, 'studio', folder, '--port', '0', '--no-open'];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const link = await new Promise<string>((resolve, reject) => {
    child.stdout!.once('data', (text) => resolve(String(text).trim()));
    child.once('exit', () => reject(new Error('the studio ended')));
  });
  const { origin } = new URL(link);
  const entered = await fetch(link, { redirect: 'manual' });
  const cookie = entered.headers.get('set-cookie')!.split(';')[0]!;
  const headers = { cookie, origin };
  const ask = async (path: string, body?: object) => {
    const sent = body && {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    };
    const answer = await fetch(`${origin}${path}`, sent ?? { headers });
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    return answer.json();
  };
  await ask('/api/studio');
  const firstAnswer = (performance.now() - began) / 1000;
  return {
    child,
    firstAnswer,
    link,
    ask,
    watch() {
      const controller = new AbortController();
      void fetch(`${origin}/api/events`, { headers, signal: controller.signal })
        .then(async ({ body }) => {
          for await (const _ of body as unknown as AsyncIterable<Uint8Array>);
        })
        .catch(() => {});
      return () => controller.abort();
    },
  };
}

function addresses(job: string, motion: string): string[] {
  const lists = [
    'studio',
    'settings',
    'motions',
    'clip-sets',
    'bases',
    'jobs',
    'videos',
    'pictures',
    'trash',
  ];
  const own = [`motions/${motion}`, `motions/${motion}/metrics`, `motions/${motion}/log`, `jobs/${job}`];
  return [...lists, 'machine/disk', ...own].map((path) => `/api/${path}`);
}
