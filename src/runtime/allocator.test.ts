import { expect, test } from 'vitest';
import { withAllocatorSettings } from './allocator.ts';

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
  expect(withAllocatorSettings({}, 'linux', 12e9)).toBeUndefined();
});
