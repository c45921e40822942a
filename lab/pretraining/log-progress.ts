/** @file Progress of a long training as a log: a line every hundred steps. */
import type { ProgressEvent } from '../../src/events.ts';

/** Prints notices, what was written, and the mean loss of every hundred steps. */
export function logProgress(): (event: ProgressEvent) => void {
  const began = performance.now();
  let [sum, count] = [0, 0];
  return (event) => {
    if (event.type === 'notice') console.log(event.message);
    if (event.type === 'written') console.log(`wrote ${event.path}`);
    if (event.type !== 'step') return;
    sum += event.loss;
    count++;
    if (event.step % 100 !== 0 && event.step !== event.steps) return;
    const minutes = ((performance.now() - began) / 60_000).toFixed(1);
    const left = (event.secondsLeft / 3600).toFixed(2);
    const pace = `${(1000 * event.seconds).toFixed(0)} ms a step`;
    console.log(
      `${event.step}/${event.steps}: loss ${(sum / count).toFixed(4)}, ${pace}, ${minutes} min, ${left} h left`,
    );
    [sum, count] = [0, 0];
  };
}
