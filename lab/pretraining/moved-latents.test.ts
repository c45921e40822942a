import { expect, test } from 'vitest';
import { randomStream } from '../../src/diffusion/random.ts';
import { type FloatTensor, floats } from '../../src/graph/host-tensor.ts';
import { ParameterSet } from '../../src/training/parameter-set.ts';
import { exactVaeConfig, exactVaeWeights } from './exact-vae.ts';
import { drawMove, movedBatch, movesOfBatch, noMove, type PictureMove } from './moved-latents.ts';
import { vaeShapes, vaeStep } from './vae-step.ts';

const [height, width] = [8, 12];
const area = height * width;
const picture = floats(
  randomStream(0, 'picture')
    .normals(3 * area)
    .map((value) => value / 4),
  [1, 3, height, width],
);
const moved = (move: Partial<PictureMove>, factor = 4) =>
  movedBatch(picture, factor, [{ ...noMove, ...move }]);
/** The nonzero weights of a position in a matrix `[1, n, n]`. */
const origin = ({ data }: { data: Float32Array }, places: number, to: number) =>
  Array.from({ length: places }, (_, from) => [from, data[from * places + to]!] as const).filter(
    ([, share]) => Math.abs(share) > 1e-6,
  );

test('the identity changes neither pixels nor latents', () => {
  const { matrices, targets, inside } = moved({});
  expect(targets).toEqual(picture);
  expect(inside.data.every((value) => value === 1)).toBe(true);
  for (let place = 0; place < 6; place++) expect(origin(matrices, 6, place)).toEqual([[place, 1]]);
});

test('a translation moves pixels exactly, and latents by fractions of a latent', () => {
  const { matrices, targets, inside } = moved({ right: 4, down: -1 });
  for (let y = 0; y < height - 1; y++) {
    for (let x = 4; x < width; x++) {
      expect(targets.data[area + y * width + x]).toBe(picture.data[area + (y + 1) * width + x - 4]);
    }
  }
  // Unseen pixels are masked: four columns and a row.
  expect(inside.data.reduce((sum, value) => sum + value, 0)).toBe((width - 4) * (height - 1));
  // Latents [2 rows, 3 columns]: one to the right, and a quarter of one up.
  expect(origin(matrices, 6, 1)).toEqual([
    [0, 0.75],
    [3, 0.25],
  ]);
  // Edges are repeated.
  expect(origin(matrices, 6, 3)).toEqual([[3, 1]]);
});

test('a rotation by 90° is clockwise, and scaling is about the centre', () => {
  const square = floats(
    Float32Array.from({ length: 3 * 16 }, (_, i) => i % 16),
    [1, 3, 4, 4],
  );
  const turned = movedBatch(square, 1, [{ ...noMove, angle: Math.PI / 2 }]);
  const first = [...turned.targets.data.subarray(0, 4)].map(Math.round);
  expect(first).toEqual([12, 8, 4, 0]);
  expect(origin(turned.matrices, 16, 0).map(([from]) => from)).toContain(12);
  const [[from, share]] = origin(moved({ stretch: 1e6 }, 1).matrices, area, 0) as [readonly [number, number]];
  // The centre is between the four middle pixels.
  expect([from, share.toFixed(3)]).toEqual([3 * width + 5, '0.250']);
});

test('transformed latents of an identity autoencoder are those of the transformed picture', async () => {
  const parameters = new ParameterSet(vaeShapes(exactVaeConfig));
  parameters.set(exactVaeWeights());
  const step = await vaeStep(exactVaeConfig, parameters, [1, 3, height, width], {
    absolute: 0,
    squared: 1,
    edges: 0,
    divergence: 0,
  });
  const noise = floats(new Float32Array(3 * area), [1, 3, height, width]);
  const lossOf = (move: Partial<PictureMove>) =>
    step.run({ pictures: picture, noise, moves: [{ ...noMove, ...move }] });
  const still = await step.run({ pictures: picture, noise });
  expect(await lossOf({})).toBe(still);
  expect(still).toBeLessThan(1e-6);
  expect(await lossOf({ right: -5, down: 2 })).toBeLessThan(1e-6);
  // Bilinear and cubic interpolation differ most for noise.
  expect(await lossOf({ angle: 0.3 })).toBeGreaterThan(1e-4);
  await step.dispose();
});

test('how far transformed latents are from those of the transformed picture is a share of their variance', async () => {
  const parameters = new ParameterSet(vaeShapes(exactVaeConfig));
  parameters.set(exactVaeWeights());
  const weights = { absolute: 0, squared: 0, edges: 0, divergence: 0, equivariance: 1 };
  const step = await vaeStep(exactVaeConfig, parameters, [1, 3, height, width], weights);
  const noise = floats(new Float32Array(3 * area), [1, 3, height, width]);
  const lossOf = (pictures: FloatTensor, move: Partial<PictureMove>) =>
    step.run({ pictures, noise, moves: [{ ...noMove, ...move }] });
  expect(await lossOf(picture, {})).toBeLessThan(1e-6);
  expect(await lossOf(picture, { right: -5, down: 2 })).toBeLessThan(1e-6);
  const turned = await lossOf(picture, { angle: 0.3 });
  expect(turned).toBeGreaterThan(0.01);
  const fainter = floats(
    picture.data.map((value) => value / 2),
    picture.shape,
  );
  expect((await lossOf(fainter, { angle: 0.3 })) / turned).toBeCloseTo(1, 2);
  await step.dispose();
});

test('transformations of all kinds are drawn, and depend on seed and batch number only', () => {
  const random = randomStream(1, 'kinds');
  const moves = Array.from({ length: 500 }, () => drawMove(random));
  const still = moves.filter((move) => JSON.stringify(move) === JSON.stringify(noMove)).length / 500;
  const turned = moves.filter(({ angle }) => angle !== 0).length / 500;
  expect(Math.abs(still - 0.4)).toBeLessThan(0.07);
  expect(Math.abs(turned - 0.2)).toBeLessThan(0.06);
  expect(movesOfBatch(3, 7, 4)).toEqual(movesOfBatch(3, 7, 4));
  expect(movesOfBatch(3, 7, 4)).not.toEqual(movesOfBatch(3, 8, 4));
});
