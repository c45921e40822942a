import { expect, test } from 'vitest';
import { randomStream } from '../diffusion/random.ts';
import { type FloatTensor, floats, type Shape, sizeOf } from '../graph/host-tensor.ts';
import { input } from '../graph/tensor.ts';
import { openBaseModel } from '../models/base-model.ts';
import { int8Weights } from '../models/int8-weights.ts';
import { predictionInputs } from '../models/programs.ts';
import { emitGraph } from '../runtime/emit.ts';
import { compile } from '../runtime/program.ts';
import { tinyBase } from '../testing/library-models.ts';
import { testFolder } from '../testing/test-folder.ts';
import { randomMotion } from '../testing/test-motions.ts';
import { videoWeights } from './motion-parameters.ts';
import { roundedMotion } from './rounded-motion.ts';
import { motionVariants } from './variant.ts';
import { videoUNet } from './video-unet.ts';

const at = await testFolder();
const base = await openBaseModel(tinyBase);
const { config } = base.unet;
const { lamp: variant } = motionVariants;
const random = randomStream(3, 'rounded motion');
const normal = (shape: Shape) => floats(random.normals(sizeOf(shape)), shape);
const given = predictionInputs(
  config,
  normal([1, 4, 3, 4, 6]),
  [300],
  normal([1, 5, config.cross_attention_dim]),
);

test('a base in f32 has nothing to round', async () => {
  expect(await roundedMotion(base.unet.weights, randomMotion(base, 1, variant))).toEqual(new Map());
});

test.each([0, 4])(
  'weights rounded once (rank %d) give the bytes of those rounded in every step',
  async (rank) => {
    const weights = await int8Weights(base.unet.weights, at('integers'));
    const values = randomMotion(base, 1, variant, rank);
    const inputs = new Map([...values].map(([name, { shape }]) => [name, input(name, shape)]));
    const finished = await roundedMotion(weights, values);
    const graph = (...w: Parameters<typeof videoWeights>) => {
      const symbols = Object.fromEntries(
        Object.entries(given).map(([name, { shape }]) => [name, input(name, shape)]),
      ) as Parameters<typeof videoUNet>[2] & object;
      return { prediction: videoUNet(videoWeights(...w), config, symbols, { variant }).prediction };
    };
    const [often, once] = [graph(weights, inputs), graph(weights, inputs, finished)];
    const predicted = async (outputs: typeof once) => {
      const program = await compile(outputs);
      const { prediction } = await program.run({ ...Object.fromEntries(values), ...given });
      await program.dispose();
      return (prediction as FloatTensor).data;
    };
    expect(await predicted(once)).toEqual(await predicted(often));
    const layer = 'down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q';
    expect(finished.has(`${layer}.weight`)).toBe(true);
    const asked = [...emitGraph(once).inputs.keys()];
    expect(asked.filter((name) => finished.has(name))).toEqual([]);
    expect(asked.length).toBeGreaterThan(Object.keys(given).length);
  },
);
