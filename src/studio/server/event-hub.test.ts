import { expect, test } from 'vitest';
import { eventHub, mostStreams } from './event-hub.ts';
import { RequestError } from './request-error.ts';

const hello = { type: 'hello', studio: 'x', version: '1' } as const;
const job = '20260101-000000-0123abcd';

async function next(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
  return new TextDecoder().decode((await reader.read()).value);
}

test('who does not read gets what is true in place of what was', async () => {
  const hub = eventHub(hello);
  const reader = hub.open().getReader();
  expect(await next(reader)).toBe(`data: ${JSON.stringify(hello)}\n\n`);
  for (let done = 1; done <= 10_000; done++) {
    hub.send({ type: 'progress', job, progress: { stage: 'training', done, total: 10_000 } });
    hub.send({ type: 'changed', what: 'videos' });
  }
  const text = await next(reader);
  expect(text.match(/data: /g)!.length).toBeLessThanOrEqual(4);
  expect(text).toContain('"done":10000');
  for (let id = 0; id < 2000; id++) hub.send({ type: 'changed', what: 'motions', id: String(id) });
  const rest = await next(reader);
  expect(rest).toContain('"type":"hello"');
  expect(rest.length).toBeLessThan(50_000);
});

test('a stream ends when its page goes away, and there are not too many', async () => {
  const hub = eventHub(hello);
  const streams = Array.from({ length: mostStreams }, () => hub.open());
  expect(() => hub.open()).toThrow(RequestError);
  await streams[0]!.cancel();
  expect(hub.size).toBe(mostStreams - 1);
  const reader = hub.open().getReader();
  await next(reader);
  hub.close();
  expect((await reader.read()).done).toBe(true);
  expect(hub.size).toBe(0);
});
