import { expect, test } from 'vitest';
import { sampleMemory } from './sample-memory.ts';

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
