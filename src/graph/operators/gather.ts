import { apply, defineOperator } from '../operator.ts';
import { filled, type Tensor } from '../tensor.ts';
import { reshape } from './reshape.ts';

const gatherOperator = defineOperator({
  name: 'gather',
  infer: ([table, indices]) => [
    { dtype: table!.dtype, shape: [...indices!.shape, ...table!.shape.slice(1)] },
  ],
  onnx: (emitter, inputs) => emitter.node('Gather', inputs, { attributes: { axis: { int: 0 } } }),
  gradient: ({ inputs: [table, indices], dy }) => [scatterAdd(dy, indices!, table!.shape[0]!), undefined],
  examples: [
    { inputs: [[5, 3], { shape: [2, 4], values: { below: 5 } }], attributes: {} },
    { inputs: [[3, 2], { shape: [6], values: { below: 3 } }], attributes: {} },
  ],
});

const scatterOperator = defineOperator<{ rows: number }>({
  name: 'scatterAdd',
  infer: ([values, indices], { rows }) => [
    { dtype: values!.dtype, shape: [rows, ...values!.shape.slice(indices!.shape.length - 1)] },
  ],
  onnx: (emitter, [values, indices, zeros]) =>
    emitter.node('ScatterND', [zeros!, indices!, values!], { attributes: { reduction: { string: 'add' } } }),
  gradient: ({ inputs: [, indices], dy }) => [
    gather(dy, reshape(indices!, indices!.shape.slice(0, -1))),
    undefined,
    dy,
  ],
  examples: [
    { inputs: [[4, 3], { shape: [4, 1], values: { below: 5 } }, [5, 3]], attributes: { rows: 5 } },
    { inputs: [[2, 3, 2], { shape: [2, 3, 1], values: { below: 4 } }, [4, 2]], attributes: { rows: 4 } },
  ],
});

/** Rows of a table `[rows, …]` selected by integer indices of any shape. */
export function gather(table: Tensor, indices: Tensor): Tensor {
  return apply(gatherOperator, [table, indices], {});
}

/** A table of `rows` rows, each the sum of the values with its index: the transpose of `gather`. */
export function scatterAdd(values: Tensor, indices: Tensor, rows: number): Tensor {
  const width = values.shape.slice(indices.shape.length);
  return apply(
    scatterOperator,
    [values, reshape(indices, [...indices.shape, 1]), filled([rows, ...width], 0)],
    { rows },
  );
}
