/**
 * @file Packs the package as npm would publish it, checks what is in it, installs it in an empty folder and uses it
 * there: from ESM, from CommonJS, as a command, by its types, without and with the optional video codecs. Needs
 * `npm run build` before; ends with exit code 1 when something is wrong.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installCodecs } from '../src/media/video-engine.ts';
import { usersEnvironment } from '../src/testing/fresh-home.ts';
import { exampleFiles, examples } from './api/examples.ts';
import { consumerFiles } from './package/consumer.ts';
import { faultsOf, moduleFaults, type PackedFile } from './package/contents.ts';
import { type Weight, weightFault, weights } from './package/weight.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
const folder = mkdtempSync(join(tmpdir(), 'lamp-package-'));
try {
  testPackage();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function testPackage(): void {
  const [{ filename, size, unpackedSize, files }] = JSON.parse(
    run('npm', ['pack', '--json', '--pack-destination', folder], root),
  ) as [{ filename: string; size: number; unpackedSize: number; files: PackedFile[] }];
  const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(2)} MiB`;
  say(`${filename}: ${files.length} files, ${mebibytes(size)}, unpacked ${mebibytes(unpackedSize)}`);
  const faults = [...faultsOf(files), ...moduleFaults(root, files)];
  if (faults.length > 0) throw new Error(`the package is not as it should be:\n  ${faults.join('\n  ')}`);

  const home = join(folder, 'empty');
  const consumer = (name: string) => join(home, name);
  mkdirSync(home);
  for (const [name, text] of Object.entries(consumerFiles)) writeFileSync(consumer(name), text);
  const flags = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  run('npm', ['install', ...flags, join(folder, filename)], home);
  say('installed in an empty folder');
  const modules = join(home, 'node_modules');
  const weightOf = (parts: readonly Weight[]) => mebibytes(parts.reduce((sum, { bytes }) => sum + bytes, 0));
  const all = weights(modules);
  const heaviest = all.slice(0, 4).map(({ name, bytes }) => `${name} ${mebibytes(bytes)}`);
  say(`it weighs ${weightOf(all)}, of it ${heaviest.join(', ')}`);
  if (process.platform === 'linux' && process.arch === 'x64') {
    const bytes = all.reduce((sum, each) => sum + each.bytes, 0);
    for (const page of ['README.md', 'docs/library.md']) {
      const fault = weightFault(page, readFileSync(join(root, page), 'utf8'), bytes);
      if (fault !== undefined) throw new Error(fault);
    }
    say('as README.md and docs/library.md say');
  }

  const userFolder = join(folder, 'user');
  mkdirSync(userFolder);
  const [imported, required] = ['program.mjs', 'program.cjs'].map((name) =>
    run(process.execPath, [consumer(name)], home, freshUser(userFolder)).trim(),
  );
  if (!imported || imported !== required) {
    throw new Error(`import gives "${imported}", require gives "${required}"`);
  }
  say(`import and require give the same ${imported.split(' ').length} names, and work`);
  const left = readdirSync(userFolder, { recursive: true });
  if (left.length > 0) throw new Error(`the programs left files of a user's behind: ${left.join(', ')}`);
  say('nothing is left in the home, cache and temporary folders');
  const version = run('npx', ['--no-install', 'lamp', '--version'], home).trim();
  say(`npx lamp --version: ${version}`);
  checkTypes(home);
  say('types, for import and for require');
  const [example, ...words] = ['node_modules/lamp-video/examples/learn-and-generate.mjs', '1', '2'];
  const told = run(process.execPath, [example, ...words], home)
    .trim()
    .split('\n');
  if (told.at(-1) !== 'frame 1: 128 x 128, 49152 bytes')
    throw new Error(`${example} told: ${told.join(', ')}`);
  say(`node ${example} ${words.join(' ')}`);
  run(process.execPath, [consumer('without-codecs.mjs'), 'are not installed'], home);
  say('without the video codecs: GIF and folders of frames; MP4 and WebM are refused');
  const [npm, ...install] = installCodecs.split(' ') as [string, ...string[]];
  run(npm, [...install, ...flags], home);
  run(process.execPath, [consumer('with-codecs.mjs')], home);
  say(`with them (${weightOf(weights(modules))}, by "${installCodecs}"): MP4 and WebM as well`);
  rmSync(join(modules, '@seydx'), { recursive: true });
  run(process.execPath, [consumer('without-codecs.mjs'), `cannot be loaded on ${process.platform}`], home);
  say('with files of them missing: as without');
}

/**
 * Compiles uses of the types, and the programs in the documentation, as strictly as users may, under the oldest
 * module setting that knows both kinds of module.
 */
function checkTypes(home: string): void {
  const compiler = createRequire(import.meta.url).resolve('typescript/package.json');
  const write = (name: string, code: string) => {
    writeFileSync(join(home, name), code);
    return name;
  };
  const shown = [
    ...examples().map(({ code }, i) => write(`example-${i}.mts`, code)),
    ...exampleFiles().map(({ code }, i) => write(`example-file-${i}.mjs`, code)),
  ];
  const files = ['types.mts', 'types.cts', ...shown];
  const typeRoots = join(root, 'node_modules', '@types');
  for (const module of ['node16', 'nodenext']) {
    const flags = [
      '--strict',
      '--noEmit',
      '--allowJs',
      '--checkJs',
      '--target',
      'es2022',
      '--typeRoots',
      typeRoots,
      '--types',
      'node',
    ];
    const program = join(dirname(compiler), 'bin', 'tsc');
    run(process.execPath, [program, ...flags, '--module', module, ...files], home);
  }
}

/** The environment of a user with one folder as home, cache and temporary folder, and without settings. */
function freshUser(path: string): NodeJS.ProcessEnv {
  return { ...usersEnvironment(), HOME: path, XDG_CACHE_HOME: path, TMPDIR: path };
}

/**
 * Runs a program and returns its output. Throws if it fails, or writes anything but npm's warnings to standard error.
 */
function run(program: string, words: readonly string[], cwd: string, env = process.env): string {
  const { status, stdout, stderr, error } = spawnSync(program, words, { cwd, env, encoding: 'utf8' });
  const said = stderr?.replace(/^npm (warn|notice).*\n?/gm, '').trim();
  if (status !== 0 || said) {
    throw new Error(`${program} ${words.join(' ')} (${error ?? status}):\n${stdout}\n${stderr}`);
  }
  return stdout;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
