import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StorageError, UsageError } from '../../errors.ts';
import { ask, openTestStudio, visit } from '../../testing/studio-visitor.ts';
import { testFolder } from '../../testing/test-folder.ts';
import { itemId } from './item-id.ts';
import type { RunningStudio } from './start-studio.ts';

const at = await testFolder();
const folder = at('studio');
const limits = { bytes: 100_000, picturePixels: 1e6 };
let studio: RunningStudio;
let browser: Awaited<ReturnType<typeof visit>>;
const evil = '<img src=x onerror=alert(1)>';

beforeAll(async () => {
  studio = await openTestStudio(folder, { limits });
  browser = await visit(studio);
});

afterAll(() => studio.close());

describe('who may ask', () => {
  test('nobody without the cookie, which the link’s token gives', async () => {
    for (const path of ['/', '/api/motions', '/api/events', '/api/nothing', '/assets/x.js']) {
      expect((await ask(studio.port, path)).status, path).toBe(401);
    }
    expect(browser.entered.status).toBe(303);
    const cookie = String(browser.entered.headers['set-cookie']);
    const { id } = (await browser.get('/api/studio')).json;
    expect(cookie).toMatch(new RegExp(`^lamp-studio-${id}=`));
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict/);
    expect((await browser.get('/api/motions')).status).toBe(200);
  });

  test('a token that is wrong, and a cookie that is, let nobody in', async () => {
    expect((await ask(studio.port, '/enter?token=wrong')).status).toBe(401);
    expect((await ask(studio.port, '/enter')).status).toBe(401);
    const [name] = browser.cookie.split('=');
    const other = await ask(studio.port, '/api/motions', { headers: { cookie: `${name}=wrong` } });
    expect(other.status).toBe(401);
    expect(other.json.error.message).toContain('has not come by the link');
  });

  test('a token of an earlier start is stale; the browser that came by it stays known', async () => {
    const place = at('restarted');
    const first = await openTestStudio(place);
    const known = await visit(first);
    await first.close();
    const second = await openTestStudio(place);
    try {
      const stale = await ask(second.port, first.link.slice(first.link.indexOf('/enter')));
      expect(stale.status).toBe(401);
      expect(stale.body.toString()).toContain('earlier start');
      const still = await ask(second.port, '/api/motions', { headers: { cookie: known.cookie } });
      expect(still.status).toBe(200);
    } finally {
      await second.close();
    }
  });

  test('no name but those of this machine is answered to (DNS rebinding)', async () => {
    const { port } = studio;
    for (const host of [
      `evil.example:${port}`,
      `127.0.0.1.evil.example:${port}`,
      'localhost:1',
      'localhost',
    ]) {
      const answer = await ask(port, '/api/motions', { headers: { cookie: browser.cookie, host } });
      expect(answer.status, host).not.toBe(200);
    }
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`]) {
      const answer = await ask(port, '/api/motions', { headers: { cookie: browser.cookie, host } });
      expect(answer.status, host).toBe(200);
    }
  });

  test('no page of another site, even with the cookie', async () => {
    const { cookie } = browser;
    const put = (headers: Record<string, string>) =>
      ask(studio.port, '/api/jobs/pause', {
        method: 'PUT',
        headers: { cookie, 'content-type': 'application/json', ...headers },
        body: { paused: false },
      });
    const own = `http://127.0.0.1:${studio.port}`;
    expect((await put({ origin: own })).status).toBe(200);
    expect((await put({})).status).toBe(403);
    expect((await put({ origin: 'null' })).status).toBe(403);
    expect((await put({ origin: 'http://evil.example' })).status).toBe(403);
    expect((await put({ origin: `http://127.0.0.1:${studio.port + 1}` })).status).toBe(403);
    expect((await put({ origin: own, 'sec-fetch-site': 'same-site' })).status).toBe(403);
    expect((await put({ origin: own, 'content-type': 'text/plain' })).status).toBe(415);
    for (const headers of [{ origin: 'http://evil.example' }, { 'sec-fetch-site': 'cross-site' }]) {
      const events = await ask(studio.port, '/api/events', { headers: { cookie, ...headers } });
      expect(events.status).toBe(403);
    }
  });

  test('other machines need a password, which cannot be tried at will; bases need a folder', async () => {
    await expect(openTestStudio(at('open'), { host: '0.0.0.0' })).rejects.toThrow(UsageError);
    await expect(openTestStudio(at('open'), { host: '0.0.0.0', password: 'short' })).rejects.toThrow(
      '8 char',
    );
    await expect(openTestStudio(at('open'), { bases: [at('none')] })).rejects.toThrow(
      /there is no folder "[^"]*none"; expected a folder of base models/,
    );
    const other = await openTestStudio(at('open'), { host: '0.0.0.0', password: 'long enough' });
    try {
      const enter = (password: string) =>
        ask(other.port, '/enter', {
          method: 'POST',
          headers: {
            origin: `http://127.0.0.1:${other.port}`,
            'content-type': 'application/x-www-form-urlencoded',
            'content-length': String(9 + password.length),
          },
          body: Buffer.from(`password=${password}`),
        });
      expect((await enter('long+enough')).status).toBe(303);
      for (let n = 0; n < 10; n++) expect((await enter('wrong')).status).toBe(401);
      expect((await enter('long+enough')).status).toBe(429);
      expect((await ask(other.port, '/api/motions')).status).toBe(401);
    } finally {
      await other.close();
    }
  });

  test('one server a studio', async () => {
    await expect(openTestStudio(folder)).rejects.toThrow(StorageError);
    await expect(openTestStudio(folder)).rejects.toThrow(/is open already, served by process \d+/);
    await expect(openTestStudio(at('third'), { port: studio.port })).rejects.toThrow('is taken');
  });
});

describe('what is given out', () => {
  test('every answer forbids scripts of others, frames and guessing of types', async () => {
    for (const path of ['/', '/api/motions', '/api/nothing', '/enter']) {
      const { headers } = await browser.get(path);
      const policy = String(headers['content-security-policy']);
      expect(policy, path).toMatch(/default-src 'none'; script-src 'self';/);
      expect(policy).not.toMatch(/unsafe|\*/);
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['referrer-policy']).toBe('same-origin');
    }
  });

  test('no path of a request leads anywhere', async () => {
    const id = itemId('videos/x.mp4');
    for (const path of [
      '/../studio.json',
      '/..%2fstudio.json',
      '/%2e%2e/%2e%2e/etc/passwd',
      '/assets/../../studio.json',
      '/api/videos/..%2f..%2fstudio.json/plays',
      '/api/videos/../../studio.json',
      '/api/motions/..%2f../file',
      `/api/motions/${id}/samples/..%2f..%2frun.json/plays`,
      `/api/videos/${id}/..%2fplays`,
      '/api/looks/..%2f..%2fstudio/strip',
      '/api/jobs/..%2f..%2fvideos/log',
      '/api/trash/..%2f..%2fvideos/restore',
      '/api/base?id=../../etc',
      '/api/base?id=/etc',
    ]) {
      const { status, body } = await browser.get(path);
      expect(status, path).toBe(404);
      expect(body.toString()).not.toContain('session');
    }
  });

  test('a link in the folder is not followed', async () => {
    await writeFile(at('secret.mp4'), 'secret');
    await mkdir(at('secret-run'), { recursive: true });
    await writeFile(join(at('secret-run'), 'run.json'), '{}');
    await symlink(at('secret.mp4'), join(folder, 'videos', 'x.mp4'));
    await symlink(at('secret.mp4'), join(folder, 'clips', 'x.mp4'));
    await symlink(at('secret-run'), join(folder, 'motions', 'x'));
    expect((await browser.get('/api/videos')).json).toEqual({ videos: [], all: 0 });
    expect((await browser.get('/api/motions')).json).toEqual({ motions: [] });
    expect((await browser.get('/api/clip-sets')).json).toEqual({ sets: [] });
    const answer = await browser.get(`/api/videos/${itemId('videos/x.mp4')}/plays`);
    expect(answer.status).toBe(404);
  });

  test('what people wrote is text: in answers, in the plain page and in file names', async () => {
    const { json: set } = await browser.send('POST', '/api/clip-sets', { title: evil });
    expect(set.title).toBe(evil);
    expect(await readdir(join(folder, 'clips'))).not.toContain(evil);
    const form = { kind: 'draw', prompt: evil, title: evil };
    await browser.send('PUT', '/api/jobs/pause', { paused: true });
    const put = await browser.send('POST', '/api/jobs', { forms: [form] });
    expect(put.json.jobs[0]).toMatchObject({ title: evil, state: 'waiting', settings: { prompt: evil } });
    const page = await browser.get('/');
    expect(page.body.toString()).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(page.body.toString()).not.toContain('<img');
    const jobs = await browser.get('/api/jobs');
    expect(jobs.headers['content-type']).toMatch(/^application\/json/);
    expect(jobs.json.jobs[0].command).toContain(`--prompt '${evil}'`);
    expect((await browser.send('DELETE', `/api/jobs/${put.json.jobs[0].id}`)).json).toEqual({ done: true });
    await browser.send('DELETE', `/api/clip-sets/${set.id}`);
  });

  test('a form cannot name files', async () => {
    for (const settings of [
      { out: '/tmp/x.png' },
      { from: '/etc/passwd' },
      { base: '/etc' },
      { strange: 1 },
    ]) {
      const form = { kind: 'draw', prompt: 'a fox', settings };
      const { status, json } = await browser.send('POST', '/api/jobs', { forms: [form] });
      expect(status).toBe(400);
      expect(json.error.message).toMatch(/is no setting of this form/);
    }
    const form = { kind: 'draw', prompt: 'a fox', base: '/etc' };
    expect((await browser.send('POST', '/api/jobs', { forms: [form] })).status).toBe(400);
  });
});

describe('what is brought', () => {
  const picture = '/api/pictures?name=x.png';

  test('a file over the limit is refused at once where its size is said, and while it arrives where not', async () => {
    const said = await ask(studio.port, picture, {
      method: 'POST',
      headers: { ...browser.headers, 'content-length': String(5 * 2 ** 30) },
      body: Buffer.alloc(1000),
    }).catch((error) => error);
    expect(said.status).toBe(413);
    let sent = 0;
    async function* endless() {
      for (;;) {
        sent += 65_536;
        yield Buffer.alloc(65_536);
      }
    }
    const streamed = await ask(studio.port, picture, {
      method: 'POST',
      headers: browser.headers,
      body: endless(),
    }).catch((error) => error);
    // The answer comes while the file is still being sent, or the connection is closed.
    expect(streamed.status ?? 413).toBe(413);
    expect(sent).toBeLessThan(2 ** 28);
    expect(await readdir(join(folder, 'uploads'))).toEqual([]);
    expect(await readdir(join(folder, 'pictures'))).toEqual([]);
  });

  test('a small file that becomes a huge picture is refused before it does', async () => {
    const bomb = await browser.send('POST', picture, pictureOfSize(60_000, 60_000));
    expect(bomb.status).toBe(422);
    expect(bomb.json.error.message).toMatch(/3600 million pixels; expected at most 1 million/);
    expect(await readdir(join(folder, 'pictures'))).toEqual([]);
    expect(await readdir(join(folder, 'uploads'))).toEqual([]);
  });

  test('what is no picture, and an empty file, are refused in words', async () => {
    const page = await browser.send(
      'POST',
      '/api/pictures?name=x.html',
      Buffer.from('<script>alert(1)</script>'),
    );
    expect(page.status).toBe(422);
    expect(page.json.error.message).toContain('not a picture that can be read');
    expect((await browser.send('POST', picture, Buffer.alloc(0))).status).toBe(400);
    expect(await readdir(join(folder, 'pictures'))).toEqual([]);
  });
});

/** A PNG that says it is of a size, and holds next to nothing. */
function pictureOfSize(width: number, height: number): Buffer {
  const header = Buffer.alloc(25);
  header.writeUInt32BE(13, 0);
  header.write('IHDR', 4, 'latin1');
  header.writeUInt32BE(width, 8);
  header.writeUInt32BE(height, 12);
  header.set([8, 2, 0, 0, 0], 16);
  header.writeUInt32BE(crc(header.subarray(4, 21)), 21);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const data = Buffer.alloc(20);
  data.writeUInt32BE(8, 0);
  data.write('IDAT', 4, 'latin1');
  data.set([0x78, 0x9c, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01], 8);
  data.writeUInt32BE(crc(data.subarray(4, 16)), 16);
  const end = Buffer.from([0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82]);
  return Buffer.concat([signature, header, data, end]);
}

/** The checksum of a PNG's chunk. */
function crc(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  }
  return (value ^ 0xffffffff) >>> 0;
}
