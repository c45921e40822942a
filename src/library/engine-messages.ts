/** @file The messages between an engine's process and its parent. */
import type { BaseModel } from '../models/base-model.ts';
import type { LoadedMotion } from '../pipelines/video/loaded-motions.ts';
import type { Calls } from './calls.ts';
import type { PackedError } from './packed-error.ts';

/** To the engine's process. */
export type ToEngine =
  | {
      readonly type: 'call';
      readonly id: number;
      readonly name: keyof Calls;
      readonly options: object;
      /** Names of the options that are functions of the caller. */
      readonly callbacks: readonly string[];
      /** The caller's working directory, to which paths are relative. */
      readonly folder: string;
    }
  | { readonly type: 'stop'; readonly id: number };

/** From the engine's process. */
export type FromEngine =
  | { readonly type: 'ready' }
  /** It has received the call and begins. */
  | { readonly type: 'begun'; readonly id: number }
  /** Calls a function of the caller, such as `onEvent`. */
  | { readonly type: 'callback'; readonly id: number; readonly name: string; readonly values: unknown[] }
  | { readonly type: 'done'; readonly id: number; readonly result: unknown }
  | { readonly type: 'failed'; readonly id: number; readonly error: PackedError };

/** A function of the caller. */
export type Callback = (...values: unknown[]) => void;

/**
 * Packs options for sending. Functions of the caller (`onEvent` and others called `on…`) stay here, to be called when
 * the engine says so; a base or motion loaded here is loaded again there, by its path.
 */
export function packOptions(given: object): {
  readonly options: object;
  readonly callbacks: ReadonlyMap<string, Callback>;
} {
  const callbacks = new Map<string, Callback>();
  const options: [string, unknown][] = [];
  for (const [name, value] of Object.entries(given)) {
    if (/^on[A-Z]/.test(name) && typeof value === 'function') callbacks.set(name, value as Callback);
    else options.push([name, Array.isArray(value) ? value.map(byPath) : byPath(value)]);
  }
  return { options: Object.fromEntries(options), callbacks };
}

/** A loaded base or motion in the form in which it can be loaded again; other values as they are. */
function byPath(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { folder, fingerprint, path, strength, values } = value as Partial<BaseModel & LoadedMotion>;
  if (values instanceof Map && path !== undefined) return { motion: path, strength };
  return fingerprint !== undefined && folder !== undefined ? folder : value;
}
