import { expect, test } from 'vitest';
import { sampleMemory, smallNetworkMemory } from './sample-memory.ts';

test('auto runs one program a block where one for all would fill the machine', () => {
  const chosen = (bytes: number) => sampleMemory('auto', 'cpu', () => bytes, 10e9);
  expect(chosen(6.9e9)).toBe('fast');
  expect(chosen(7.1e9)).toBe('low');
});

test('what is chosen is taken, and a graphics card never runs block by block, without any estimate', () => {
  const unexpected = () => {
    throw new Error('estimated');
  };
  expect(sampleMemory('low', 'cpu', unexpected)).toBe('low');
  expect(sampleMemory('fast', 'cpu', unexpected)).toBe('fast');
  expect(sampleMemory('auto', 'cuda', unexpected)).toBe('fast');
});

test('with low, a small network runs as one program, except where low is refused', () => {
  const mode = (bytes: number, device: 'cpu' | 'webgpu' = 'cpu') =>
    smallNetworkMemory('low', device, () => bytes);
  expect(mode(1e9)).toBe('fast');
  expect(mode(5e9)).toBe('low');
  expect(mode(1e9, 'webgpu')).toBe('low');
  expect(smallNetworkMemory('balanced', 'cpu', () => 1e9)).toBe('balanced');
});
