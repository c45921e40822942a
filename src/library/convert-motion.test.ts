import { expect, test } from 'vitest';
import { convertMotion, readMotionInfo } from '../index.ts';
import { tinyBase, writeTestMotion } from '../testing/library-models.ts';
import { testFolder } from '../testing/test-folder.ts';
import { testdata } from '../testing/testdata.ts';
import { thrownBy } from '../testing/thrown-by.ts';

const at = await testFolder();
const unet = testdata('mini/unet3d');

test('makes a motion of the authors’ U-Net, and tells what it wrote', async () => {
  const written: string[] = [];
  const path = await convertMotion({
    source: unet,
    out: at('horse.safetensors'),
    base: testdata('mini/tiny-sd'),
    prompt: 'a horse runs',
    frames: 4,
    width: 64,
    height: 32,
    framesPerSecond: 10,
    onEvent: (event) => void (event.type === 'written' && written.push(event.path)),
  });
  expect(written).toEqual([path]);
  expect(await readMotionInfo(path)).toMatchObject({
    prompt: 'a horse runs',
    frames: 4,
    width: 64,
    height: 32,
    framesPerSecond: 10,
    steps: 0,
  });
});

test.each([
  [{ frames: 1 }, '"frames" is 1; expected a whole number from 2 to 10000'],
  [{ frames: 10_001 }, '"frames" is 10001; expected a whole number from 2 to 10000'],
  [{ framesPerSecond: 0 }, '"framesPerSecond" is 0; expected a number above 0 up to 1000'],
  [{ framesPerSecond: 1001 }, '"framesPerSecond" is 1001; expected a number above 0 up to 1000'],
  [{ steps: -1 }, '"steps" is -1; expected a whole number from 0'],
  [{ dtype: 'float64' }, '"dtype" is "float64"; expected one of: float32, float16'],
  [{ format: 'zip' }, '"format" is "zip"; expected one of: bin, safetensors'],
])('refuses %j', async (changes, message) => {
  const options = { source: unet, out: at('x.safetensors'), base: tinyBase, prompt: 'p', ...changes };
  expect((await thrownBy(convertMotion(options as never))).message).toBe(`${message}.`);
});

test('options of the other direction are refused', async () => {
  const motion = await writeTestMotion(at('own.safetensors'));
  const wrong = convertMotion({ source: motion, out: at('y.safetensors'), width: 64 });
  expect((await thrownBy(wrong)).message).toMatch(
    /only for conversions in which the authors' U-Net comes in/,
  );
});

test('a motion that is not there is named as its source', async () => {
  const error = await thrownBy(convertMotion({ source: at('none.safetensors'), out: at('z.safetensors') }));
  expect(error).toMatchObject({ name: 'CheckpointError', setting: 'source' });
  expect(error.message).not.toContain('"motion"');
});
