import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hubCacheFolder } from './hub-cache.ts';

const usual = join(homedir(), '.cache/huggingface/hub');

describe('the cache folder', () => {
  test.each([
    [{}, usual],
    [{ XDG_CACHE_HOME: '/caches' }, '/caches/huggingface/hub'],
    [{ XDG_CACHE_HOME: '/caches', HF_HOME: '/hf' }, '/hf/hub'],
    [{ HF_HOME: '/hf', HUGGINGFACE_HUB_CACHE: '/old' }, '/old'],
    [{ HF_HUB_CACHE: '/hub', HUGGINGFACE_HUB_CACHE: '/old' }, '/hub'],
  ])('%j: %s', (variables, folder) => {
    expect(hubCacheFolder(variables)).toBe(folder);
  });

  test('empty variables count as unset', () => {
    for (const name of ['XDG_CACHE_HOME', 'HF_HOME', 'HF_HUB_CACHE', 'HUGGINGFACE_HUB_CACHE']) {
      expect(hubCacheFolder({ [name]: '' }), name).toBe(usual);
    }
    expect(hubCacheFolder({ HF_HOME: '', XDG_CACHE_HOME: '/caches' })).toBe('/caches/huggingface/hub');
  });

  test('a relative XDG_CACHE_HOME is ignored', () => {
    for (const xdg of ['.cache', './cache', '~/cache']) {
      expect(hubCacheFolder({ XDG_CACHE_HOME: xdg })).toBe(usual);
    }
  });

  test('~ is the home', () => {
    expect(hubCacheFolder({ HF_HOME: '~/models' })).toBe(join(homedir(), 'models/hub'));
    expect(hubCacheFolder({ HF_HUB_CACHE: '~' })).toBe(homedir());
    expect(hubCacheFolder({ HF_HUB_CACHE: 'a~/b' })).toBe('a~/b');
  });
});
