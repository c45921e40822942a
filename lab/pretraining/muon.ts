/**
 * @file Muon, the optimiser that the built-in model is trained from scratch with: the update of a matrix is its
 * momentum with all singular values made about 1 (https://kellerjordan.github.io/posts/muon), scaled so that it is as
 * large as one of AdamW (arXiv 2502.16982). Everything else (biases, norms, embeddings, the first and the last layer)
 * is AdamW's.
 */
import { floats, sizeOf } from '../../src/graph/host-tensor.ts';
import { add, matmul, scale } from '../../src/graph/operators/index.ts';
import { constant, input, type Tensor } from '../../src/graph/tensor.ts';
import { compile } from '../../src/runtime/program.ts';
import {
  type AdamWSettings,
  type AdamWState,
  coefficientsAt,
  updateByMoments,
} from '../../src/training/adamw.ts';
import type { ParameterSet, ParameterShape } from '../../src/training/parameter-set.ts';

/** Decay of the momentum, as its author recommends. */
const momentum = 0.95;
/** Root mean square of an update, in learning rates: that of AdamW's updates. */
const updateSize = 0.2;
/** Iterations of {@link orthogonalised}. */
const iterations = 5;
/** Coefficients of its polynomial, chosen by Muon's author: all singular values come to between 0.7 and 1.2. */
const [a, b, c] = [3.4445, -4.775, 2.0315];

/** A compiled update. */
export interface Muon {
  /** One step, in place, of parameters and state. The gradients are multiplied by `gradientScale` first. */
  step(gradients: ParameterSet, learningRate: number, gradientScale: number): Promise<void>;
  dispose(): Promise<void>;
}

/** Matrices of one size, which are orthogonalised together. */
interface Alike {
  readonly rows: number;
  readonly columns: number;
  readonly names: string[];
}

/**
 * Compiles the update of `parameters`. Of the state, which is AdamW's, the first moments hold the momentum of matrices,
 * and their second moments stay zero; of the settings, only weight decay counts for them.
 */
export async function muon(
  parameters: ParameterSet,
  state: AdamWState,
  settings: AdamWSettings,
): Promise<Muon> {
  const groups = alike(parameters.shapes);
  const outputs = groups.map((group): [string, Tensor] => {
    const { rows, columns, names } = group;
    return [keyOf(group), orthogonalised(input(`momentum:${keyOf(group)}`, [names.length, rows, columns]))];
  });
  const program = await compile(Object.fromEntries(outputs));
  const matrices = new Set(groups.flatMap(({ names }) => names));
  const others = parameters.shapes.map(({ name }) => name).filter((name) => !matrices.has(name));
  const dataOf = (set: ParameterSet, name: string) => set.views.get(name)!.data as Float32Array;

  const directions = groups.map((group) => {
    const { rows, columns, names } = group;
    const shape = [names.length, rows, columns];
    return {
      ...group,
      input: `momentum:${keyOf(group)}`,
      value: floats(new Float32Array(sizeOf(shape)), shape),
    };
  });

  const updates = async (gradients: ParameterSet, gradientScale: number) => {
    for (const { rows, columns, names, value } of directions) {
      for (const [i, name] of names.entries()) {
        const into = value.data.subarray(i * rows * columns, (i + 1) * rows * columns);
        nextDirection(dataOf(state.first, name), dataOf(gradients, name), gradientScale, into);
      }
    }
    return program.run(Object.fromEntries(directions.map(({ input, value }) => [input, value])));
  };

  return {
    async step(gradients, learningRate, gradientScale) {
      state.step += 1;
      const coefficients = coefficientsAt(state.step, learningRate, settings, gradientScale);
      for (const name of others) {
        const [p, g] = [dataOf(parameters, name), dataOf(gradients, name)];
        updateByMoments(p, g, dataOf(state.first, name), dataOf(state.second, name), coefficients);
      }
      const found = await updates(gradients, gradientScale);
      for (const group of groups) {
        const { rows, columns, names } = group;
        const data = found[keyOf(group)]!.data as Float32Array;
        const rate = learningRate * updateSize * Math.sqrt(Math.max(rows, columns));
        for (const [i, name] of names.entries()) {
          const p = dataOf(parameters, name);
          const offset = i * rows * columns;
          for (let j = 0; j < p.length; j++) p[j] = p[j]! * coefficients.keep - rate * data[offset + j]!;
        }
      }
    },
    dispose: program.dispose,
  };
}

/** Embeddings, and the layers between pictures and features: their rows or columns are no directions of features. */
const notMatrices = /(token|position)_embedding|conv_in|conv_out/;

/** Matrices by size; kernels of convolutions are matrices with a row per output channel. */
function alike(shapes: readonly ParameterShape[]): Alike[] {
  const groups = new Map<string, Alike>();
  for (const { name, shape } of shapes) {
    if (shape.length < 2 || notMatrices.test(name)) continue;
    const [rows, ...rest] = shape as [number, ...number[]];
    const columns = sizeOf(rest);
    const group = groups.get(keyOf({ rows, columns })) ?? { rows, columns, names: [] };
    groups.set(keyOf(group), group);
    group.names.push(name);
  }
  return [...groups.values()];
}

function keyOf({ rows, columns }: Pick<Alike, 'rows' | 'columns'>): string {
  return `${rows}x${columns}`;
}

/** Adds the gradient to the momentum, and writes what both point to (Nesterov), of norm 1, to `into`. */
function nextDirection(m: Float32Array, g: Float32Array, gradientScale: number, into: Float32Array): void {
  let sum = 0;
  for (let i = 0; i < m.length; i++) {
    const gradient = g[i]! * gradientScale;
    m[i] = momentum * m[i]! + (1 - momentum) * gradient;
    const value = momentum * m[i]! + (1 - momentum) * gradient;
    into[i] = value;
    sum += value * value;
  }
  const factor = 1 / (Math.sqrt(sum) + 1e-12);
  for (let i = 0; i < into.length; i++) into[i] = into[i]! * factor;
}

/**
 * Matrices `[n, rows, columns]` of norm at most 1 with their singular values made about 1, by the iteration
 * `X ← F(A)·X`, `F(A) = a + bA + cA²`, with `A = XXᵀ` (of tall matrices, the same with `XᵀX` from the right). All
 * factors are polynomials of the first A, which is small, and commute: so the next A is `F·A·F`, and X is multiplied by
 * the product of the factors at the end.
 */
function orthogonalised(matrices: Tensor): Tensor {
  const [, rows, columns] = matrices.shape as [number, number, number];
  const isTall = rows > columns;
  const side = Math.min(rows, columns);
  const diagonal = floats(
    Float32Array.from({ length: side * side }, (_, i) => (i % (side + 1) === 0 ? a : 0)),
    [1, side, side],
  );
  let square = isTall
    ? matmul(matrices, matrices, { transposeA: true })
    : matmul(matrices, matrices, { transposeB: true });
  let product: Tensor | undefined;
  for (let i = 0; i < iterations; i++) {
    const factor = add(add(scale(square, b), constant(diagonal)), matmul(square, square, { alpha: c }));
    product = product ? matmul(factor, product) : factor;
    if (i + 1 < iterations) square = matmul(matmul(factor, square), factor);
  }
  return isTall ? matmul(matrices, product!) : matmul(product!, matrices);
}
