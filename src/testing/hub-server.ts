/**
 * @file Two local HTTP servers that together behave like the Hugging Face hub: one answers API requests and redirects
 * large files to the other, which serves them, with range requests. Faults can be scheduled for the next requests.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A repository served by the servers: contents by path. */
export interface ServedRepository {
  /** `owner/name`. */
  readonly name: string;
  /** 40 hexadecimal digits. */
  readonly commit: string;
  readonly files: Map<string, Buffer>;
  /** Access restriction; default none. */
  readonly access?: 'gated' | 'private';
}

/** A fault of one request. */
export type Fault =
  /** Only this many bytes of the file are sent; the connection is cut as soon as `when` is fulfilled. */
  | { readonly kind: 'cut'; readonly after: number; readonly when: () => Promise<unknown> }
  /** Another status than 200. */
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Record<string, string> }
  /** The whole file is sent although a range was requested. */
  | { readonly kind: 'no ranges' }
  /** Other bytes are sent. */
  | { readonly kind: 'content'; readonly content: Buffer };

/** A request as received. */
export interface SeenRequest {
  readonly server: 'hub' | 'store';
  readonly path: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
}

/** The running servers. */
export interface HubServer {
  readonly endpoint: string;
  readonly requests: SeenRequest[];
  /** The next requests whose path contains `part` get these faults, one each. */
  order(part: string, ...faults: Fault[]): void;
  /** Accepts no connection until `start` is called again. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** The token that opens gated and private repositories. */
export const acceptedToken = 'hf_accepted';

/** Files of more bytes than this are stored separately, as with git-lfs. */
const largeBytes = 1000;

/** Starts the servers. */
export async function hubServer(repositories: readonly ServedRepository[]): Promise<HubServer> {
  const requests: SeenRequest[] = [];
  const ordered: { part: string; fault: Fault }[] = [];
  const blobs = new Map(
    repositories.flatMap(({ files }) => [...files.values()].map((each) => [hashOf(each), each])),
  );
  const handler =
    (server: SeenRequest['server'], answer: (at: string, response: ServerResponse, range?: string) => void) =>
    (request: IncomingMessage, response: ServerResponse) => {
      const { range, authorization } = request.headers;
      requests.push({ server, path: request.url!, range, authorization });
      const url = new URL(request.url!, 'http://localhost');
      const refused = refusal(repositories, url.pathname, authorization);
      if (refused) return void response.writeHead(refused.status, refused.headers).end();
      const at = ordered.findIndex(({ part }) => request.url!.includes(part));
      const [next] = at < 0 ? [] : ordered.splice(at, 1);
      if (next?.fault.kind === 'status') {
        return void response.writeHead(next.fault.status, next.fault.headers).end('sorry');
      }
      faults.set(response, next?.fault);
      answer(`${url.pathname}${url.search}`, response, range);
    };
  const store = createServer(
    handler('store', (at, response, range) => sendFile(response, blobs.get(at.slice(1))!, range)),
  );
  const hub: Server = createServer(
    handler('hub', (at, response, range) => {
      const path = decodeURIComponent(at);
      const repository = repositories.find(({ name }) => path.includes(`/${name}/`));
      if (!repository) return notFound(response, 'RepoNotFound');
      const { name, commit, files } = repository;
      const json = (value: unknown, headers = {}) => {
        const fault = faults.get(response);
        response
          .writeHead(200, { 'content-type': 'application/json', ...headers })
          .end(fault?.kind === 'content' ? fault.content : JSON.stringify(value));
      };
      const revision = /\/revision\/([^?]+)/.exec(path)?.[1];
      if (revision !== undefined && !['main', commit].includes(revision)) {
        return notFound(response, 'RevisionNotFound');
      }
      if (revision) return void json({ _id: '1', id: name, sha: commit, lastModified: '2024-01-01' });
      if (path.startsWith(`/api/models/${name}/tree/${commit}`)) {
        // Lists come in pages.
        const start = Number(/cursor=(\d+)/.exec(path)?.[1] ?? 0);
        const [entries, end] = [[...files], start + 4];
        const next = `<${address(hub)}/api/models/${name}/tree/${commit}?recursive=true&cursor=${end}>; rel="next"`;
        const folder = { type: 'directory', path: 'unet', size: 0, oid: '0'.repeat(40) };
        const page = entries.slice(start, end).map(([path, content]) => entryOf(path, content));
        return void json([folder, ...page], end < entries.length ? { link: next } : {});
      }
      const content = files.get(path.slice(`/${name}/resolve/${commit}/`.length));
      if (!content) return notFound(response, 'EntryNotFound');
      const hash = hashOf(content);
      if (content.length <= largeBytes) return sendFile(response, content, range);
      response.writeHead(302, {
        location: `${address(store)}/${hash}`,
        'x-linked-etag': `"${hash}"`,
        'x-linked-size': content.length,
      });
      response.end();
    }),
  );
  await Promise.all([listen(hub), listen(store)]);
  const [endpoint, { port }] = [address(hub), hub.address() as AddressInfo];
  return {
    endpoint,
    requests,
    order: (part, ...faults) => ordered.push(...faults.map((fault) => ({ part, fault }))),
    stop: async () => {
      await Promise.all([close(hub), close(store)]);
    },
    start: async () => {
      await Promise.all([listen(hub, port), listen(store)]);
    },
  };
}

/** The name of a content in the cache: SHA-256, or git's SHA-1 for small files. */
export function hashOf(content: Buffer): string {
  if (content.length > largeBytes) return createHash('sha256').update(content).digest('hex');
  return createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
}

const faults = new WeakMap<ServerResponse, Fault | undefined>();

function entryOf(path: string, content: Buffer) {
  const entry = { type: 'file', path, size: content.length };
  const hash = hashOf(content);
  if (content.length <= largeBytes) return { ...entry, oid: hash };
  return {
    ...entry,
    oid: '1'.repeat(40),
    lfs: { oid: hash, size: content.length, pointerSize: 134 },
    xetHash: '2'.repeat(64),
  };
}

function sendFile(response: ServerResponse, content: Buffer, range: string | undefined): void {
  const fault = faults.get(response);
  if (fault?.kind === 'content') content = fault.content;
  const start = fault?.kind === 'no ranges' ? undefined : /^bytes=(\d+)-$/.exec(range ?? '')?.[1];
  const from = Number(start ?? 0);
  if (start !== undefined && from >= content.length) {
    return void response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
  }
  const part = content.subarray(from);
  const span = `bytes ${from}-${content.length - 1}/${content.length}`;
  response.writeHead(start === undefined ? 200 : 206, {
    'content-length': part.length,
    etag: '"as the store likes"',
    ...(start !== undefined && { 'content-range': span }),
  });
  if (fault?.kind !== 'cut') return void response.end(part);
  response.write(part.subarray(0, fault.after), () => void fault.when().finally(() => response.destroy()));
}

function refusal(
  repositories: readonly ServedRepository[],
  path: string,
  authorization: string | undefined,
): { status: number; headers: Record<string, string> } | undefined {
  const allowed = authorization === `Bearer ${acceptedToken}`;
  if (authorization && !allowed) return { status: 401, headers: {} };
  const access = repositories.find(({ name }) => path.includes(`/${name}/`))?.access;
  if (!access || allowed) return undefined;
  const code = access === 'gated' ? 'GatedRepo' : 'RepoNotFound';
  return { status: 401, headers: { 'x-error-code': code } };
}

function notFound(response: ServerResponse, code: string): void {
  response.writeHead(404, { 'x-error-code': code }).end();
}

function address(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function listen(server: Server, port = 0): Promise<void> {
  return new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
