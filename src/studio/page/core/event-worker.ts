/** @file A worker that all tabs of a browser share: HTTP/1.1 allows six connections, and a stream takes one. */
import { type StreamMessage, startEventStream } from './event-stream.ts';

const ports = new Set<MessagePort>();
/** What a tab that comes later has to know. */
let connection: StreamMessage | undefined;
let started = false;

const scope = self as unknown as { onconnect: (event: MessageEvent) => void };
scope.onconnect = ({ ports: [port] }) => {
  if (!port) return;
  ports.add(port);
  if (connection) port.postMessage(connection);
  if (started) return;
  started = true;
  startEventStream((message) => {
    if (message.type === 'connection') connection = message;
    for (const each of ports) each.postMessage(message);
  });
};
