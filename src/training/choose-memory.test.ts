import { expect, test } from 'vitest';
import { DeviceError } from '../errors.ts';
import { chooseMemory, type MemoryQuestion } from './choose-memory.ts';

const bytes = { fast: 20e9, balanced: 12e9, low: 5e9 };
const question = (more: Partial<MemoryQuestion>): MemoryQuestion => ({
  choice: 'auto',
  device: 'cpu',
  estimate: (mode) => bytes[mode],
  estimateLowRank: () => 3e9,
  whole: 32e9,
  free: 32e9,
  ...more,
});

test('auto takes the fastest mode that leaves some of the free memory', () => {
  const chosen = (free: number) => chooseMemory(question({ free }));
  expect(chosen(24e9)).toBe('fast');
  expect(chosen(22e9)).toBe('balanced');
  expect(chosen(12e9)).toBe('low');
  expect(chosen(1e9)).toBe('low');
});

test('a chosen mode is taken whatever is free, as long as the machine has so much', () => {
  expect(chooseMemory(question({ choice: 'fast', free: 1e9 }))).toBe('fast');
  expect(chooseMemory(question({ choice: 'low' }))).toBe('low');
});

test('on a graphics card auto is fast, without any estimate', () => {
  const estimate = () => {
    throw new Error('estimated');
  };
  expect(chooseMemory(question({ device: 'webgpu', estimate }))).toBe('fast');
  expect(chooseMemory(question({ device: 'webgpu', estimate, choice: 'balanced' }))).toBe('balanced');
});

test.each([
  [
    { choice: 'fast', whole: 16e9 },
    'a training step needs about 20.0 GB of memory with memory: "fast"; expected at most the 16.0 GB that this machine has. memory: "balanced" needs 12.0 GB. memory: "low" needs 5.00 GB. A smaller "width" and "height" or fewer "frames" need less.',
  ],
  [
    { whole: 4e9, free: 3e9 },
    'a training step needs about 5.00 GB of memory with memory: "low"; expected at most the 4.00 GB that this machine has. memory: "low" with rank: 32 needs 3.00 GB. A smaller "width" and "height" or fewer "frames" need less.',
  ],
  [
    { whole: 4e9, free: 3e9, estimate8Bit: () => 3.6e9 },
    'a training step needs about 5.00 GB of memory with memory: "low"; expected at most the 4.00 GB that this machine has. memory: "low" with optimizer: "adamw-8bit" needs 3.60 GB. memory: "low" with rank: 32 needs 3.00 GB. A smaller "width" and "height" or fewer "frames" need less.',
  ],
  [
    { whole: 2e9, free: 2e9 },
    'a training step needs about 5.00 GB of memory with memory: "low"; expected at most the 2.00 GB that this machine has. memory: "low" with rank: 32 needs 3.00 GB, which is too much as well. A smaller "width" and "height" or fewer "frames" need less.',
  ],
] as const)('what cannot fit is refused, with what would: %j', (more, message) => {
  const found = (() => {
    try {
      return chooseMemory(question(more));
    } catch (error) {
      return error;
    }
  })();
  expect(found).toBeInstanceOf(DeviceError);
  expect((found as Error).message).toBe(message);
});
