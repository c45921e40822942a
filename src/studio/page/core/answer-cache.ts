/** @file Answers that views show: each asked for once, kept, and asked for again when something has changed. */
import type { Problem } from '../../api/problem-api.ts';

/** An answer as far as it is known. While it is asked for again, the former one stays. */
export interface Answered<T> {
  readonly data?: T;
  readonly problem?: Problem;
  readonly loading: boolean;
}

interface Entry {
  answered: Answered<unknown>;
  readonly fetch: () => Promise<unknown>;
  readonly listeners: Set<() => void>;
  /** Whether it has to be asked for again: after the request that runs, or when somebody looks. */
  stale: boolean;
  running: boolean;
}

const unknown: Answered<never> = { loading: true };

/** Answers by name. */
export class AnswerCache {
  readonly #entries = new Map<string, Entry>();
  readonly #problemOf: (error: unknown) => Problem;

  constructor(problemOf: (error: unknown) => Problem) {
    this.#problemOf = problemOf;
  }

  /** The answer as far as it is known. */
  get<T>(key: string): Answered<T> {
    return (this.#entries.get(key)?.answered ?? unknown) as Answered<T>;
  }

  /** Has `listener` called whenever the answer changes, and asks for it. Returns what ends that. */
  watch(key: string, fetch: () => Promise<unknown>, listener: () => void): () => void {
    let entry = this.#entries.get(key);
    if (!entry) {
      entry = { answered: unknown, fetch, listeners: new Set(), stale: true, running: false };
      this.#entries.set(key, entry);
    }
    entry.listeners.add(listener);
    if (entry.stale) void this.#load(entry);
    return () => {
      entry.listeners.delete(listener);
    };
  }

  /** Says that answers are no longer what is true: those that are watched are asked for again at once. */
  invalidate(concerns: (key: string) => boolean): void {
    for (const [key, entry] of this.#entries) {
      if (!concerns(key)) continue;
      entry.stale = true;
      if (entry.listeners.size > 0) void this.#load(entry);
    }
  }

  /** Changes a known answer, such as by what an event says. */
  change<T>(key: string, by: (data: T) => T): void {
    const entry = this.#entries.get(key);
    if (entry?.answered.data === undefined) return;
    entry.answered = { ...entry.answered, data: by(entry.answered.data as T) };
    for (const listener of entry.listeners) listener();
  }

  async #load(entry: Entry): Promise<void> {
    if (entry.running) return;
    entry.running = true;
    try {
      while (entry.stale) {
        entry.stale = false;
        // What went wrong the last time may be mended.
        const { data } = entry.answered;
        this.#tell(
          entry,
          data === undefined ? { ...entry.answered, loading: true } : { data, loading: true },
        );
        try {
          const data = await entry.fetch();
          this.#tell(entry, { data, loading: false });
        } catch (error) {
          // The next look, or the next change, asks again.
          this.#tell(entry, { ...entry.answered, problem: this.#problemOf(error), loading: false });
        }
      }
    } finally {
      entry.running = false;
    }
  }

  #tell(entry: Entry, answered: Answered<unknown>): void {
    entry.answered = answered;
    for (const listener of entry.listeners) listener();
  }
}
