import { mkdir, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { CheckpointError, InterruptedError, UsageError } from '../errors.ts';
import type { ProgressEvent } from '../events.ts';
import { openBaseModel } from '../models/base-model.ts';
import { acceptedToken, hashOf, hubServer, type ServedRepository } from '../testing/hub-server.ts';
import { testFolder } from '../testing/test-folder.ts';
import { testdata } from '../testing/testdata.ts';
import { thrownBy } from '../testing/thrown-by.ts';
import { cacheContent, hubCacheFolder, repositoryOf } from './hub-cache.ts';
import { type ResolveOptions, resolveBase } from './resolve-base.ts';

const commit = 'a'.repeat(40);
const at = await testFolder();

/** Bytes that look like nothing. */
function noise(size: number, seed: number): Buffer {
  let state = seed;
  return Buffer.from(
    Uint8Array.from({ length: size }, () => {
      state = (state * 1103515245 + 12345) % 2 ** 31;
      return state >> 16;
    }),
  );
}

const unet = 'unet/diffusion_pytorch_model.safetensors';
const unetBytes = noise(300_000, 1);
const files = new Map<string, Buffer>([
  ...[
    'model_index.json',
    'unet/config.json',
    'vae/config.json',
    'text_encoder/config.json',
    'tokenizer/vocab.json',
    'scheduler/scheduler_config.json',
  ].map((path) => [path, Buffer.from(`{"file":"${path}"}`)] as const),
  [unet, unetBytes],
  ['unet/diffusion_pytorch_model.fp16.safetensors', noise(150_000, 2)],
  ['vae/diffusion_pytorch_model.safetensors', noise(20_000, 3)],
  ['text_encoder/model.safetensors', noise(30_000, 4)],
  ['safety_checker/model.safetensors', noise(40_000, 5)],
]);
const neededFiles = [...files.keys()].filter((path) => !/fp16|safety/.test(path)).sort();

async function realModel(): Promise<Map<string, Buffer>> {
  const root = testdata('mini/tiny-sd');
  const names = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = names.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
  return new Map(
    await Promise.all(
      paths.map(async (path) => [path.slice(root.length + 1), await readFile(path)] as const),
    ),
  );
}

const repository = (name: string, more: Partial<ServedRepository> = {}) => ({ name, commit, files, ...more });
const server = await hubServer([
  repository('some/model'),
  repository('some/tiny-sd', { files: await realModel() }),
  repository('some/gated', { access: 'gated' }),
  repository('some/private', { access: 'private' }),
  repository('some/single', { files: new Map([['v1.safetensors', noise(5000, 6)]]) }),
  repository('some/liar', { files }),
]);
afterAll(() => server.stop());

let cache = '';
let events: ProgressEvent[] = [];
let count = 0;
const resolve = (name: string, options: ResolveOptions = {}) =>
  resolveBase(name, { firstPause: 0.01, onEvent: (event) => events.push(event), ...options });
const notices = () => events.flatMap((event) => (event.type === 'notice' ? [event.message] : []));
const sent = (part: string) => server.requests.filter(({ path }) => path.includes(part));
const blob = (content: Buffer) => join(cache, 'models--some--model', 'blobs', hashOf(content));
const stored = hashOf(unetBytes);
const incomplete = () => `${blob(unetBytes)}.lamp-incomplete`;
/** Sends the U-Net's bytes up to `end` only, and cuts the connection when they are on disk. */
const cut = (end: number, start = 0) => ({
  kind: 'cut' as const,
  after: end - start,
  when: () => vi.waitFor(async () => expect((await stat(incomplete())).size).toBe(end), 10_000),
});
const hashAt = async (folder: string, path: string) => hashOf(await readFile(join(folder, path)));

beforeEach(() => {
  vi.unstubAllEnvs();
  cache = at(`cache-${count++}`);
  for (const name of ['HF_TOKEN', 'HF_HUB_OFFLINE', 'HF_HOME']) vi.stubEnv(name, '');
  vi.stubEnv('HF_HUB_CACHE', cache);
  vi.stubEnv('HF_ENDPOINT', `${server.endpoint}/`);
  events = [];
  server.requests.length = 0;
});

test('a path stays as it is', async () => {
  expect(await resolve('some/model')).toBe('some/model');
  expect(server.requests).toHaveLength(0);
});

test('malformed names are refused', async () => {
  for (const name of [
    'hub:',
    'hub:model',
    'hub:a/../b',
    'hub:a/b@../../c',
    'hub:a/b/../../x',
    'hub:a/b/c:d',
  ]) {
    await expect(resolve(name)).rejects.toThrow(UsageError);
  }
});

describe('a model', () => {
  test('is downloaded, but only what is needed, into the layout that all tools share', async () => {
    const folder = await resolve('hub:some/model');
    expect(folder).toBe(join(cache, 'models--some--model', 'snapshots', commit));
    const found = await readdir(folder, { recursive: true, withFileTypes: true });
    const links = found.filter((each) => !each.isDirectory());
    expect(
      links
        .map((each) =>
          join(each.parentPath, each.name)
            .slice(folder.length + 1)
            .replaceAll('\\', '/'),
        )
        .sort(),
    ).toEqual(neededFiles);
    for (const path of neededFiles) {
      expect(await hashAt(folder, path)).toBe(hashOf(files.get(path)!));
    }
    expect(await readlink(join(folder, unet))).toBe(join('..', '..', '..', 'blobs', stored));
    const refs = join(cache, 'models--some--model', 'refs', 'main');
    expect(await readFile(refs, 'utf8')).toBe(commit);
    expect(repositoryOf(folder)).toBe('some/model');
    expect(await cacheContent()).toMatchObject({ models: 1, unfinishedBytes: 0 });
    const progress = events.filter((event) => event.type === 'progress');
    expect(progress[0]).toEqual({ type: 'progress', stage: 'downloading', done: 0, total: 1 });
    expect(progress.at(-1)).toEqual({ type: 'progress', stage: 'downloading', done: 1, total: 1 });
  });

  test('is not downloaded twice', async () => {
    const first = await resolve('hub:some/model');
    server.requests.length = 0;
    events = [];
    expect(await resolve(`hub:some/model@${commit}`)).toBe(first);
    expect(sent('/resolve/')).toHaveLength(0);
    expect(events).toHaveLength(0);
  });

  test('can be opened', async () => {
    const base = await openBaseModel(await resolve('hub:some/tiny-sd'));
    const plain = await openBaseModel(testdata('mini/tiny-sd'));
    expect(base.fingerprint).toBe(plain.fingerprint);
  });

  test('of which another program has already downloaded some files', async () => {
    await mkdir(dirname(blob(unetBytes)), { recursive: true });
    await writeFile(blob(unetBytes), unetBytes);
    const folder = await resolve('hub:some/model');
    expect(await hashAt(folder, unet)).toBe(stored);
    expect(sent(unet)).toHaveLength(0);
  });

  test('may be asked for twice at once', async () => {
    const [first, second] = await Promise.all([resolve('hub:some/model'), resolve('hub:some/model')]);
    expect(first).toBe(second);
    expect(await hashAt(first, unet)).toBe(stored);
  });

  test('that is a single file', async () => {
    const path = await resolve('hub:some/single/v1.safetensors@main');
    expect(await readFile(path)).toEqual(noise(5000, 6));
    await expect(resolve('hub:some/single')).rejects.toThrow('hub:owner/name/v1.safetensors');
    await expect(resolve('hub:some/single/v2.safetensors')).rejects.toThrow('has no file "v2.safetensors"');
  });

  test('lies where HF_HOME says', async () => {
    vi.stubEnv('HF_HUB_CACHE', undefined);
    vi.stubEnv('HF_HOME', at('home'));
    expect(hubCacheFolder()).toBe(join(at('home'), 'hub'));
  });
});

describe('when the connection is bad', () => {
  test('a cut download goes on where it was cut', async () => {
    server.order(stored, cut(100_000), cut(150_000, 100_000));
    const folder = await resolve('hub:some/model');
    expect(await hashAt(folder, unet)).toBe(stored);
    expect(sent(stored).map(({ range }) => range)).toEqual([undefined, 'bytes=100000-', 'bytes=150000-']);
    expect(notices()[0]).toMatch(/^the connection to 127.0.0.1:\d+ was cut \(.+\); trying again in 1 s$/);
  });

  test('a stopped download goes on the next time', async () => {
    const controller = new AbortController();
    server.order(stored, cut(200_000), { kind: 'status', status: 503 });
    const stopping = resolve('hub:some/model', {
      signal: controller.signal,
      onEvent: (event) => event.type === 'notice' && /503/.test(event.message) && controller.abort(),
    });
    await expect(stopping).rejects.toThrow(InterruptedError);
    expect((await cacheContent()).unfinishedBytes).toBe(200_000);
    server.requests.length = 0;
    const folder = await resolve('hub:some/model');
    expect(sent(stored).map(({ range }) => range)).toEqual(['bytes=200000-']);
    expect(await hashAt(folder, unet)).toBe(stored);
    expect((await cacheContent()).unfinishedBytes).toBe(0);
  });

  test('a busy server is asked again', async () => {
    server.order('/revision/', { kind: 'status', status: 429, headers: { 'retry-after': '0' } });
    server.order('/tree/', { kind: 'status', status: 503 }, { kind: 'status', status: 500 });
    server.order(stored, { kind: 'status', status: 502 });
    await resolve('hub:some/model');
    expect(notices().map((text) => /answers (\d+)/.exec(text)?.[1])).toEqual(['429', '503', '500', '502']);
    expect(notices()[0]).toContain('trying again in 0 s');
  });

  test('a server may not support ranges', async () => {
    server.order(stored, cut(100_000), { kind: 'no ranges' });
    const folder = await resolve('hub:some/model');
    expect(await hashAt(folder, unet)).toBe(stored);
  });

  test('requests fail after several attempts', async () => {
    const failure = { kind: 'status', status: 503 } as const;
    server.order('/tree/', ...Array(5).fill(failure));
    await expect(resolve('hub:some/model')).rejects.toThrow(
      /^the hub at http:\S+ cannot be used: \S+ answers 503. Check the network .* what has been downloaded is kept.$/,
    );
    expect(sent('/tree/')).toHaveLength(5);
  });
});

describe('downloads are verified', () => {
  const partial = async (content: Buffer) => {
    await mkdir(dirname(blob(unetBytes)), { recursive: true });
    await writeFile(incomplete(), content);
  };

  test('a partial download of an older version is replaced', async () => {
    await partial(noise(100_000, 99));
    const folder = await resolve('hub:some/model');
    expect(await hashAt(folder, unet)).toBe(stored);
    expect(sent(stored).map(({ range }) => range)).toEqual(['bytes=100000-', undefined]);
    expect(notices()).toEqual([`what was already there of "${unet}" is damaged; downloading it anew`]);
  });

  test('a partial download that is too long is replaced', async () => {
    await partial(noise(400_000, 99));
    const folder = await resolve('hub:some/model');
    expect(await hashAt(folder, unet)).toBe(stored);
  });

  test('another size', async () => {
    server.order(stored, { kind: 'content', content: noise(299_999, 1) });
    await expect(resolve('hub:some/liar')).rejects.toThrow('is listed with 300000 bytes, but 299999 come');
  });

  test('another content', async () => {
    server.order(stored, { kind: 'content', content: noise(300_000, 7) });
    await expect(resolve('hub:some/liar')).rejects.toThrow(`"${unet}" of "some/liar" arrives damaged`);
    await expect(stat(blob(unetBytes))).rejects.toThrow('ENOENT');
  });

  test('an answer from something other than the hub', async () => {
    server.order('/revision/', { kind: 'status', status: 200 });
    const strange = async (path: string, content: string) => {
      server.order(path, { kind: 'content', content: Buffer.from(content) });
      return (await thrownBy(resolve('hub:some/model'))).message.replaceAll(server.endpoint, 'HUB');
    };
    await expect(resolve('hub:some/model')).rejects.toThrow('does not answer as the Hugging Face hub does');
    const begins = 'HUB does not answer as the Hugging Face hub does';
    expect(await strange('/revision/', '<html>')).toBe(
      `${begins}: its answer is not JSON. Check HF_ENDPOINT.`,
    );
    expect(await strange('/revision/', '{"sha":"main"}')).toBe(
      `${begins}: in what it says of "some/model", "sha" is "main"; expected 40 hexadecimal digits. Check HF_ENDPOINT.`,
    );
    expect(await strange('/tree/', '[{"type":"file","path":"a.json","size":-1,"oid":"x"}]')).toBe(
      `${begins}: in its list of files of "some/model", "size" is -1 and "oid" is "x"; expected a whole number from 0 ` +
        'for "size" and 40 or 64 hexadecimal digits for "oid". Check HF_ENDPOINT.',
    );
  });
});

describe('access', () => {
  test('the token goes to the hub and nowhere else', async () => {
    vi.stubEnv('HF_TOKEN', acceptedToken);
    await resolve('hub:some/private');
    const tokens = (name: string) =>
      new Set(server.requests.flatMap((each) => (each.server === name ? [each.authorization] : [])));
    expect(tokens('hub')).toEqual(new Set([`Bearer ${acceptedToken}`]));
    expect(tokens('store')).toEqual(new Set([undefined]));
  });

  test('refusals say what to do', async () => {
    const message = async (name: string, token = '') => {
      vi.stubEnv('HF_TOKEN', token);
      const error = await resolve(name).catch((error: Error) => error);
      expect(error).toBeInstanceOf(CheckpointError);
      return (error as Error).message.replaceAll(server.endpoint, 'HUB');
    };
    expect(await message('hub:some/gated')).toBe(
      '"some/gated" is gated. Accept its terms at HUB/some/gated and set HF_TOKEN to a token of your account.',
    );
    expect(await message('hub:some/private')).toBe(
      'there is no model "some/private" at HUB, or it is private (401). Check the name; if it is private, set HF_TOKEN to read it.',
    );
    expect(await message('hub:some/model', 'hf_wrong')).toContain('does not accept the token in HF_TOKEN');
    expect(await message('hub:some/nothing')).toContain('there is no model "some/nothing" at HUB');
    expect(await message('hub:some/model@v9')).toContain('"some/model" has no such revision');
    expect(server.requests).toHaveLength(5);
  });
});

describe('without a network', () => {
  test('what the cache holds is used', async () => {
    const folder = await resolve('hub:some/model');
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    server.requests.length = 0;
    expect(await resolve('hub:some/model')).toBe(folder);
    expect(server.requests).toHaveLength(0);
    vi.stubEnv('HF_HUB_OFFLINE', '');
    await server.stop();
    try {
      events = [];
      expect(await resolve('hub:some/model')).toBe(folder);
      expect(notices()).toEqual([
        `${server.endpoint} cannot be reached; using "some/model" as it is in the cache`,
      ]);
    } finally {
      await server.start();
    }
  });

  test('a missing or incomplete model is reported', async () => {
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    await expect(resolve('hub:some/model')).rejects.toThrow(
      `there is no "some/model" at revision "main" in the cache (${join(cache, 'models--some--model')}). HF_HUB_OFFLINE is set: unset it to download.`,
    );
    vi.stubEnv('HF_HUB_OFFLINE', '');
    const folder = await resolve('hub:some/model');
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    await rm(join(folder, unet));
    await symlink(join('..', '..', '..', 'blobs', 'gone'), join(folder, unet));
    await expect(resolve('hub:some/model')).rejects.toThrow(/is not complete: unet\/ has no weights/);
  });

  test('a hub that cannot be reached', async () => {
    await server.stop();
    try {
      await expect(resolve('hub:some/model')).rejects.toThrow(
        /cannot be used: \S+ does not answer \(ECONNREFUSED\)/,
      );
    } finally {
      await server.start();
    }
  });
});
