/** @file Turns of what is loaded: a few at a time, so that requests for data find a connection that is free. */

/** Takes turns; who asked last is served first, since that is what is being looked at. */
export class LoadTurns {
  readonly #most: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /** `most` at the same time. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Calls `start` when it is its turn, at once if it can. What it returns ends the turn, or the waiting for it. */
  take(start: () => void): () => void {
    let state: 'waiting' | 'running' | 'over' = 'waiting';
    const run = () => {
      state = 'running';
      this.#running++;
      start();
    };
    this.#waiting.push(run);
    this.#next();
    return () => {
      if (state === 'waiting') this.#waiting.splice(this.#waiting.indexOf(run), 1);
      if (state === 'running') this.#running--;
      state = 'over';
      this.#next();
    };
  }

  #next(): void {
    while (this.#running < this.#most) {
      const latest = this.#waiting.pop();
      if (!latest) return;
      latest();
    }
  }
}
