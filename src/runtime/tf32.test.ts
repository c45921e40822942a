import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const variable = 'NVIDIA_TF32_OVERRIDE';

beforeEach(() => {
  vi.resetModules();
  vi.stubEnv(variable, undefined);
});
afterEach(() => void vi.unstubAllEnvs());

test('is off unless it is chosen', async () => {
  const { settleTf32, allowTf32 } = await import('./tf32.ts');
  settleTf32();
  expect(process.env[variable]).toBe('0');
  expect(() => allowTf32(false)).not.toThrow();
});

test('leaves NVIDIA’s libraries as they are where it is chosen', async () => {
  const { settleTf32, allowTf32 } = await import('./tf32.ts');
  allowTf32(true);
  settleTf32();
  expect(process.env[variable]).toBeUndefined();
});

test.each([
  [true, 'f32', 'tf32'],
  [false, 'tf32', 'f32'],
])('is decided once in a process: %s first', async (first, now, before) => {
  const { allowTf32 } = await import('./tf32.ts');
  allowTf32(first);
  expect(() => allowTf32(!first)).toThrow(
    `precision: "${now}" was chosen, but this process has computed on CUDA with precision: "${before}"`,
  );
});
