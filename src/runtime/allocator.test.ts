import { expect, test } from 'vitest';
import { allocatorKind, withAllocatorSettings } from './allocator.ts';

test('the allocator of a process is told to use freed memory again', () => {
  expect(withAllocatorSettings({ HOME: '/home/a' }, 'linux', 16e9)).toEqual({
    HOME: '/home/a',
    MALLOC_MMAP_MAX_: '0',
    MALLOC_TRIM_THRESHOLD_: '8589934592',
  });
});

test('settings that somebody made stay as they are', () => {
  expect(withAllocatorSettings({ MALLOC_ARENA_MAX: '1' }, 'linux', 16e9)).toBeUndefined();
  expect(withAllocatorSettings({ GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1' }, 'linux', 16e9)).toBeUndefined();
});

test('other systems have no such settings', () => {
  expect(withAllocatorSettings({}, 'darwin', 16e9)).toBeUndefined();
  expect(withAllocatorSettings({}, 'win32', 16e9)).toBeUndefined();
});

test('where memory is short, it is given back', () => {
  expect(withAllocatorSettings({}, 'linux', 12e9)).toEqual({ MALLOC_MMAP_THRESHOLD_: '4194304' });
});

test('how the allocator works is known before a command starts again', () => {
  const execve = () => {};
  expect(allocatorKind({ env: {}, platform: 'linux', execve }, 16e9)).toBe('fast');
  expect(allocatorKind({ env: {}, platform: 'linux', execve }, 12e9)).toBe('thrifty');
  expect(allocatorKind({ env: {}, platform: 'linux' }, 16e9)).toBe('usual');
  expect(allocatorKind({ env: {}, platform: 'darwin', execve }, 16e9)).toBe('usual');
  expect(allocatorKind({ env: { MALLOC_ARENA_MAX: '1' }, platform: 'linux', execve }, 16e9)).toBe('usual');
  expect(allocatorKind({ env: withAllocatorSettings({}, 'linux', 16e9)!, platform: 'linux' }, 12e9)).toBe(
    'fast',
  );
  expect(allocatorKind({ env: withAllocatorSettings({}, 'linux', 12e9)!, platform: 'linux' }, 16e9)).toBe(
    'thrifty',
  );
});
