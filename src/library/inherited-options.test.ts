import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { fromSource } from '../testing/from-source.ts';
import { inheritedOptions } from './inherited-options.ts';

test.each([
  [[], []],
  [
    ['--import', 'tsx', '--max-old-space-size=4096', '-r', './a.cjs', '-C', 'dev'],
    ['--import', 'tsx', '--max-old-space-size=4096', '-r', './a.cjs', '-C', 'dev'],
  ],
  [
    ['-e', 'x()', '--import', 'tsx'],
    ['--import', 'tsx'],
  ],
  [
    ['--import', 'tsx', '--eval', '-1'],
    ['--import', 'tsx'],
  ],
  [['--eval=x()', '-pe', 'x', '--print', 'x'], []],
  [['--input-type', 'module', '--input-type=module', '-i'], []],
  [['--test', '--test-reporter', 'spec', '--test-reporter=dot', '--watch', '--watch-path=src'], []],
  [
    ['--experimental-vm-modules', '--inspect'],
    ['--experimental-vm-modules', '--inspect'],
  ],
])('%j leave %j', (given, left) => {
  expect(inheritedOptions(given)).toEqual(left);
});

test('a program given with node -e is not run again by its probes and engines', () => {
  const file = (name: string) => JSON.stringify(fileURLToPath(new URL(name, import.meta.url)));
  const code = `
    const { runProbe } = await import(${file('./machine/run-probe.ts')});
    console.log('begins');
    console.log((await runProbe('engine')).devices.length);
    const { startEngine } = await import(${file('./engine.ts')});
    const engine = await startEngine();
    await engine.close();
    console.log('ends');`;
  const words = [...fromSource, '--input-type=module', '-e', code];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, {
    encoding: 'utf8',
    timeout: 100_000,
  });
  expect([status, stdout, stderr]).toEqual([0, 'begins\n3\nends\n', '']);
}, 120_000);
