// A web server that generates videos and reports how far each one is.
//   node server.mjs [motion]
// `motion` is a run folder or a motion file; default: runs/running, which learn-and-generate.mjs makes.
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { startEngine } from 'lamp-video';

const motion = process.argv[2] ?? 'runs/running';
const engine = await startEngine();

// Numbers continue from the videos that exist; only the latest hundred are kept.
const kept = 100;
await mkdir('videos', { recursive: true });
const existing = (await readdir('videos')).map((name) => Number.parseInt(name, 10)).filter(Number.isInteger);
let last = Math.max(0, ...existing);
/** @param {number} number */
const remove = (number) => rm(`videos/${number}.gif`, { force: true });
for (const number of existing) if (number <= last - kept) await remove(number);

const page = `<!doctype html><title>Videos</title>
<form><input name="prompt" size="50" value="a fox runs in the snow"><button>Generate</button></form>
<p></p><img width="256" hidden>
<script>
  const [form, says, image] = ['form', 'p', 'img'].map((name) => document.querySelector(name));
  form.onsubmit = (event) => {
    event.preventDefault();
    const events = new EventSource('/generate?' + new URLSearchParams(new FormData(form)));
    events.onmessage = ({ data }) => {
      const event = JSON.parse(data);
      if (event.type === 'queued') says.textContent = event.place + ' before it';
      if (event.type === 'progress') says.textContent = event.stage + ': ' + event.done + ' of ' + event.total;
      if (event.type === 'failed') says.textContent = event.message;
      if (event.type === 'done') [image.src, image.hidden, says.textContent] = [event.video, false, ''];
      if (event.type === 'failed' || event.type === 'done') events.close();
    };
  };
</script>`;

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const video = /^\/(videos\/\d+\.gif)$/.exec(pathname)?.[1];
  if (pathname === '/') {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page);
  } else if (video !== undefined) {
    const bytes = await readFile(video).catch(() => undefined);
    response.writeHead(bytes ? 200 : 404, { 'content-type': 'image/gif' }).end(bytes);
  } else if (pathname === '/generate') {
    // Answers with server-sent events: what the library reports, then `done` or `failed`.
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    /** @param {object} event */
    const send = (event) => response.write(`data: ${JSON.stringify(event)}\n\n`);
    const gone = new AbortController();
    response.on('close', () => gone.abort()); // nobody waits for the video any more
    const number = ++last;
    const out = `videos/${number}.gif`;
    const prompt = searchParams.get('prompt') ?? '';
    try {
      await engine.generateVideo({ motion, prompt, out, signal: gone.signal, onEvent: send });
      await remove(number - kept);
      send({ type: 'done', video: `/${out}` });
    } catch (error) {
      send({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
    }
    response.end();
  } else {
    response.writeHead(404).end();
  }
});

server.listen(Number(process.env.PORT ?? 8080), '127.0.0.1', () =>
  console.log('listening', server.address()),
);
process.on('SIGTERM', async () => {
  server.close();
  await engine.close();
});
