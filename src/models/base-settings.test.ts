import { mkdir, writeFile } from 'node:fs/promises';
import { isAbsolute, join, sep } from 'node:path';
import { expect, test, vi } from 'vitest';
import { z } from 'zod';
import { CheckpointError } from '../errors.ts';
import { testFolder } from '../testing/test-folder.ts';
import { testdata } from '../testing/testdata.ts';
import { openBaseModel } from './base-model.ts';
import { readBaseSettings, recommended } from './base-settings.ts';
import * as builtIn from './built-in-base.ts';
import { recommendedSize } from './picture-size.ts';

const path = await testFolder();
const fields = z.object({ guidance: z.number().min(0), steps: z.int().default(50) });

/** A folder with this `lamp.json`. */
async function folderWith(name: string, content: unknown): Promise<string> {
  await mkdir(path(name));
  await writeFile(path(`${name}/lamp.json`), typeof content === 'string' ? content : JSON.stringify(content));
  return path(name);
}

test('a folder without lamp.json recommends nothing', async () => {
  expect(await readBaseSettings(path('nowhere'))).toEqual({
    path: path('nowhere/lamp.json'),
    training: {},
    video: {},
    image: {},
  });
});

test('its settings are returned unchanged', async () => {
  const size = { width: 64, height: 32 };
  const settings = await readBaseSettings(await folderWith('good', { size, image: { guidance: 2 } }));
  expect(settings.size).toEqual(size);
  expect(recommended(settings, 'image', fields)).toEqual({ guidance: 2 });
  expect(recommended(settings, 'video', fields)).toEqual({});
});

test.each([
  ['not JSON', '{', /lamp\.json", is not valid JSON/],
  ['an unknown part', { pictures: {} }, /lamp\.json", is not as expected: .*pictures/],
  ['half a size', { size: { width: 64 } }, /size\.height/],
])('%s is refused', async (name, content, message) => {
  const refused = readBaseSettings(await folderWith(name, content));
  await expect(refused).rejects.toThrow(CheckpointError);
  await expect(refused).rejects.toThrow(message);
});

test('an unknown field or an invalid value is reported with the file', async () => {
  const settings = await readBaseSettings(
    await folderWith('fields', { image: { guidance: -1 }, video: { stepz: 3 } }),
  );
  expect(() => recommended(settings, 'image', fields)).toThrow(CheckpointError);
  expect(() => recommended(settings, 'image', fields)).toThrow(
    /lamp\.json", .*"image\.guidance" is .*; expected a number from 0/,
  );
  expect(() => recommended(settings, 'video', fields)).toThrow(
    /lamp\.json", .*"video" has the unknown key "stepz"/,
  );
});

test('a model says how large its pictures are', async () => {
  const model = await openBaseModel(testdata('mini/tiny-sd'));
  expect(recommendedSize(model)).toEqual({ width: 64, height: 64 });
  const size = { width: 48, height: 24 };
  expect(recommendedSize({ ...model, settings: { ...model.settings, size } })).toEqual(size);
  const withSample = (sample_size: number[] | null) => ({
    ...model,
    unet: { ...model.unet, config: { ...model.unet.config, sample_size } },
  });
  expect(recommendedSize(withSample([4, 6]))).toEqual({ width: 48, height: 32 });
  expect(() => recommendedSize(withSample(null))).toThrow('Give "width" and "height".');
});

test('the built-in model has a name of its own, and its absence is told plainly', async () => {
  expect(isAbsolute(builtIn.builtInBase())).toBe(true);
  expect(builtIn.builtInBase().endsWith(join('assets', 'base'))).toBe(true);
  expect(builtIn.builtInBase()).not.toContain(`${sep}src${sep}`);
  const place = vi.spyOn(builtIn, 'builtInBase');
  place.mockReturnValue(testdata('mini/tiny-sd'));
  expect((await openBaseModel(testdata('mini/tiny-sd'))).name).toBe('built-in');
  place.mockReturnValue(path('gone'));
  await expect(openBaseModel(path('gone'))).rejects.toThrow(CheckpointError);
  await expect(openBaseModel(path('gone'))).rejects.toThrow(/^the built-in model is missing: .*"base"\.$/);
  place.mockRestore();
});
