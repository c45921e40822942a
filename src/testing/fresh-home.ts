/**
 * @file Runs programs for a user with empty folders, and records what they leave behind and whether they open
 * connections.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandResult } from './run-lamp.ts';

/** Result of such a run. */
export interface FreshRun extends CommandResult {
  /** Files and folders that it left in its home, cache and temporary folders. */
  readonly left: readonly string[];
}

/** Options for a run. */
export interface FreshOptions {
  /** Additional variables. Those of the process that keep the engine from sending usage data are removed. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Whether it runs in a network namespace of its own, which needs `hasNamespaces`; see `countAttempts`. */
  readonly offline?: boolean;
  /** Called with everything written to standard output so far, and a function that ends its standard input. */
  readonly onStdout?: (text: string, endInput: () => void) => void;
}

/**
 * Variables that keep ONNX Runtime from sending anything: the switch itself, and those by which it recognises build
 * servers. Without them a program runs as on a user's own machine, wherever the tests run; with them the test would
 * prove nothing.
 */
const silencing = new Set([
  'ORT_DISABLE_TELEMETRY',
  'CI',
  'APPVEYOR',
  'BITBUCKET_BUILD_NUMBER',
  'BUILDKITE',
  'CIRCLECI',
  'CODEBUILD_BUILD_ID',
  'GITHUB_ACTIONS',
  'GITLAB_CI',
  'JENKINS_URL',
  'SYSTEM_TEAMFOUNDATIONCOLLECTIONURI',
  'TEAMCITY_VERSION',
  'TF_BUILD',
  'TRAVIS',
]);

/** This process's environment without what keeps ONNX Runtime from sending usage data. */
export function usersEnvironment(): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !silencing.has(name)));
}

/** Whether programs can be run in a separate network namespace, in which nothing can be reached. */
export const hasNamespaces = spawnSync('unshare', ['-rn', 'true']).status === 0;

/** Runs Node with these arguments, from source, with empty folders in `parent` for home, cache and temporary files. */
export async function runFresh(
  parent: string,
  words: readonly string[],
  { variables, offline = false, onStdout }: FreshOptions = {},
): Promise<FreshRun> {
  const folder = await mkdtemp(join(parent, 'fresh-'));
  const [home, cache, temporary] = ['home', 'cache', 'tmp'].map((name) => join(folder, name));
  for (const path of [home, cache, temporary]) await mkdir(path!);
  const inherited = usersEnvironment();
  const program = [process.execPath, '--import', import.meta.resolve('tsx'), ...words];
  const [first, ...rest] = offline ? ['unshare', '-rn', ...program] : program;
  const child = spawn(first!, rest, {
    env: {
      ...inherited,
      HOME: home!,
      XDG_CACHE_HOME: cache!,
      TMPDIR: temporary!,
      // The compiled sources cached by tsx belong to the tests, not to the program.
      TSX_DISABLE_CACHE: '1',
      ...variables,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    onStdout?.(stdout, () => child.stdin.end());
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return { code, stdout, stderr, left: await contentOf(home!, cache!, temporary!) };
}

async function contentOf(...folders: readonly string[]): Promise<string[]> {
  const names = await Promise.all(folders.map((folder) => readdir(folder, { recursive: true })));
  return names.flat().sort();
}

/**
 * TypeScript that defines `attempts()`: how often anything in a network namespace, including native code, tried to open
 * an IPv4 connection, for example to a name server. Nothing can be reached there, and the system counts packets without
 * a route.
 */
export const countAttempts = `
import { readFileSync } from 'node:fs';
function attempts(): number {
  const lines = readFileSync('/proc/self/net/snmp', 'utf8').split('\\n').filter((line) => line.startsWith('Ip: '));
  const [names, numbers] = lines.map((line) => line.split(' ')) as [string[], string[]];
  return Number(numbers[names.indexOf('OutNoRoutes')]);
}`;
