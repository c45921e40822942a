import { floats, sizeOf } from '../host-tensor.ts';
import { apply, defineOperator, type OnnxEmitter, ShapeError } from '../operator.ts';
import type { Node, Tensor } from '../tensor.ts';
import { broadcastShapes, sumTo } from './broadcast.ts';
import { quantisedWeight } from './find-quantised.ts';
import { asRows, int8Linear, int8LinearBack } from './int8-linear.ts';
import { reshape } from './reshape.ts';

interface Attributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly alpha: number;
}

const plain: Attributes = { transposeA: false, transposeB: false, alpha: 1 };

const operator = defineOperator<Attributes>({
  name: 'matmul',
  infer: ([a, b], { transposeA, transposeB }) => {
    const [m, k] = matrix(a!, transposeA);
    const [k2, n] = matrix(b!, transposeB);
    if (k !== k2) throw new ShapeError(`cannot multiply [${a!.shape}] and [${b!.shape}]: ${k} against ${k2}`);
    return [
      { dtype: a!.dtype, shape: [...broadcastShapes(a!.shape.slice(0, -2), b!.shape.slice(0, -2)), m, n] },
    ];
  },
  lower: ([a, b], { transposeA, transposeB, alpha }) => {
    const quantised = transposeA || alpha !== 1 ? undefined : quantisedWeight(b!);
    if (!quantised) return undefined;
    const product = transposeB ? int8Linear(asRows(a!), quantised) : int8LinearBack(asRows(a!), quantised);
    return [reshape(product, [...a!.shape.slice(0, -1), product.shape[1]!])];
  },
  onnx: (emitter, inputs, node) => {
    const { transposeA, transposeB, alpha } = node.attributes;
    if (!transposeA && !transposeB && alpha === 1) return emitter.node('MatMul', inputs);
    if (emitter.lacks('FusedMatMul')) return inPlainOperators(emitter, inputs, node);
    return emitter.node('FusedMatMul', inputs, {
      domain: 'com.microsoft',
      attributes: {
        transA: { int: Number(transposeA) },
        transB: { int: Number(transposeB) },
        alpha: { float: alpha },
      },
    });
  },
  gradient: ({ inputs: [a, b], attributes: { transposeA: ta, transposeB: tb, alpha }, dy, needs }) => [
    needs[0]
      ? sumTo(
          ta
            ? matmul(b!, dy, { transposeA: tb, transposeB: true, alpha })
            : matmul(dy, b!, { transposeB: !tb, alpha }),
          a!.shape,
        )
      : undefined,
    needs[1]
      ? sumTo(
          tb
            ? matmul(dy, a!, { transposeA: true, transposeB: ta, alpha })
            : matmul(a!, dy, { transposeA: !ta, alpha }),
          b!.shape,
        )
      : undefined,
  ],
  flops: ({ inputs: [a], outputs: [y], attributes }) =>
    2 * sizeOf(y!.shape) * matrix(a!, attributes.transposeA)[1],
  examples: [
    {
      inputs: [
        [3, 4],
        [4, 2],
      ],
      attributes: plain,
    },
    {
      inputs: [
        [2, 3, 4],
        [2, 5, 4],
      ],
      attributes: { transposeA: false, transposeB: true, alpha: 0.5 },
    },
    {
      inputs: [
        [4, 3],
        [2, 2, 4, 5],
      ],
      attributes: { transposeA: true, transposeB: false, alpha: 1 },
    },
    {
      inputs: [
        [2, 1, 4, 3],
        [3, 5, 4],
      ],
      attributes: { transposeA: true, transposeB: true, alpha: 2 },
    },
  ],
});

/** `alpha · a·b` over the last two axes, each optionally transposed first; leading axes broadcast. */
export function matmul(a: Tensor, b: Tensor, attributes: Partial<Attributes> = {}): Tensor {
  return apply(operator, [a, b], { ...plain, ...attributes });
}

/** The same with ONNX's own operators: `Gemm` for matrices, else transposed and scaled separately. */
function inPlainOperators(
  emitter: OnnxEmitter,
  [a, b]: readonly string[],
  { inputs, attributes: { transposeA, transposeB, alpha } }: Node<Attributes>,
): readonly string[] {
  if (inputs.every(({ shape }) => shape.length === 2)) {
    return emitter.node('Gemm', [a!, b!], {
      attributes: {
        transA: { int: Number(transposeA) },
        transB: { int: Number(transposeB) },
        alpha: { float: alpha },
      },
    });
  }
  const turned = (name: string, { shape }: Tensor, wanted: boolean) => {
    const axes = shape.map((_, i) => i);
    const perm = { ints: [...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!] };
    return wanted ? emitter.node('Transpose', [name], { attributes: { perm } })[0]! : name;
  };
  const [x, y] = inputs as [Tensor, Tensor];
  const factors = [turned(a!, x, transposeA), turned(b!, y, transposeB)];
  if (alpha === 1) return emitter.node('MatMul', factors);
  // The smaller factor is scaled: scores of attention are larger than queries and keys.
  const smaller = sizeOf(x.shape) <= sizeOf(y.shape) ? 0 : 1;
  const scale = emitter.constant(floats(Float32Array.of(alpha), []));
  factors[smaller] = emitter.node('Mul', [factors[smaller]!, scale])[0]!;
  return emitter.node('MatMul', factors);
}

function matrix(x: Tensor, transposed: boolean): [rows: number, columns: number] {
  if (x.shape.length < 2) throw new ShapeError(`a matrix product needs two axes; found [${x.shape}]`);
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  return transposed ? [columns, rows] : [rows, columns];
}
