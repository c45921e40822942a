/** @file Every package that `package-lock.json` installs on some system, with its licence. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A package, and under which licence it says it is (an SPDX expression). */
export interface LicensedPackage {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  /** Only for work on this project: not in an installation of it. */
  readonly development: boolean;
  /** The licence was read from its licence file, since its `package.json` names none. */
  readonly read?: true;
}

interface LockedPackage {
  readonly version: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
}

/** All packages of the lock file in `root`, by name and version. Throws for one whose licence cannot be found. */
export function licensedPackages(root: string): LicensedPackage[] {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockedPackage>;
  };
  const found = new Map<string, LicensedPackage>();
  for (const [path, { version, license, dev = false, devOptional = false }] of Object.entries(
    lock.packages,
  )) {
    if (path === '') continue;
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const key = `${name} ${version}`;
    const development = (dev || devOptional) && (found.get(key)?.development ?? true);
    const licence = license ?? readLicence(join(root, path));
    if (licence === undefined)
      throw new Error(`${key} names no licence, and its files hold none that is known`);
    found.set(key, { name, version, licence, development, ...(license === undefined && { read: true }) });
  }
  return [...found.values()].sort((a, b) => (`${a.name} ${a.version}` < `${b.name} ${b.version}` ? -1 : 1));
}

/** The licence that a package's licence file holds, where it is one of those that such packages have had. */
function readLicence(folder: string): string | undefined {
  const name = existsSync(folder) && readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  return name ? licenceOf(readFileSync(join(folder, name), 'utf8')) : undefined;
}

/** What a licence's text is, as an SPDX identifier; `undefined` for one that is not known here. */
export function licenceOf(text: string): string | undefined {
  const flat = text.replace(/\s+/g, ' ');
  if (/Permission is hereby granted, free of charge/.test(flat)) return 'MIT';
  if (!/Redistribution and use in source and binary forms/.test(flat)) return undefined;
  return /Neither the name/.test(flat) ? 'BSD-3-Clause' : 'BSD-2-Clause';
}
