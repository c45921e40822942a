/** @file A studio's server for tests, and a browser that has come by its link. */
import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { type RunningStudio, type StudioOptions, startStudio } from '../studio/server/start-studio.ts';
import { fromSource } from './from-source.ts';

/** The program that tells a server of the library and the command. */
export const catalogueProgram = fileURLToPath(new URL('../cli/studio-catalogue.ts', import.meta.url));

/** Starts the server of a studio on a free port; `start` may be that of another build. */
export function openTestStudio(
  folder: string,
  more: Partial<StudioOptions> = {},
  start: typeof startStudio = startStudio,
): Promise<RunningStudio> {
  // Jobs are as eager as the test, which waits for them.
  const usual = { port: 0, catalogue: catalogueProgram, execArgv: fromSource, niceness: 0 };
  return start({ folder, ...usual, ...more });
}

/** Waits until a look finds something. */
export async function until<T>(look: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await pause(50);
  }
}

/** An answer. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  /** The body as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it.
  readonly json: any;
}

/** What is sent besides the address. */
export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON. */
  readonly body?: object | Buffer | AsyncIterable<Buffer>;
}

/** Sends a request exactly as it is said: no header is added, no address is tidied. */
export function ask(
  port: number,
  path: string,
  { method = 'GET', headers = {}, body }: Asked = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () => {
        const whole = Buffer.concat(parts);
        resolve({
          status: answer.statusCode!,
          headers: answer.headers,
          body: whole,
          get json() {
            return JSON.parse(whole.toString('utf8'));
          },
        });
      });
    });
    sent.on('error', reject);
    void (async () => {
      if (body instanceof Buffer) sent.end(body);
      else if (body === undefined) sent.end();
      else if (Symbol.asyncIterator in body) {
        for await (const part of body)
          if (!sent.write(part)) await new Promise((go) => sent.once('drain', go));
        sent.end();
      } else sent.end(JSON.stringify(body));
    })().catch(reject);
  });
}

/** A browser that has come by a studio's link: it has the cookie, and sends its pages' origin. */
export async function visit({ link, port }: Pick<RunningStudio, 'link' | 'port'>) {
  const entered = await ask(port, link.slice(link.indexOf('/enter')));
  const cookie = String(entered.headers['set-cookie']).split(';')[0]!;
  const headers = { cookie, origin: `http://127.0.0.1:${port}` };
  return {
    cookie,
    headers,
    entered,
    get: (path: string) => ask(port, path, { headers }),
    send: (method: string, path: string, body?: object | Buffer | AsyncIterable<Buffer>) =>
      ask(port, path, {
        method,
        headers: {
          ...headers,
          ...(body && !(body instanceof Buffer) && !(Symbol.asyncIterator in body)
            ? { 'content-type': 'application/json' }
            : {}),
        },
        ...(body && { body }),
      }),
  };
}

/** What tests of a studio's work do: all answers are checked to be as they should, and come as JSON. */
export function worksAt(browser: () => Awaited<ReturnType<typeof visit>>) {
  const get = async (path: string) => (await browser().get(path)).json;
  const send = async (method: string, path: string, body: object = {}) => {
    const { status, json } = await browser().send(method, path, body);
    expect(status, JSON.stringify(json)).toBe(200);
    return json;
  };
  return {
    get,
    send,
    /** Puts forms, and returns the jobs' identifiers. */
    put: async (...forms: readonly object[]): Promise<string[]> =>
      (await send('POST', '/api/jobs', { forms })).jobs.map(({ id }: { id: string }) => id),
    /** The job when it is done. */
    done: async (id: string) => {
      const job = await until(async () => {
        const now = await get(`/api/jobs/${id}`);
        return now.state !== 'waiting' && now.state !== 'running' && now;
      });
      expect(job, JSON.stringify(job.problem)).toMatchObject({ state: 'done' });
      return job;
    },
  };
}
