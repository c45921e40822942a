/** @file From the contract to answers: what a request gives is checked here, once, before anything is done. */
import type { Context, Hono } from 'hono';
import { z } from 'zod';
import { itemIdSchema, jobIdSchema } from '../api/identifiers.ts';
import { type AnswerOf, type Route, type RouteName, routes } from '../api/routes.ts';
import { problemOf, RequestError, statusOf } from './request-error.ts';
import { type FileAnswer, sendFile } from './send-file.ts';
import type { Arriving } from './uploads.ts';

type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;
type Part<Name extends RouteName, Key extends 'query' | 'body'> = (typeof routes)[Name] extends {
  readonly [K in Key]: infer Schema;
}
  ? Schema extends 'file'
    ? Arriving
    : Parsed<Schema>
  : undefined;

/** What a handler is given; everything has been checked. */
export interface Given<Name extends RouteName> {
  /** Identifiers in the address; a `form` is a word. */
  readonly ids: Readonly<Record<string, string>>;
  readonly query: Part<Name, 'query'>;
  readonly body: Part<Name, 'body'>;
}

type Result<Name extends RouteName> = (typeof routes)[Name]['answer'] extends infer Answer
  ? Answer extends 'file'
    ? FileAnswer
    : Answer extends 'events'
      ? ReadableStream<Uint8Array>
      : AnswerOf<Name>
  : never;

/** Answers one request. Throws `RequestError`, or what the library throws. */
export type Handler<Name extends RouteName> = (given: Given<Name>) => Promise<Result<Name>>;

/** Answers to all requests. */
export type Handlers = { readonly [Name in RouteName]: Handler<Name> };

/** Answers to some requests. */
export type SomeHandlers<Names extends RouteName> = Pick<Handlers, Names>;

/** Most bytes of a body of JSON. */
const mostJson = 2 ** 20;

/** Has an app answer the contract's requests. */
export function answerRequests(app: Hono, handlers: Handlers): void {
  for (const name of Object.keys(routes) as RouteName[]) {
    const route: Route = routes[name];
    const handler = handlers[name] as Handler<RouteName>;
    app.on(route.method, route.path, async (context) => {
      const given = await givenBy(context, route);
      return answered(context, route, await handler(given as never));
    });
  }
}

async function givenBy(context: Context, route: Route) {
  const ids = context.req.param() as Record<string, string>;
  for (const [key, value] of Object.entries(ids)) {
    if (!idSchemas[key]?.safeParse(value).success && !jobsOwn(route, key, value)) {
      throw new RequestError(404, 'there is nothing at this address');
    }
  }
  return {
    ids,
    query: route.query && validated(route.query, context.req.query(), 'the address'),
    body: await bodyOf(context.req.raw, route),
  };
}

const idSchemas: Readonly<Record<string, z.ZodType>> = {
  id: itemIdSchema,
  sample: itemIdSchema,
  checkpoint: itemIdSchema,
  form: z.enum(['plays', 'webm', 'loop', 'still', 'before', 'shows', 'small', 'strip']),
};

function jobsOwn({ path }: Route, key: string, value: string): boolean {
  return key === 'id' && path.startsWith('/api/jobs/') && jobIdSchema.safeParse(value).success;
}

async function bodyOf(request: Request, { body }: Route): Promise<unknown> {
  if (body === undefined) return undefined;
  if (body === 'file') {
    const length = request.headers.get('content-length');
    return { body: request.body, length: length === null ? undefined : Number(length) } satisfies Arriving;
  }
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/json\b/.test(type)) throw new RequestError(415, 'the request is not JSON');
  const text = await textOf(request);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new RequestError(400, 'the request is not JSON');
  }
  return validated(body, value, 'the request');
}

async function textOf(request: Request): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of (request.body ?? []) as AsyncIterable<Uint8Array>) {
    length += part.byteLength;
    if (length > mostJson) throw new RequestError(413, 'the request is too large');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function validated(schema: z.ZodType, value: unknown, where: string): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const at = issue && issue.path.length > 0 ? ` at "${issue.path.join('.')}"` : '';
  throw new RequestError(400, `${where} is not as it should be${at}: ${issue?.message ?? 'unknown'}`);
}

async function answered(context: Context, { answer }: Route, result: unknown): Promise<Response> {
  if (answer === 'file') return sendFile(result as FileAnswer, context.req.raw);
  if (answer === 'events') {
    return new Response(result as ReadableStream<Uint8Array>, {
      headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' },
    });
  }
  context.header('cache-control', 'no-store');
  return context.json(result as never);
}

/** The answer that says what went wrong. */
export function refusal(error: unknown): Response {
  const status = statusOf(error);
  return Response.json({ error: problemOf(error) }, { status, headers: { 'cache-control': 'no-store' } });
}
