/** @file Asks the server: each request by its name in the contract, with answers that are checked against it. */
import type { z } from 'zod';
import { type Problem, refusalSchema } from '../../api/problem-api.ts';
import {
  type AnswerOf,
  addressOf,
  type BodyOf,
  type QueryOf,
  type RouteName,
  routes,
} from '../../api/routes.ts';

/** What a request has besides its name. */
export interface Question<Name extends RouteName> {
  readonly ids?: Readonly<Record<string, string>>;
  readonly query?: Partial<NonNullable<QueryOf<Name>>> &
    Readonly<Record<string, string | number | undefined>>;
  readonly body?: BodyOf<Name>;
  readonly signal?: AbortSignal;
}

/** A request that was refused, or that reached nobody. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

const silent: Problem = {
  kind: 'ConnectionError',
  message: 'The studio does not answer.',
  advice: [
    'Running jobs continue by themselves.',
    'Start the studio again with "lamp studio" if it has ended.',
  ],
};

const locked: Problem = {
  kind: 'RequestError',
  message: 'This browser has not been let in, or its permission is that of an earlier studio.',
  advice: ['Open the link that "lamp studio" printed.'],
};

/** Any error as a problem with words that help. */
export function problemOf(error: unknown): Problem {
  if (error instanceof RefusedError) return error.problem;
  const message = error instanceof Error ? error.message : String(error);
  return { kind: 'PageError', message };
}

/**
 * Asks the server for JSON. Throws `RefusedError`, and `AbortError` where `signal` ends it.
 */
export async function ask<Name extends RouteName>(
  name: Name,
  { ids, query, body, signal }: Question<Name> = {},
): Promise<AnswerOf<Name>> {
  const { method } = routes[name];
  const given: RequestInit = { method, ...(signal ? { signal } : {}) };
  if (body !== undefined) {
    given.body = JSON.stringify(body);
    given.headers = { 'content-type': 'application/json' };
  }
  const response = await fetch(addressOf(name, ids, query), given).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw new RefusedError(silent);
  });
  return checked(name, response.status, await response.text());
}

/** Sends a file; `onSent` is told the share that has been sent, from 0 to 1. Throws as `ask` does. */
export function sendFile<Name extends RouteName>(
  name: Name,
  file: Blob,
  { ids, query }: Question<Name> = {},
  onSent: (share: number) => void = () => {},
): Promise<AnswerOf<Name>> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(routes[name].method, addressOf(name, ids, query));
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.upload.onprogress = ({ loaded, total }) => onSent(total > 0 ? loaded / total : 0);
    request.onerror = () => reject(new RefusedError(silent));
    request.onload = () => {
      try {
        resolve(checked(name, request.status, request.responseText));
      } catch (error) {
        reject(error);
      }
    };
    request.send(file);
  });
}

/**
 * Has the server make a file, and then the browser save it, which alone would show nothing until it is made. Throws as
 * `ask` does.
 */
export async function saveMade(href: string): Promise<void> {
  const made = await fetch(href, { method: 'HEAD' }).catch(() => {
    throw new RefusedError(silent);
  });
  // Why it cannot be made is told to who asks for the file itself.
  if (!made.ok) refused(made.status, await (await fetch(href)).text());
  const link = document.createElement('a');
  link.href = href;
  link.download = '';
  link.click();
}

/** What an answer says, as the contract has it. Throws `RefusedError`. */
export function checked<Name extends RouteName>(name: Name, status: number, text: string): AnswerOf<Name> {
  if (status >= 400) refused(status, text);
  const schema = routes[name].answer as z.ZodType | string;
  if (typeof schema === 'string') throw new TypeError(`"${name}" answers with a file`);
  const answer = schema.safeParse(parsed(text));
  if (answer.success) return answer.data as AnswerOf<Name>;
  throw new RefusedError({
    kind: 'RequestError',
    message: 'The studio gives an answer that this page does not understand.',
    advice: ['Load the page again: the studio may be of another version.'],
  });
}

function refused(status: number, text: string): never {
  const refusal = refusalSchema.safeParse(parsed(text));
  if (refusal.success && status !== 401) throw new RefusedError(refusal.data.error);
  if (status === 401) throw new RefusedError(locked);
  throw new RefusedError({ kind: 'RequestError', message: `The studio answers with status ${status}.` });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
