/**
 * @file Who may ask: programs of this machine and pages of this server, and of these only browsers that came by the
 * link (or with the password). Every answer says that nothing of it may be run, framed or embedded.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { hostname, networkInterfaces } from 'node:os';
import { RequestError } from './request-error.ts';

/** Headers of every answer. */
export const safetyHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  // Not `no-referrer`: browsers then say of no form that it is this server's.
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
};

/** What a guard must know. */
export interface GuardOptions {
  /** The studio's identifier, which is part of the cookie's name: cookies do not tell ports apart. */
  readonly id: string;
  /** Secret that cookies hold; it outlives the server, so that pages that are open go on. */
  readonly session: string;
  /** Address that the server listens on. */
  readonly host: string;
  readonly port: () => number;
  /** The password, where other machines may ask. */
  readonly password?: string | undefined;
  readonly now?: () => number;
}

/** Decides who may ask. */
export interface Guard {
  /** What the link holds; of this server alone. */
  readonly token: string;
  /** Throws `RequestError` for a request that comes from elsewhere than this server's pages. */
  assertFromHere(request: Request): void;
  /** Whether the request has the cookie. */
  isKnown(request: Request): boolean;
  /** The cookie for one who came by the link. Throws `RequestError` for another token. */
  byToken(token: string): string;
  /** The cookie for one with the password. Throws `RequestError`. */
  byPassword(password: string): string;
}

/** Tries of the password a minute. */
const tries = 10;

/** A guard. */
export function guardOf(options: GuardOptions): Guard {
  const { id, session, host, port, password, now = Date.now } = options;
  const token = randomBytes(24).toString('base64url');
  const name = `lamp-studio-${id}`;
  const cookie = `${name}=${session}; Path=/; HttpOnly; SameSite=Strict; Max-Age=31536000`;
  let tried: number[] = [];
  return {
    token,
    assertFromHere(request) {
      const asked = request.headers.get('host') ?? '';
      if (!isOurs(asked, host, port())) {
        throw new RequestError(403, 'this server does not answer to that name', [
          'Open the link that lamp studio prints.',
        ]);
      }
      const origin = request.headers.get('origin');
      const site = request.headers.get('sec-fetch-site');
      const changes = request.method !== 'GET' && request.method !== 'HEAD';
      const isOther = origin !== null && origin !== `http://${asked}`;
      // A link from elsewhere may be followed; nothing else may come from elsewhere.
      const isLink = request.headers.get('sec-fetch-mode') === 'navigate' && !changes;
      const isCross = site !== null && site !== 'same-origin' && !(site === 'none' || isLink);
      if (isOther || isCross || (changes && origin === null)) {
        throw new RequestError(403, 'the request comes from another page than those of this studio');
      }
    },
    isKnown(request) {
      const cookies = (request.headers.get('cookie') ?? '').split(';').map((each) => each.trim());
      return cookies.some(
        (each) => each.startsWith(`${name}=`) && same(each.slice(name.length + 1), session),
      );
    },
    byToken(given) {
      if (same(given, token)) return cookie;
      throw new RequestError(401, 'this link is of an earlier start of the studio, or not complete', [
        'Open the link that lamp studio printed when it was started last.',
      ]);
    },
    byPassword(given) {
      tried = tried.filter((time) => now() - time < 60_000);
      if (tried.length >= tries) {
        throw new RequestError(429, 'the password was tried too often', ['Wait a minute.']);
      }
      if (password !== undefined && same(given, password)) return cookie;
      tried.push(now());
      throw new RequestError(401, 'that is not the password');
    },
  };
}

/** Compares without telling how much is the same. */
function same(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(a!, b!);
}

/** Whether an address is one of this machine only. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/**
 * Whether `Host` names this server: by an address of this machine, or by a name that only it has. What a name server
 * says elsewhere can lead any other name here (DNS rebinding).
 */
function isOurs(asked: string, host: string, port: number): boolean {
  const [, name = '', given = '80'] = /^(\[[0-9a-f:.]+\]|[^:]+)(?::(\d+))?$/i.exec(asked.toLowerCase()) ?? [];
  if (Number(given) !== port) return false;
  const bare = name.replace(/^\[|\]$/g, '');
  if (isLoopback(host)) return isLoopback(bare);
  if (isLoopback(bare) || bare === host.toLowerCase()) return true;
  const own = hostname().toLowerCase();
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return (
    bare === own || bare === `${own}.local` || addresses.some(({ address }) => address.toLowerCase() === bare)
  );
}
