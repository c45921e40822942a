/** @file Every package that `package-lock.json` installs on some system, with its licence. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** See {@link LicensedPackage}. */
export type Use = 'installed' | 'on request' | 'development';

/** A package and its declared licence (an SPDX expression). */
export interface LicensedPackage {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  /** Why it is installed: always, with the optional codecs, or for work on this project. */
  readonly use: Use;
  /** Whether the licence was read from its licence file, since its `package.json` names none. */
  readonly read?: true;
}

interface LockedPackage {
  readonly version: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** All packages of the lock file in `root`, by name and version. Throws for one whose licence cannot be found. */
export function licensedPackages(root: string): LicensedPackage[] {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockedPackage>;
  };
  const found = new Map<string, LicensedPackage>();
  const asked = onRequest(lock.packages);
  for (const [path, { version, license, dev, devOptional }] of Object.entries(lock.packages)) {
    if (path === '') continue;
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const key = `${name} ${version}`;
    const uses: Use[] = [dev || devOptional ? (asked.has(path) ? 'on request' : 'development') : 'installed'];
    uses.push(found.get(key)?.use ?? 'development');
    const use = (['installed', 'on request', 'development'] as const).find((each) => uses.includes(each))!;
    const licence = license ?? readLicence(join(root, path));
    if (licence === undefined)
      throw new Error(`${key} names no licence, and its files hold none that is known`);
    found.set(key, { name, version, licence, use, ...(license === undefined && { read: true }) });
  }
  return [...found.values()].sort((a, b) => (`${a.name} ${a.version}` < `${b.name} ${b.version}` ? -1 : 1));
}

/** Paths of the packages that are installed with the root's optional peers. */
function onRequest(packages: Readonly<Record<string, LockedPackage>>): ReadonlySet<string> {
  const found = new Set<string>();
  const pending = Object.keys(packages['']?.peerDependencies ?? {}).map((name) => ({ name, from: '' }));
  for (let next = pending.pop(); next; next = pending.pop()) {
    const path = placeOf(next.name, next.from, packages);
    if (path === undefined || found.has(path)) continue;
    found.add(path);
    const { dependencies, optionalDependencies } = packages[path]!;
    const names = Object.keys({ ...dependencies, ...optionalDependencies });
    pending.push(...names.map((name) => ({ name, from: path })));
  }
  return found;
}

/** Path at which a package's dependency is resolved: in its own folder, or in one above. */
function placeOf(
  name: string,
  from: string,
  packages: Readonly<Record<string, unknown>>,
): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const path = `${folder ? `${folder}/` : ''}node_modules/${name}`;
    if (path in packages) return path;
    if (folder === '') return undefined;
  }
}

/** The licence in a package's licence file, if it is a known one. */
function readLicence(folder: string): string | undefined {
  const name = existsSync(folder) && readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  return name ? licenceOf(readFileSync(join(folder, name), 'utf8')) : undefined;
}

/** The SPDX identifier of a licence's text; `undefined` if it is unknown. */
export function licenceOf(text: string): string | undefined {
  const flat = text.replace(/\s+/g, ' ');
  if (/Permission is hereby granted, free of charge/.test(flat)) return 'MIT';
  if (!/Redistribution and use in source and binary forms/.test(flat)) return undefined;
  return /Neither the name/.test(flat) ? 'BSD-3-Clause' : 'BSD-2-Clause';
}
