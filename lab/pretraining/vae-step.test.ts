import { expect, test } from 'vitest';
import { randomStream } from '../../src/diffusion/random.ts';
import { type FloatTensor, floats } from '../../src/graph/host-tensor.ts';
import { reshape } from '../../src/graph/operators/index.ts';
import { input } from '../../src/graph/tensor.ts';
import { compile } from '../../src/runtime/program.ts';
import { smallVaeConfig } from '../../src/testing/small-vae.ts';
import { adamWState, adamWStep } from '../../src/training/adamw.ts';
import { initialParameters } from './initial-values.ts';
import { contrastLoss, vaeShapes, vaeStep } from './vae-step.ts';

const config = smallVaeConfig(4, 8);

test('an autoencoder overfits a few pictures', async () => {
  const parameters = initialParameters(vaeShapes(config), 0);
  const step = await vaeStep(config, parameters, [4, 3, 8, 8]);
  const state = adamWState(parameters);
  const random = randomStream(0, 'pictures');
  // Four plain colours, a gradient over each.
  const pictures = floats(
    Float32Array.from({ length: 4 * 3 * 64 }, (_, i) => Math.sin(Math.floor(i / 64)) * ((i % 8) / 8)),
    [4, 3, 8, 8],
  );
  const losses: number[] = [];
  for (let i = 0; i < 60; i++) {
    losses.push(await step.run({ pictures, noise: floats(random.normals(4 * 4 * 16), [4, 4, 4, 4]) }));
    adamWStep(parameters, step.gradients, state, 3e-3);
  }
  await step.dispose();
  expect(losses.at(-1)).toBeLessThan(0.4 * losses[0]!);
  // Every weight has a gradient.
  for (const [name, { data }] of step.gradients.views) {
    const key = name.endsWith('to_k.bias'); // A shift of all keys changes no attention.
    expect(key || data.some((value) => value !== 0), name).toBe(true);
  }
});

test('the loss of contrast asks for sharp outlines, not for their exact places', async () => {
  const shape = [1, 3, 16, 16];
  const loss = await compile({
    loss: reshape(contrastLoss(input('pictures', shape), input('targets', shape)), []),
  });
  /** A dark and a bright half, with an outline of this width at this column. */
  const halves = (column: number, width: number): FloatTensor =>
    floats(
      Float32Array.from({ length: 768 }, (_, i) => {
        const across = ((i % 16) + 0.5 - column) / width;
        return 2 * Math.min(1, Math.max(0, across + 0.5)) - 1;
      }),
      shape,
    );
  const between = async (pictures: FloatTensor, targets: FloatTensor) =>
    (await loss.run({ pictures, targets })).loss!.data[0] as number;
  const same = await between(halves(6, 1), halves(6, 1));
  const shifted = await between(halves(7, 1), halves(6, 1));
  const blurred = await between(halves(6, 4), halves(6, 1));
  await loss.dispose();
  expect(shifted).toBeCloseTo(same, 5);
  expect(blurred).toBeGreaterThan(same + 0.1);
});
