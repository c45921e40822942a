/** @file The part of `docs/dependencies.md` that lists licences. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type NativePackage, nativePackage } from './native.ts';
import { type LicensedPackage, licensedPackages, type Use } from './packages.ts';

const begin = '<!-- Written by "npm run licences" from here on. -->';
const end = '<!-- To here. -->';

/** The system whose native files the list describes; others have other files. */
export const listedSystem = 'linux-x64';

/**
 * The document in `text`, with the list of the packages installed in `root`. Throws if it has no section for the list.
 */
export function withLicences(text: string, root: string): string {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the document has no lines "${begin}" and "${end}"`);
  return `${text.slice(0, from + begin.length)}\n\n${section(root)}\n${text.slice(to)}`;
}

function section(root: string): string {
  const packages = licensedPackages(root);
  const used = (use: Use) => byLicence(packages.filter((each) => each.use === use));
  const natives = packages.flatMap(({ name, use }) => {
    const folder = join(root, 'node_modules', name);
    return use === 'development' || !existsSync(folder) ? [] : (nativePackage(name, folder) ?? []);
  });
  const read = packages.filter((each) => each.read).map(({ name }) => `\`${name}\``);
  return [
    '### What the packages say',
    '',
    'Of the packages that an installation can bring, on all systems together (each system gets its own of those with a system in their name):',
    '',
    ...used('installed'),
    '',
    'With the video codecs, which are installed on request:',
    '',
    ...used('on request'),
    '',
    'For development only:',
    '',
    ...used('development'),
    ...(read.length > 0
      ? ['', `Read from the licence file, since \`package.json\` names none: ${read.join(', ')}.`]
      : []),
    '',
    `### What their native files contain (${listedSystem})`,
    '',
    ...natives.map(nativeText),
    '',
  ]
    .map((line) => wrapped(line))
    .join('\n');
}

function byLicence(packages: readonly LicensedPackage[]): string[] {
  const groups = new Map<string, LicensedPackage[]>();
  for (const each of packages) groups.set(each.licence, [...(groups.get(each.licence) ?? []), each]);
  return [...groups]
    .sort(([a, some], [b, others]) => others.length - some.length || (a < b ? -1 : 1))
    .map(
      ([licence, some]) =>
        `- **${licence}** (${some.length}): ${some.map(({ name, version }) => `${name} ${version}`).join(', ')}`,
    );
}

function nativeText(native: NativePackage): string {
  const { name, files } = native;
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const size = `${files.length === 1 ? `\`${files[0]!.path}\`` : `${files.length} files`}, ${(bytes / 2 ** 20).toFixed(1)} MiB`;
  return `- **\`${name}\`** (${size}): ${contents(native)}`;
}

function contents({ name, ffmpeg, libraries }: NativePackage): string {
  if (ffmpeg) return ffmpegText(ffmpeg);
  if (libraries) return `${libraries.map((each) => `${each.name} (${each.licence})`).join(', ')}.`;
  return notes.find(([prefix]) => name.startsWith(prefix))?.[1] ?? 'built from its own sources.';
}

function ffmpegText({ version, licence, switches, libraries }: NonNullable<NativePackage['ffmpeg']>): string {
  const configured = switches.length > 0 ? `, configured with \`${switches.join(' ')}\`` : '';
  const gpl = libraries.filter((each) => gplLibraries.includes(each));
  return [
    `FFmpeg ${version}${configured}: as a whole **${licence}**, whatever the package says.`,
    gpl.length > 0 ? `Parts under the GPL: ${gpl.join(', ')}.` : '',
    libraries.includes('libfdk-aac')
      ? 'It holds FDK-AAC (libfdk-aac), whose licence FFmpeg calls incompatible with the GPL.'
      : '',
    `All its libraries: ${libraries.join(', ')}.`,
  ]
    .filter((sentence) => sentence !== '')
    .join(' ');
}

/** External libraries for which FFmpeg's `configure` asks for `--enable-gpl`. */
const gplLibraries = [
  'libcdio',
  'libdavs2',
  'librubberband',
  'libvidstab',
  'libx264',
  'libx265',
  'libxavs',
  'libxavs2',
  'libxvid',
];

/** Facts about packages whose files do not show them. */
const notes: readonly (readonly [prefix: string, text: string])[] = [
  [
    'onnxruntime-node',
    'ONNX Runtime (MIT) for Linux, macOS and Windows, for Windows with DirectML, dxcompiler and dxil (Microsoft). The package holds no notices of the libraries inside (protobuf, ONNX, Eigen and others): they are in `ThirdPartyNotices.txt` of [its repository](https://github.com/microsoft/onnxruntime).',
  ],
  ['@img/sharp-', 'sharp (Apache-2.0), which loads libvips from a file of its own.'],
  ['@rollup/', 'rollup (MIT), from Rust; not used by this package, brought by another.'],
];

/** Longest line. */
const width = 120;

/** A paragraph or list item in lines. */
function wrapped(text: string): string {
  const indent = text.startsWith('- ') ? '  ' : '';
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = `${indent}${word}`;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].join('\n');
}

/** The document and its path. */
export function dependenciesPage(root: string): { path: string; text: string } {
  const path = join(root, 'docs', 'dependencies.md');
  return { path, text: readFileSync(path, 'utf8') };
}
