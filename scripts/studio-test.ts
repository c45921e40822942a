/**
 * @file `npm run test:studio`: the page of `lamp studio` in a browser (`lab/studio/`). It needs Chromium: the one that
 * `LAMP_CHROMIUM` names or that is installed, else Debian's package, which is installed where that is allowed. Where it
 * cannot be had, nothing is checked, and the last line says so. `--shots folder` keeps pictures of every view.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({ options: { shots: { type: 'string' } } });

const browser = installedBrowser() ?? installBrowser();
if (!existsSync(join(root, 'dist/studio/page/index.html'))) {
  console.error('There is no page to test: run "npm run build" first.');
  process.exitCode = 1;
} else if (browser === undefined) {
  console.log(
    'The page of the studio was NOT checked: it needs Chromium, which is installed where apt-get works, or named by LAMP_CHROMIUM.',
  );
} else {
  const env: NodeJS.ProcessEnv = { ...process.env, LAMP_CHROMIUM: browser };
  if (values.shots !== undefined) env.LAMP_STUDIO_SHOTS = resolve(values.shots);
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const words = [vitest, 'run', '--config', 'vitest.browser.config.ts'];
  process.exitCode = spawnSync(process.execPath, words, { cwd: root, env, stdio: 'inherit' }).status ?? 1;
}

/** The path of a browser that is here; `undefined` if there is none. */
function installedBrowser(): string | undefined {
  const named = process.env.LAMP_CHROMIUM;
  if (named !== undefined) return named;
  const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  return places.find((path) => existsSync(path));
}

/** Installs Debian's Chromium, where there is `apt-get` and permission. */
function installBrowser(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined;
  const run = (...words: string[]) => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    return spawnSync('apt-get', words, { stdio: 'ignore', env }).status === 0;
  };
  const install = () => run('install', '-y', '-q', '--no-install-recommends', 'chromium');
  return install() || (run('update', '-q') && install()) ? installedBrowser() : undefined;
}
