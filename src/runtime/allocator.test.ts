import { expect, test } from 'vitest';
import { withAllocatorSettings } from './allocator.ts';

test('the allocator of a process is told to use freed memory again', () => {
  expect(withAllocatorSettings({ HOME: '/home/a' }, 'linux')).toEqual({
    HOME: '/home/a',
    MALLOC_MMAP_MAX_: '0',
    MALLOC_TRIM_THRESHOLD_: '8589934592',
  });
});

test('settings that somebody made stay as they are', () => {
  expect(withAllocatorSettings({ MALLOC_ARENA_MAX: '1' }, 'linux')).toBeUndefined();
  expect(withAllocatorSettings({ GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1' }, 'linux')).toBeUndefined();
});

test('other systems have no such settings', () => {
  expect(withAllocatorSettings({}, 'darwin')).toBeUndefined();
  expect(withAllocatorSettings({}, 'win32')).toBeUndefined();
});
