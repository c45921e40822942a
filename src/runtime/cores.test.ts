import { availableParallelism, cpus } from 'node:os';
import { expect, test } from 'vitest';
import { coreCount, processorQuota } from './cores.ts';

/** A system with these files, and a core for each logical processor unless `siblings` says otherwise. */
const system = (files: Readonly<Record<string, string>>, siblings?: string) => (path: string) => {
  const [, processor] = /cpu(\d+)\/topology/.exec(path) ?? [];
  const text = processor === undefined ? files[path] : (siblings ?? processor);
  if (text === undefined) throw new Error('ENOENT');
  return text;
};

test('logical processors that share a core count once, up to the number the process may use', () => {
  expect(coreCount(system({}))).toBe(Math.min(cpus().length, availableParallelism()));
  expect(coreCount(system({}, '0-127'))).toBe(1);
});

test('undefined where the system does not report its topology', () => {
  const missing = (): string => {
    throw new Error('ENOENT');
  };
  expect(coreCount(missing)).toBeUndefined();
});

test('no more than the processor time that a container allows, but one', () => {
  const container = (max: string) => system({ '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/cpu.max': max });
  expect(coreCount(container('50000 100000\n'))).toBe(1);
  expect(coreCount(container('max 100000\n'))).toBe(coreCount(system({})));
});

test.each([
  ['no control groups', {}, Number.POSITIVE_INFINITY],
  [
    'version 2, the smallest of a group and those above it',
    {
      '/proc/self/cgroup': '0::/user.slice/lamp.scope\n',
      '/sys/fs/cgroup/user.slice/lamp.scope/cpu.max': 'max 100000\n',
      '/sys/fs/cgroup/user.slice/cpu.max': '150000 100000\n',
      '/sys/fs/cgroup/cpu.max': '800000 100000\n',
    },
    1.5,
  ],
  [
    'version 1, seen from inside a container',
    {
      '/proc/self/cgroup': '4:memory:/docker/4f\n3:cpu,cpuacct:/docker/4f\n',
      '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '300000\n',
      '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n',
    },
    3,
  ],
  [
    'version 1 without a limit',
    {
      '/proc/self/cgroup': '1:cpu:/\n',
      '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n',
      '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
    },
    Number.POSITIVE_INFINITY,
  ],
])('%s', (_, files, quota) => {
  expect(processorQuota(system(files))).toBe(quota);
});
