import { expect, test, vi } from 'vitest';
import { startAsComputing } from './computing-process.ts';

const given = () => ({
  ...process,
  execve: vi.fn() as never,
  env: { HOME: '/home/a' },
  execPath: '/usr/bin/node',
  execArgv: ['--no-warnings'],
  argv: ['/usr/bin/node', '/usr/bin/lamp', 'train', 'clips'],
  platform: 'linux' as const,
});

test('a command that computes is started again with settings of the allocator', () => {
  const one = given();
  startAsComputing(['train', 'clips'], one, 16e9);
  expect(one.execve).toHaveBeenCalledExactlyOnceWith(
    '/usr/bin/node',
    ['/usr/bin/node', '--no-warnings', '/usr/bin/lamp', 'train', 'clips'],
    { HOME: '/home/a', MALLOC_MMAP_MAX_: '0', MALLOC_TRIM_THRESHOLD_: '8589934592' },
  );
});

test('a process that has the settings already is not started again', () => {
  const one = { ...given(), env: { MALLOC_MMAP_MAX_: '0' } };
  startAsComputing(['train', 'clips'], one, 16e9);
  expect(one.execve).not.toHaveBeenCalled();
});

test.each([[['clips', 'a']], [['--help']], [[]]])('%j is not started again', (words) => {
  const one = given();
  startAsComputing(words, one, 16e9);
  expect(one.execve).not.toHaveBeenCalled();
});

test('older versions of Node.js continue without the settings', () => {
  const { execve: _, ...older } = given();
  startAsComputing(['train', 'clips'], older, 16e9);
});
