/** @file Sends files: whole or in part, never anything that a browser would run. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { extname } from 'node:path';
import { Readable } from 'node:stream';
import { notHere, RequestError } from './request-error.ts';

/** A file as the answer to a request. */
export interface FileAnswer {
  readonly path: string;
  /** The name under which a browser saves it; absent: it shows it. */
  readonly saveAs?: string;
  /** Whether what is at this address never changes. */
  readonly lasting?: boolean;
}

/** The kinds of files that are shown. */
const types: Readonly<Record<string, string>> = {
  '.mp4': 'video/mp4',
  '.webm': 'video/webm',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
};

/** Answers with a file, or the part of it that `Range` asks for. Links are not followed. Throws `RequestError`. */
export async function sendFile({ path, saveAs, lasting }: FileAnswer, request: Request): Promise<Response> {
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  const file = await open(path, flags).catch(() => Promise.reject(notHere('file')));
  try {
    const found = await file.stat();
    if (!found.isFile()) throw notHere('file');
    const tag = `"${found.size.toString(36)}-${Math.round(found.mtimeMs).toString(36)}"`;
    const type = types[extname(path).toLowerCase()];
    const headers = new Headers({
      'content-type': type ?? 'application/octet-stream',
      'accept-ranges': 'bytes',
      etag: tag,
      'cache-control': lasting ? 'private, max-age=31536000, immutable' : 'private, no-cache',
    });
    // What is not a picture or video is saved, not shown.
    if (saveAs !== undefined || type === undefined) {
      headers.set('content-disposition', `attachment; ${fileName(saveAs ?? 'file')}`);
    }
    if (request.headers.get('if-none-match') === tag) {
      await file.close();
      return new Response(null, { status: 304, headers });
    }
    const part = partOf(request.headers.get('range'), found.size);
    headers.set('content-length', String(part.end - part.start));
    if (part.isPart) headers.set('content-range', `bytes ${part.start}-${part.end - 1}/${found.size}`);
    if (found.size === 0 || request.method === 'HEAD') {
      await file.close();
      return new Response(null, { status: 200, headers });
    }
    // The stream closes the file, also when the browser goes away.
    const stream = file.createReadStream({ start: part.start, end: part.end - 1 });
    const body = Readable.toWeb(stream) as ReadableStream<Uint8Array>;
    return new Response(body, { status: part.isPart ? 206 : 200, headers });
  } catch (error) {
    await file.close().catch(() => {});
    throw error;
  }
}

/** The bytes from `start` on, before `end`. Several parts are answered with all. */
function partOf(range: string | null, size: number) {
  const whole = { start: 0, end: size, isPart: false };
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(range ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return whole;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size : Math.min(size, Number(last) + 1);
  if (start >= end) throw new RequestError(416, `the file has ${size} bytes`);
  return { start, end, isPart: true };
}

/** A file name in a header, as RFC 6266 has it: nothing of it can end the header or the name. */
function fileName(name: string): string {
  const some = name.slice(0, 150).replace(/\p{Surrogate}/gu, '_');
  const plain = some.replace(/[^\w .()-]/g, '_');
  return `filename="${plain}"; filename*=UTF-8''${encodeURIComponent(some).replace(/['()*]/g, '_')}`;
}
