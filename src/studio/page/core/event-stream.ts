/** @file The stream of server-sent events, which is opened again after it was lost. */

/** What the stream tells: an event's text, or whether the server is heard. */
export type StreamMessage =
  | { readonly type: 'event'; readonly data: string }
  | { readonly type: 'connection'; readonly connection: 'connecting' | 'open' | 'lost' };

/** Milliseconds before a lost stream is opened again. */
const pause = 2000;

/** Opens the stream, and opens it again whenever it is lost. */
export function startEventStream(tell: (message: StreamMessage) => void): void {
  const source = new EventSource('/api/events');
  source.onopen = () => tell({ type: 'connection', connection: 'open' });
  source.onmessage = ({ data }: MessageEvent<string>) => tell({ type: 'event', data });
  source.onerror = () => {
    source.close();
    tell({ type: 'connection', connection: 'lost' });
    setTimeout(() => startEventStream(tell), pause);
  };
}
