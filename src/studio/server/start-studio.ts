/** @file Starts the server of a studio. */
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { basename, join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { z } from 'zod';
import { writeJsonAtomically } from '../../checkpoints/atomic-write.ts';
import { readJsonFile } from '../../checkpoints/json-file.ts';
import { LampError, StorageError, UsageError } from '../../errors.ts';
import { inheritedOptions } from '../../library/inherited-options.ts';
import { lockFolder, lockOwner } from '../../training/run-lock.ts';
import { packageVersion } from '../../versions.ts';
import { jobQueue } from '../jobs/job-queue.ts';
import { openStudioFolder, type StudioFolder } from '../studio-folder.ts';
import { basesOf } from './base-shelf.ts';
import { type Catalogue, catalogueSchema } from './catalogue.ts';
import { clipHandlers } from './clip-handlers.ts';
import { copiesOf } from './copies.ts';
import { eventHub } from './event-hub.ts';
import { guardOf, isLoopback, safetyHeaders } from './guard.ts';
import { answerRequests, refusal } from './handlers.ts';
import { jobBook } from './job-book.ts';
import { jobHandlers } from './job-handlers.ts';
import { startLooks } from './looks.ts';
import { machineHandlers } from './machine-handlers.ts';
import { motionHandlers } from './motion-handlers.ts';
import { motionItems, shownMotion } from './motion-shelf.ts';
import { pageFiles } from './page-files.ts';
import { entrancePage, plainPage } from './plain-page.ts';
import { problemOf, RequestError, statusOf } from './request-error.ts';
import type { StudioContext } from './studio-context.ts';
import { openTitles } from './titles.ts';
import { clearUploads, type UploadLimits, usualLimits } from './uploads.ts';
import { videoHandlers } from './video-handlers.ts';
import { shownVideo, videoItems } from './video-shelf.ts';
import { watchStudio } from './watch-studio.ts';

/** Options of {@link startStudio}. */
export interface StudioOptions {
  readonly folder: string;
  /** Program that sends the `Catalogue` to its parent. */
  readonly catalogue: string;
  /** Port to listen on; 0: any that is free. */
  readonly port: number;
  /** Address to listen on; one of other machines' needs a password. Default `127.0.0.1`. */
  readonly host?: string | undefined;
  readonly password?: string | undefined;
  /** Folders of base models. */
  readonly bases?: readonly string[] | undefined;
  /** How many jobs run at the same time; default 1. */
  readonly jobs?: number | undefined;
  /** Folder of the built page; without it there is a plain list. */
  readonly page?: string | undefined;
  readonly limits?: Partial<UploadLimits> | undefined;
  /** Options of Node.js for the studio's processes; default those of this one. */
  readonly execArgv?: readonly string[] | undefined;
  /** How far jobs give way to others, from 0 to 19; default 10. */
  readonly niceness?: number | undefined;
}

/** A studio's server. */
export interface RunningStudio {
  /** The address with the token: who opens it is let in. */
  readonly link: string;
  readonly port: number;
  /** Ends the server. Jobs go on. */
  close(): Promise<void>;
}

const identitySchema = z.object({
  format: z.literal('lamp-studio'),
  id: z.string().regex(/^[0-9a-f]{8}$/),
  session: z.string().min(32),
});

/**
 * Starts the server of the studio in a folder, which is made if it is missing. Throws `StorageError` if another server
 * serves it or the folder cannot be written, and `UsageError` for an address that is taken or that needs a password, or
 * a folder of bases that is not there.
 */
export async function startStudio(options: StudioOptions): Promise<RunningStudio> {
  const { host = '127.0.0.1', password, execArgv = inheritedOptions(), niceness } = options;
  assertAddress(host, password);
  for (const bases of options.bases ?? []) await assertFolder(bases);
  const folder = await openStudioFolder(options.folder);
  const unlock = await lockStudio(folder);
  try {
    const { id, session } = await identityOf(folder);
    await clearUploads(folder);
    const catalogue = catalogueFrom(options.catalogue, execArgv);
    const hub = eventHub({ type: 'hello', studio: id, version: packageVersion });
    let ready: Catalogue | undefined;
    catalogue().then(
      (found) => {
        ready = found;
        hub.send({ type: 'changed', what: 'jobs' });
      },
      () => {}, // Whoever needs it is told why it is not there.
    );
    const jobs = jobBook(folder, () => ready);
    const most = options.jobs ?? 1;
    const shared = {
      ...{ folder, id, hub, jobs, most, catalogue },
      limits: { ...usualLimits, ...options.limits },
      titles: await openTitles(folder),
      queue: jobQueue(folder, { most, execArgv, niceness, jobs: () => jobs.all() }),
      looks: startLooks({ execArgv }),
      bases: basesOf(folder, options.bases ?? []),
    };
    const watcher = watchStudio(shared);
    const context: StudioContext = { ...shared, touched: () => watcher.touch() };
    let port = options.port;
    const guard = guardOf({ id, session, host, password, port: () => port });
    const app = appOf(context, guard, { hasPassword: password !== undefined, page: options.page });
    const server = createServer({ headersTimeout: 10_000, requestTimeout: 0 }, (request, response) =>
      listener(request, response),
    );
    const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
    try {
      port = await listen(server, host, port);
    } catch (error) {
      watcher.close();
      shared.looks.close();
      throw error;
    }
    const shownHost = host.includes(':') ? `[${host}]` : host === '0.0.0.0' ? 'localhost' : host;
    return {
      link: `http://${shownHost}:${port}/enter?token=${guard.token}`,
      port,
      async close() {
        watcher.close();
        hub.close();
        shared.looks.close();
        const closed = new Promise((end) => server.close(end));
        server.closeAllConnections();
        await closed;
        await unlock();
      },
    };
  } catch (error) {
    await unlock();
    throw error;
  }
}

function appOf(
  context: StudioContext,
  guard: ReturnType<typeof guardOf>,
  { hasPassword, page }: { readonly hasPassword: boolean; readonly page: string | undefined },
): Hono {
  const app = new Hono();
  const files = pageFiles(page);
  const copies = copiesOf(context.folder, context.looks);
  app.onError((error) => refusal(error));
  app.use(async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(safetyHeaders)) c.res.headers.set(name, value);
  });
  app.use(async (c, next) => {
    guard.assertFromHere(c.req.raw);
    await next();
  });
  app.get('/enter', (c) => {
    const token = c.req.query('token');
    if (token === undefined) return c.html(entrancePage(hasPassword), hasPassword ? 200 : 401);
    try {
      c.header('set-cookie', guard.byToken(token));
      return c.redirect('/', 303);
    } catch (error) {
      return c.html(entrancePage(hasPassword, problemOf(error)), statusOf(error) as 401);
    }
  });
  app.post('/enter', async (c) => {
    const length = Number(c.req.header('content-length') ?? Number.POSITIVE_INFINITY);
    if (!(length < 10_000)) throw new RequestError(413, 'the request is too large');
    const { password: given } = await c.req.parseBody();
    try {
      c.header('set-cookie', guard.byPassword(String(given)));
      return c.redirect('/', 303);
    } catch (error) {
      return c.html(entrancePage(hasPassword, problemOf(error)), statusOf(error) as 401);
    }
  });
  app.use(async (c, next) => {
    if (guard.isKnown(c.req.raw)) return next();
    if (c.req.path.startsWith('/api/')) {
      throw new RequestError(401, 'this browser has not come by the link', [
        'Open the link that lamp studio prints.',
      ]);
    }
    return c.html(entrancePage(hasPassword), 401);
  });
  answerRequests(app, {
    ...motionHandlers(context, copies),
    ...clipHandlers(context),
    ...jobHandlers(context),
    ...videoHandlers(context, copies),
    ...machineHandlers(context),
  });
  app.get('*', async (c) => {
    const file = await files?.(c.req.path);
    if (file) return file;
    if (c.req.path !== '/' || files) throw new RequestError(404, 'there is nothing at this address');
    return c.html(plainPage(await listOf(context)));
  });
  app.all('*', () => {
    throw new RequestError(404, 'there is nothing at this address');
  });
  return app;
}

async function listOf(context: StudioContext) {
  const [motions, videos, queue] = [
    await motionItems(context),
    await videoItems(context),
    await context.queue.list(),
  ];
  const jobs = await context.jobs.byId();
  return {
    name: basename(context.folder.root),
    motions: await Promise.all(motions.map((each) => shownMotion(context, each))),
    videos: videos.slice(0, 100).map((item) => shownVideo(context, jobs, item)),
    jobs: await Promise.all(queue.map((job) => context.jobs.view(job))),
  };
}

/** Throws `UsageError` where there is no such folder of base models. */
async function assertFolder(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return;
  throw new UsageError({
    found: found ? `"${path}" is no folder` : `there is no folder "${path}"`,
    expected: 'a folder of base models',
    setting: 'bases',
  });
}

/** Throws `UsageError` for an address of other machines' without a password. */
function assertAddress(host: string, password: string | undefined): void {
  if (isLoopback(host) || (password !== undefined && password.length >= 8)) return;
  throw new UsageError({
    found: `with the address "${host}", other machines of the network can reach the studio`,
    expected: password === undefined ? 'a password' : 'a password of at least 8 characters',
    setting: 'password',
    advice:
      'Give one. It and all that is shown travel the network unencrypted: use it only where you trust the network.',
  });
}

async function lockStudio(folder: StudioFolder): Promise<() => Promise<void>> {
  return lockFolder(folder.root).catch(async (error: unknown) => {
    const owner = await lockOwner(folder.root);
    if (owner === undefined) throw error;
    throw new StorageError({
      found: `the studio in "${folder.root}" is open already, served by process ${owner}`,
      advice: 'Use the link that it printed, or stop it first.',
    });
  });
}

/** What tells the studio apart, and the secret of its cookies; both are made once. */
async function identityOf({ root }: StudioFolder): Promise<z.output<typeof identitySchema>> {
  const path = join(root, 'studio.json');
  const known = await readJsonFile(path, identitySchema, 'what the studio is').catch(() => undefined);
  if (known) return known;
  const made = {
    format: 'lamp-studio' as const,
    id: randomBytes(4).toString('hex'),
    session: randomBytes(24).toString('base64url'),
  };
  await writeJsonAtomically(path, made);
  await chmod(path, 0o600).catch(() => {});
  return made;
}

/** Asks a process for the catalogue, once; again if that failed. */
function catalogueFrom(program: string, execArgv: readonly string[]): () => Promise<Catalogue> {
  let known: Promise<Catalogue> | undefined;
  return () => {
    known ??= new Promise<unknown>((found, failed) => {
      const child = fork(program, [], {
        execArgv: [...execArgv],
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      });
      let said = '';
      child.stderr!.setEncoding('utf8').on('data', (text: string) => {
        said = `${said}${text}`.slice(-4000);
      });
      child.once('message', (message) => {
        found(message);
        child.kill();
      });
      child.once('error', failed);
      child.once('close', () => {
        const [why = 'it ended without a word'] = said.split('\n').filter((line) => /error/i.test(line));
        failed(
          new LampError({
            found: `what the studio shows of lamp cannot be loaded: ${why.trim()}`,
            advice: '"lamp doctor" says what this machine lacks.',
          }),
        );
      });
    }).then((message) => catalogueSchema.parse(message));
    known.catch(() => {
      known = undefined;
    });
    return known;
  };
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(port, host, () => {
      server.off('error', failed);
      listening();
    });
  }).catch((error: NodeJS.ErrnoException) => {
    const why =
      error.code === 'EADDRINUSE' ? 'is taken by another program' : `cannot be used (${error.code})`;
    throw new UsageError({
      found: `port ${port} of ${host} ${why}`,
      setting: 'port',
      advice: 'Choose another one; 0 takes any that is free.',
    });
  });
  const address = server.address();
  return typeof address === 'object' && address ? address.port : port;
}
