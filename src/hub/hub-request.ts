/**
 * @file Requests to the hub: with the user's token, retries after network failures, and refusals as one-line errors.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { CheckpointError, InterruptedError } from '../errors.ts';
import { notice, type WorkOptions } from '../events.ts';

/** Settings of all requests. */
export interface HubConnection extends WorkOptions {
  /** `owner/name`, for messages. */
  readonly repository: string;
  /** Address of the hub, without a final slash. */
  readonly endpoint: string;
  /** The user's access token; sent only to the endpoint, never to redirect targets. */
  readonly token: string | undefined;
  /** Number of attempts before a request counts as failed. */
  readonly attempts: number;
  /** Seconds before the first retry, doubled for each further one. */
  readonly firstPause: number;
}

/** The hub could not be reached, or failed repeatedly. */
export class UnreachableError extends CheckpointError {}

/** A transient failure. */
export class PassingError extends Error {
  /** Seconds that the hub asks to wait. */
  readonly wait: number | undefined;

  constructor(message: string, wait?: number) {
    super(message);
    this.wait = wait;
  }
}

/** Upper limit, in seconds, of waits that a server may request. */
const longestWait = 300;

/** Counts the failures of an operation and decides whether to retry. */
export class Patience {
  readonly #connection: HubConnection;
  #failures = 0;

  constructor(connection: HubConnection) {
    this.#connection = connection;
  }

  /** Resets the count after progress. */
  renew(): void {
    this.#failures = 0;
  }

  /**
   * Handles an error: waits after a transient failure. Throws `UnreachableError` when all attempts are used up,
   * `InterruptedError` when cancelled, and all other errors unchanged.
   */
  async after(error: unknown): Promise<void> {
    if (!(error instanceof PassingError)) throw error;
    const { endpoint, attempts, firstPause, signal, onEvent } = this.#connection;
    this.#failures++;
    if (this.#failures >= attempts) {
      throw new UnreachableError(
        {
          found: `the hub at ${endpoint} cannot be used: ${error.message}`,
          advice:
            'Check the network (and HF_ENDPOINT, if set) and try again; what has been downloaded is kept.',
        },
        { cause: error },
      );
    }
    const seconds = Math.min(longestWait, error.wait ?? firstPause * 2 ** (this.#failures - 1));
    const message = `${error.message}; trying again in ${Math.ceil(seconds)} s`;
    onEvent?.(notice(message));
    await pause(1000 * seconds, undefined, { signal }).catch(() => {});
    assertNotStopped(this.#connection);
  }
}

/** Throws `InterruptedError` when the operation was cancelled. */
export function assertNotStopped({ signal, repository }: HubConnection): void {
  if (!signal?.aborted) return;
  throw new InterruptedError({
    found: `stopped while downloading "${repository}"; what has been downloaded is kept`,
    advice: 'Ask for the same model again to continue.',
  });
}

/**
 * Sends one request and returns a successful response. Throws `PassingError` when the network or the server fails,
 * `CheckpointError` when the hub refuses, `InterruptedError` when cancelled.
 */
export async function send(
  connection: HubConnection,
  url: string,
  given: RequestInit['headers'] = {},
): Promise<Response> {
  const headers = new Headers(given);
  headers.delete('authorization');
  const own = new URL(url).origin === new URL(connection.endpoint).origin;
  if (connection.token && own) headers.set('authorization', `Bearer ${connection.token}`);
  const response = await fetch(url, { headers, signal: connection.signal ?? null }).catch(
    (error: unknown) => {
      assertNotStopped(connection);
      throw new PassingError(`${new URL(url).host} does not answer (${reasonOf(error)})`);
    },
  );
  if (response.ok) return response;
  await response.body?.cancel().catch(() => {});
  const { status } = response;
  if (status === 408 || status === 429 || status >= 500) {
    throw new PassingError(`${new URL(url).host} answers ${status}`, secondsToWait(response));
  }
  throw refusal(connection, response);
}

/** Streams the bytes of a response. Throws as `send` does when the connection is lost. */
export async function* bytesOf(connection: HubConnection, response: Response): AsyncGenerator<Uint8Array> {
  try {
    for await (const bytes of response.body ?? []) yield bytes;
  } catch (error) {
    assertNotStopped(connection);
    throw new PassingError(`the connection to ${new URL(response.url).host} was cut (${reasonOf(error)})`);
  }
}

/** A `fetch` with retries for small responses, which are read completely here. */
export function patientFetch(connection: HubConnection): typeof fetch {
  return async (input, init) => {
    const patience = new Patience(connection);
    for (;;) {
      try {
        const response = await send(connection, String(input), init?.headers);
        const parts: Uint8Array[] = [];
        for await (const bytes of bytesOf(connection, response)) parts.push(bytes);
        const { status, headers } = response;
        return new Response(Buffer.concat(parts), { status, headers });
      } catch (error) {
        await patience.after(error);
      }
    }
  };
}

function refusal({ repository, endpoint, token }: HubConnection, response: Response): CheckpointError {
  const code = response.headers.get('x-error-code');
  const { status, url } = response;
  if (code === 'GatedRepo') {
    const then = token
      ? 'with the account that HF_TOKEN belongs to'
      : 'and set HF_TOKEN to a token of your account';
    return new CheckpointError({
      found: `"${repository}" is gated`,
      advice: `Accept its terms at ${endpoint}/${repository} ${then}.`,
    });
  }
  if (code === 'RevisionNotFound') {
    return new CheckpointError({
      found: `"${repository}" has no such revision`,
      setting: 'base',
      advice: 'Check what stands behind @, or leave it out.',
    });
  }
  if (status === 401 && token && code !== 'RepoNotFound') {
    return new CheckpointError({
      found: 'the hub does not accept the token in HF_TOKEN',
      advice: `Set a valid one (${endpoint}/settings/tokens) or unset it.`,
    });
  }
  if (status === 401 || status === 403 || status === 404) {
    const access = token ? 'the token in HF_TOKEN must be allowed to read it' : 'set HF_TOKEN to read it';
    return new CheckpointError({
      found: `there is no model "${repository}" at ${endpoint}, or it is private (${status})`,
      setting: 'base',
      advice: `Check the name; if it is private, ${access}.`,
    });
  }
  return new CheckpointError({
    found: `the hub refuses ${url} (${status}${code ? `, ${code}` : ''})`,
    advice: 'Check the name and HF_ENDPOINT.',
  });
}

function secondsToWait({ headers }: Response): number | undefined {
  const text = headers.get('retry-after');
  if (text === null) return undefined;
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}

/** The reason behind Node's generic "fetch failed", without internal error codes. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (!(cause instanceof Error)) return String(cause);
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  return code && !code.startsWith('UND_') ? code : cause.message.split('\n', 1)[0]!;
}
