/**
 * @file The streams of server-sent events. A stream is written only as fast as its browser reads; what is waiting for a
 * slow one is replaced by what is true later, so that it takes no more memory than there are things to tell of.
 */
import { type StudioEvent, studioEventSchema } from '../api/event-api.ts';
import { RequestError } from './request-error.ts';

/** Most streams at one time: browsers have one each. */
export const mostStreams = 200;

/** From this number of waiting events on, a stream is told to ask for everything instead. */
const mostWaiting = 500;

/** Seconds between signs of life, by which closed connections are found. */
const pulse = 15;

/** Tells all open pages what happens. */
export interface EventHub {
  send(event: StudioEvent): void;
  /** A new stream, as the body of an answer. Throws `RequestError` if there are too many. */
  open(): ReadableStream<Uint8Array>;
  /** Number of open streams. */
  readonly size: number;
  /** Ends all streams. */
  close(): void;
}

interface Stream {
  readonly waiting: Map<string, StudioEvent>;
  wake(): void;
  end(): void;
}

/** Events that replace one another. */
function keyOf(event: StudioEvent): string {
  if (event.type === 'changed') return `changed ${event.what} ${event.id ?? ''}`;
  if (event.type === 'job') return `job ${event.job.id}`;
  return event.type === 'progress' ? `progress ${event.job}` : 'hello';
}

/** A hub; `hello` is the first event of every stream. */
export function eventHub(hello: StudioEvent): EventHub {
  const streams = new Set<Stream>();
  const encoder = new TextEncoder();
  return {
    get size() {
      return streams.size;
    },
    send(event) {
      const checked = studioEventSchema.parse(event);
      for (const { waiting, wake } of streams) {
        const key = keyOf(checked);
        // Anew at the end: what is told last is what happened last.
        waiting.delete(key);
        waiting.set(key, checked);
        if (waiting.size > mostWaiting) {
          waiting.clear();
          waiting.set('hello', hello);
        }
        wake();
      }
    },
    open() {
      if (streams.size >= mostStreams) {
        throw new RequestError(503, `${mostStreams} pages are open already`, ['Close some of them.']);
      }
      const waiting = new Map<string, StudioEvent>([['hello', hello]]);
      let ended = false;
      let wake = () => {};
      const stream: Stream = {
        waiting,
        wake: () => wake(),
        end() {
          ended = true;
          streams.delete(stream);
          wake();
        },
      };
      streams.add(stream);
      return new ReadableStream<Uint8Array>(
        {
          async pull(controller) {
            if (waiting.size === 0 && !ended) {
              await new Promise<void>((resolve) => {
                const timer = setTimeout(resolve, 1000 * pulse);
                wake = () => {
                  clearTimeout(timer);
                  resolve();
                };
              });
              wake = () => {};
            }
            if (ended) return controller.close();
            const events = [...waiting.values()];
            waiting.clear();
            const text = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
            controller.enqueue(encoder.encode(text || ': still here\n\n'));
          },
          cancel() {
            stream.end();
          },
        },
        { highWaterMark: 0 },
      );
    },
    close() {
      for (const { end } of [...streams]) end();
    },
  };
}
