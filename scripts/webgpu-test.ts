/**
 * @file `npm run test:webgpu`: the checks of a graphics card (`lab/bench/card-checks.test.ts`) on WebGPU. Where no card
 * is at hand they run on a Vulkan driver in software, SwiftShader, which is taken out of Debian's package of Chromium,
 * and not installed. Where that cannot be had either, nothing is checked, and the last line says so.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

const folder = await mkdtemp(join(tmpdir(), 'lamp-webgpu-'));
try {
  process.exitCode = await check();
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Runs the checks on a card or in software; returns the exit code. */
async function check(): Promise<number> {
  if (isUsable(process.env)) return runTests(process.env);
  const env = await softwareDriver();
  if (env && isUsable(env)) {
    console.log('WebGPU is computed in software, by SwiftShader.');
    return runTests(env);
  }
  console.log(
    'WebGPU was NOT checked: it needs a graphics card, or a Vulkan driver in software, which is taken from the package chromium-common where apt-get works.',
  );
  return 0;
}

/** Whether a small graph runs on WebGPU, found out in a process of its own. */
function isUsable(env: NodeJS.ProcessEnv): boolean {
  const devices = pathToFileURL(join(root, 'src/runtime/devices.ts')).href;
  const code = `import(${JSON.stringify(devices)}).then(async ({ whyUnusable }) => process.exit((await whyUnusable('webgpu')) === undefined ? 0 : 1))`;
  return run(process.execPath, ['--import', 'tsx', '-e', code], { env, stdio: 'ignore' });
}

function runTests(env: NodeJS.ProcessEnv): number {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const words = [vitest, 'run', 'lab/bench/card-checks.test.ts', '--testTimeout', '300000'];
  const tested = { ...env, LAMP_TEST_DEVICE: 'webgpu' };
  return run(process.execPath, words, { env: tested, stdio: 'inherit' }) ? 0 : 1;
}

/** The environment in which Vulkan finds SwiftShader; `undefined` where it cannot be had. */
async function softwareDriver(): Promise<NodeJS.ProcessEnv | undefined> {
  if (process.platform !== 'linux') return undefined;
  const download = () => run('apt-get', ['download', '-q', 'chromium-common'], { stdio: 'ignore' });
  if (!download() && !(run('apt-get', ['update', '-q'], { stdio: 'ignore' }) && download())) return undefined;
  const [file] = (await readdir(folder)).filter((name) => name.endsWith('.deb'));
  const wanted = ['libvk_swiftshader.so', 'vk_swiftshader_icd.json', 'libvulkan.so.1'];
  const names = wanted.map((name) => `'*/${name}'`).join(' ');
  const unpack = `dpkg-deb --fsys-tarfile "$1" | tar -x --wildcards ${names}`;
  if (!file || !run('sh', ['-c', unpack, 'sh', file], { stdio: 'ignore' })) return undefined;
  const place = join(folder, 'usr/lib/chromium');
  const driver = join(place, 'vk_swiftshader_icd.json');
  return {
    ...process.env,
    VK_DRIVER_FILES: driver,
    // The same for older loaders of Vulkan.
    VK_ICD_FILENAMES: driver,
    LD_LIBRARY_PATH: [place, process.env.LD_LIBRARY_PATH].filter(Boolean).join(delimiter),
  };
}

/** Whether a command runs and succeeds; downloads and unpacking happen in the temporary folder. */
function run(
  command: string,
  words: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly stdio: 'ignore' | 'inherit' },
): boolean {
  const cwd = command === process.execPath ? root : folder;
  return spawnSync(command, [...words], { cwd, ...options }).status === 0;
}
