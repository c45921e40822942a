/** @file What the server tells: one stream for all tabs of a browser, in a shared worker where there is one. */
import { type StudioEvent, studioEventSchema } from '../../api/event-api.ts';
import { type StreamMessage, startEventStream } from './event-stream.ts';

/** Whether the server is heard. */
export type Connection = 'connecting' | 'open' | 'lost';

const listeners = new Set<(event: StudioEvent) => void>();
const watchers = new Set<() => void>();
let connection: Connection = 'connecting';

/** Has events told to `listener`. Returns what ends that. */
export function onStudioEvent(listener: (event: StudioEvent) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** See {@link Connection}. */
export function currentConnection(): Connection {
  return connection;
}

/** Has `watcher` called when the connection is another. Returns what ends that. */
export function watchConnection(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** Begins to listen to the server. */
export function startLiveEvents(): void {
  if (typeof SharedWorker === 'undefined') {
    startEventStream(take);
    return;
  }
  const worker = new SharedWorker(new URL('./event-worker.ts', import.meta.url), {
    type: 'module',
    name: 'lamp-studio-events',
  });
  worker.port.onmessage = ({ data }: MessageEvent<StreamMessage>) => take(data);
  // A page that has been put aside and comes back has missed messages.
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) location.reload();
  });
}

function take(message: StreamMessage): void {
  if (message.type === 'connection') {
    connection = message.connection;
    for (const watcher of watchers) watcher();
    return;
  }
  const event = studioEventSchema.safeParse(JSON.parse(message.data));
  if (!event.success) return;
  for (const listener of listeners) listener(event.data);
}
