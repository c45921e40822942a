import { floats, ints } from '../host-tensor.ts';
import { apply, defineOperator, type OnnxEmitter } from '../operator.ts';
import type { Tensor } from '../tensor.ts';

const operator = defineOperator({
  name: 'after',
  infer: ([x]) => [x!],
  onnx: (emitter, [x, signal], { inputs }) => {
    // One element is enough: it exists only once its tensor does.
    const [flat] = emitter.node('Reshape', [signal!, emitter.constant(ints([-1]))]);
    const [first] = emitter.node('Slice', [
      flat!,
      ...[0, 1, 0].map((value) => emitter.constant(ints([value]))),
    ]);
    const isIndex = inputs[0]!.dtype === 'int64';
    if (emitter.lacks('IsNaN')) return withoutIsNaN(emitter, x!, first!, isIndex);
    const type = isIndex ? 7 : 1;
    const [broken] = emitter.node('IsNaN', [first!]);
    const [flag] = emitter.node('Cast', [broken!], { attributes: { to: { int: type } } });
    const none = type === 7 ? ints([0]) : floats(new Float32Array(1));
    const [zero] = emitter.node('Mul', [flag!, emitter.constant(none)]);
    const [scalar] = emitter.node('Squeeze', [zero!]);
    return emitter.node('Add', [x!, scalar!]);
  },
  gradient: ({ dy }) => [dy, undefined],
  examples: [
    { inputs: [[2, 3], [4]], attributes: {} },
    { inputs: [[], [2, 2]], attributes: {} },
  ],
});

/**
 * The same for WebGPU, which lacks `IsNaN` and 64-bit integers: no number is less than itself, which runtimes do not
 * know, and indices become 32-bit integers, as operators that take indices accept.
 */
function withoutIsNaN(emitter: OnnxEmitter, x: string, first: string, isIndex: boolean): readonly string[] {
  const cast = (name: string, int: number) =>
    emitter.node('Cast', [name], { attributes: { to: { int } } })[0]!;
  const type = isIndex ? 6 : 1;
  const [never] = emitter.node('Less', [first, first]);
  const [zero] = emitter.node('Squeeze', [cast(never!, type)]);
  return emitter.node('Add', [isIndex ? cast(x, type) : x, zero!]);
}

/**
 * The identity on `x`, with a dependency on `signal`: it runs only after `signal` and is never merged with other copies
 * of `x`. This keeps a recomputed region from being merged with its original, or run early, by a runtime that merges
 * equal nodes and schedules them freely. (`x + 0·isNaN(signal[0])`, which a runtime cannot simplify away.)
 */
export function after(x: Tensor, signal: Tensor): Tensor {
  return apply(operator, [x, signal], {});
}
