/** @file What the native files of installed packages contain, as far as the files themselves show it. */
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** A file with machine code. */
export interface NativeFile {
  /** Path in the package, with `/`. */
  readonly path: string;
  readonly bytes: number;
}

/** A package with such files. */
export interface NativePackage {
  readonly name: string;
  readonly files: readonly NativeFile[];
  /** FFmpeg's configure line, if a file contains it. */
  readonly ffmpeg?: FfmpegBuild;
  /** Bundled libraries, if the package's README lists them with their licences. */
  readonly libraries?: readonly Library[];
}

/** What can be read from FFmpeg's configure line. */
export interface FfmpegBuild {
  readonly version: string;
  /** Licence of the whole, by the rules of FFmpeg's `configure`. */
  readonly licence: string;
  /** The switches that decide the licence. */
  readonly switches: readonly string[];
  /** Libraries that are built in, such as `libx264`. */
  readonly libraries: readonly string[];
}

/** A library, its licence, and its version if it is known. */
export interface Library {
  readonly name: string;
  readonly licence: string;
}

/** The native files of the package in `folder`, and their contents; `undefined` if it has none. */
export function nativePackage(name: string, folder: string): NativePackage | undefined {
  const files = filesBelow(folder)
    .filter((path) => isNative(path))
    .map((path) => ({
      path: relative(folder, path).split(sep).join('/'),
      bytes: statSync(path).size,
    }));
  if (files.length === 0) return undefined;
  const builds = files.map(({ path }) => ffmpegBuild(readFileSync(join(folder, path))));
  const ffmpeg = builds.find((build) => build !== undefined);
  const readme = join(folder, 'README.md');
  const libraries = existsSync(readme) ? listedLibraries(readFileSync(readme, 'utf8')) : [];
  return { name, files, ...(ffmpeg && { ffmpeg }), ...(libraries.length > 0 && { libraries }) };
}

/** The files of a package, without those of packages inside it. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : filesBelow(path);
    return entry.isFile() ? [path] : [];
  });
}

/** Signatures of ELF, PE, Mach-O (for one and for several processors) and WebAssembly files. */
const beginnings = ['7f454c46', '4d5a', 'cffaedfe', 'cafebabe', '0061736d'];

function isNative(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const first = Buffer.alloc(4);
    const length = readSync(file, first, 0, 4, 0);
    return length === 4 && beginnings.some((beginning) => first.toString('hex').startsWith(beginning));
  } finally {
    closeSync(file);
  }
}

/** Switches of FFmpeg's `configure` that its libraries' configure scripts lack. */
const ofFfmpeg =
  /^--(enable|disable)-(gpl|version3|nonfree|programs|ffmpeg|ffplay|ffprobe|everything|avdevice|avfilter|swscale|swresample|encoder|decoder)s?(=|$)/;

/** How the FFmpeg in a file was built; `undefined` if there is none. */
export function ffmpegBuild(file: Buffer): FfmpegBuild | undefined {
  for (let at = file.indexOf('--enable-'); at >= 0; at = file.indexOf('--enable-', at + 1)) {
    const begin = file.lastIndexOf(0, at) + 1;
    const end = file.indexOf(0, at);
    const words = file.toString('latin1', begin, end < 0 ? file.length : end).split(' ');
    const switches = words.filter((word) => word.startsWith('--'));
    if (!words[0]!.startsWith('--') || !switches.some((each) => ofFfmpeg.test(each))) continue;
    const enabled = switches.flatMap((word) => /^--enable-([\w-]+)$/.exec(word)?.[1] ?? []);
    const extra = /^--extra-version=(.+)$/m.exec(switches.join('\n'))?.[1];
    const version = extra && new RegExp(`\\d+(\\.\\d+)+-${extra}`).exec(file.toString('latin1'))?.[0];
    return {
      version: version ?? 'of unknown version',
      licence: ffmpegLicence(enabled),
      switches: ['gpl', 'version3', 'nonfree']
        .filter((each) => enabled.includes(each))
        .map((each) => `--enable-${each}`),
      libraries: enabled.filter((each) => each.startsWith('lib')).sort(),
    };
  }
  return undefined;
}

/** The licence of an FFmpeg with these parts enabled. */
export function ffmpegLicence(enabled: readonly string[]): string {
  const [gpl, third] = ['gpl', 'version3'].map((each) => enabled.includes(each));
  if (enabled.includes('nonfree')) return 'none under which it may be passed on';
  if (gpl) return third ? 'GPL-3.0-or-later' : 'GPL-2.0-or-later';
  return third ? 'LGPL-3.0-or-later' : 'LGPL-2.1-or-later';
}

/** The rows of a README's table of libraries and their licences. */
export function listedLibraries(readme: string): Library[] {
  const [, table] =
    /^\| *Library *\| *Used under the terms of *\|\n\|[-| ]+\|\n((?:\|.*\|\n)+)/m.exec(readme) ?? [];
  return (table ?? '')
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [, name, licence] = line.split('|').map((cell) => cell.trim());
      return { name: name!, licence: licence!.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1') };
    });
}
