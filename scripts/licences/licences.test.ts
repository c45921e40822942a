import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { testFolder } from '../../src/testing/test-folder.ts';
import { ffmpegBuild, ffmpegLicence, listedLibraries, nativePackage } from './native.ts';
import { licenceOf, licensedPackages } from './packages.ts';
import { dependenciesPage, listedSystem, withLicences } from './section.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const path = await testFolder();
const system = `${process.platform}-${process.arch}`;

test.skipIf(system !== listedSystem)(
  'the list in docs/dependencies.md is that of what is installed; else run "npm run licences"',
  () => {
    const { text } = dependenciesPage(root);
    expect(withLicences(text, root)).toBe(text);
  },
);

describe('packages', () => {
  test('are those of the lock file, each with a licence and what brings it', async () => {
    const packages = {
      '': { version: '1.0.0', peerDependencies: { f: '5.0.0' } },
      'node_modules/a': { version: '1.0.0', license: 'MIT' },
      'node_modules/@b/c': { version: '2.0.0' },
      'node_modules/d': { version: '3.0.0', license: 'ISC', dev: true },
      'node_modules/a/node_modules/d': { version: '3.0.0', license: 'ISC' },
      'node_modules/e': { version: '4.0.0', license: '0BSD', dev: true },
      'node_modules/f': {
        version: '5.0.0',
        license: 'MIT',
        dev: true,
        dependencies: { a: '1.0.0', g: '6.0.0' },
      },
      'node_modules/f/node_modules/g': {
        version: '6.0.0',
        license: 'MIT',
        dev: true,
        optionalDependencies: { h: '7.0.0', 'other-system': '1.0.0' },
      },
      'node_modules/h': { version: '7.0.0', license: 'MIT', dev: true },
    };
    await mkdir(path('node_modules/@b/c'), { recursive: true });
    await writeFile(path('package-lock.json'), JSON.stringify({ packages }));
    await writeFile(path('node_modules/@b/c/LICENSE'), 'my own words');
    expect(() => licensedPackages(path('.'))).toThrow('@b/c 2.0.0 names no licence');
    const text = 'Redistribution and use in source and\n binary forms … Neither the name …';
    await writeFile(path('node_modules/@b/c/LICENSE'), text);
    expect(licensedPackages(path('.'))).toEqual([
      { name: '@b/c', version: '2.0.0', licence: 'BSD-3-Clause', use: 'installed', read: true },
      { name: 'a', version: '1.0.0', licence: 'MIT', use: 'installed' },
      { name: 'd', version: '3.0.0', licence: 'ISC', use: 'installed' },
      { name: 'e', version: '4.0.0', licence: '0BSD', use: 'development' },
      { name: 'f', version: '5.0.0', licence: 'MIT', use: 'on request' },
      { name: 'g', version: '6.0.0', licence: 'MIT', use: 'on request' },
      { name: 'h', version: '7.0.0', licence: 'MIT', use: 'on request' },
    ]);
  });

  test('licences are known by their text', () => {
    expect(licenceOf('Permission is hereby granted,\nfree of charge, to any person')).toBe('MIT');
    expect(licenceOf('Redistribution and use in source and binary forms, with')).toBe('BSD-2-Clause');
    expect(licenceOf('All rights reserved.')).toBeUndefined();
  });
});

describe('native files', () => {
  const line = (...more: string[]) =>
    [...'abcdefghij']
      .map((letter) => `--disable-${letter}`)
      .concat('--extra-version=Here', more)
      .join(' ');
  const binary = (text: string) =>
    Buffer.from(
      `\x7fELF--enable-x y\0a --enable-b\0--disable-docs --enable-vp9\0${text}\0 8.1-Here.\0`,
      'latin1',
    );

  test('show how their FFmpeg was configured, and so its licence', () => {
    const build = ffmpegBuild(
      binary(line('--enable-gpl', '--enable-version3', '--enable-libx264', '--enable-libass')),
    );
    expect(build).toEqual({
      version: '8.1-Here',
      licence: 'GPL-3.0-or-later',
      switches: ['--enable-gpl', '--enable-version3'],
      libraries: ['libass', 'libx264'],
    });
    expect(ffmpegBuild(binary('no FFmpeg'))).toBeUndefined();
    expect(ffmpegBuild(binary('--enable-lto --disable-programs'))?.licence).toBe('LGPL-2.1-or-later');
    expect(ffmpegLicence([])).toBe('LGPL-2.1-or-later');
    expect(ffmpegLicence(['version3'])).toBe('LGPL-3.0-or-later');
    expect(ffmpegLicence(['gpl'])).toBe('GPL-2.0-or-later');
    expect(ffmpegLicence(['gpl', 'nonfree'])).toMatch(/^none/);
  });

  test('are found by their content, at any depth, not in packages inside', async () => {
    await mkdir(path('p/bin'), { recursive: true });
    await mkdir(path('p/node_modules/q'), { recursive: true });
    await writeFile(path('p/index.js'), 'MIT');
    expect(nativePackage('p', path('p'))).toBeUndefined();
    await writeFile(path('p/node_modules/q/a.node'), binary(''));
    await writeFile(path('p/bin/a.wasm'), Buffer.from([0, 0x61, 0x73, 0x6d, 1]));
    await writeFile(
      path('p/README.md'),
      '| Library | Used under the terms of |\n|---|---|\n| x | [MIT](http://x) (new) |\n',
    );
    expect(nativePackage('p', path('p'))).toEqual({
      name: 'p',
      files: [{ path: 'bin/a.wasm', bytes: 5 }],
      libraries: [{ name: 'x', licence: 'MIT (new)' }],
    });
    expect(listedLibraries('| a | b |\n')).toEqual([]);
  });
});
