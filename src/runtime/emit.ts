/** @file Emits a graph as an ONNX model. */
import { type ConstantTensor, type DType, isFloat8, type Shape } from '../graph/host-tensor.ts';
import type { OnnxAttribute, OnnxEmitter } from '../graph/operator.ts';
import { flatten } from '../graph/order.ts';
import { nodeOf, type StoredTensor, type Tensor } from '../graph/tensor.ts';
import { placeStored } from './external-data.ts';
import {
  type AttributeProto,
  attributeTypes,
  elementTypes,
  encodeModel,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from './onnx-format.ts';

/** A graph in ONNX Runtime's format. */
export interface EmittedGraph {
  /** The ONNX file. */
  readonly bytes: Uint8Array;
  /** The deepest common folder of the weight files the graph refers to; `undefined` when there are none. */
  readonly weightsFolder: string | undefined;
  /** Whether the graph contains weights as 8-bit integers. */
  readonly hasIntegers: boolean;
  /** Values that must be supplied at every run. */
  readonly inputs: ReadonlyMap<string, Tensor>;
  /** The shape of each output in the graph; its elements are those of the requested tensor, in the same order. */
  readonly outputShapes: ReadonlyMap<string, Shape>;
}

/**
 * Emits the graph that computes the named tensors, for ONNX operator set 18 (19 with weights of 8 bits). Operators that
 * are `lacking` on the device are written with others.
 * Throws `RangeError` when two inputs share a name, or weight files lie on different drives.
 */
export function emitGraph(
  outputs: Readonly<Record<string, Tensor>>,
  lacking: readonly string[] = [],
): EmittedGraph {
  const model = new GraphWriter(lacking);
  const { nodes, resolve } = flatten(Object.values(outputs));
  for (const node of nodes) {
    const names = node.operator.onnx!(
      model,
      node.inputs.map((tensor) => model.nameOf(resolve(tensor))),
      node,
    );
    for (const [i, output] of node.outputs.entries()) {
      if (names[i] !== undefined) model.setName(output, names[i]);
    }
  }
  for (const [name, tensor] of Object.entries(outputs)) {
    // A final reshape is left to the caller: in the graph it would be a copy.
    let value = resolve(tensor);
    for (let node = nodeOf(value); node?.operator.alias; node = nodeOf(value)) {
      value = resolve(node.inputs[0]!);
    }
    model.output(name, value);
  }
  return model.finish();
}

class GraphWriter implements OnnxEmitter {
  readonly #names = new Map<Tensor, string>();
  readonly #known = new Map<string, string[]>();
  readonly #nodes: NodeProto[] = [];
  readonly #initializers: TensorProto[] = [];
  /** Initialisers stored in external files. */
  readonly #stored = new Map<TensorProto, StoredTensor>();
  readonly #inputs = new Map<string, Tensor>();
  readonly #outputs: ValueInfoProto[] = [];
  /** Output names of the values that are outputs. */
  readonly #outputNames = new Map<string, string>();
  readonly #outputShapes = new Map<string, Shape>();
  readonly #lacking: readonly string[];
  #count = 0;
  /** Whether a constant is a weight as 8-bit integers. */
  #hasIntegers = false;

  constructor(lacking: readonly string[]) {
    this.#lacking = lacking;
  }

  lacks(opType: string): boolean {
    return this.#lacking.includes(opType);
  }

  node(
    opType: string,
    inputs: readonly string[],
    { attributes = {}, outputs = 1, domain }: Parameters<OnnxEmitter['node']>[2] = {},
  ): string[] {
    const key = JSON.stringify([opType, inputs, attributes]);
    const known = this.#known.get(key);
    if (known && known.length >= outputs) return known;
    const name = `${opType}_${this.#count++}`;
    const output = Array.from({ length: outputs }, (_, i) => (i === 0 ? name : `${name}:${i}`));
    this.#known.set(key, output);
    this.#nodes.push({
      input: [...inputs],
      output,
      name,
      opType,
      domain: domain ?? '',
      attribute: Object.entries(attributes).map(([attribute, value]) => attributeProto(attribute, value)),
    });
    return output;
  }

  constant(value: ConstantTensor): string {
    const bytes = new Uint8Array(value.data.buffer, value.data.byteOffset, value.data.byteLength);
    const key = bytes.length <= 1024 && `constant ${value.dtype} [${value.shape}] ${bytes}`;
    const known = key && this.#known.get(key);
    if (known) return known[0]!;
    const name = `constant_${this.#count++}`;
    if (key) this.#known.set(key, [name]);
    this.#initializers.push({
      name,
      dims: [...value.shape],
      dataType: elementTypes[value.dtype],
      rawData: bytes,
    });
    return name;
  }

  nameOf(tensor: Tensor): string {
    let name = this.#names.get(tensor);
    if (name === undefined) {
      name = this.#declare(tensor);
      this.#names.set(tensor, name);
    }
    return name;
  }

  setName(tensor: Tensor, name: string): void {
    this.#names.set(tensor, name);
  }

  output(name: string, value: Tensor): void {
    const source = this.nameOf(value);
    if (nodeOf(value) && !this.#outputNames.has(source)) {
      this.#outputNames.set(source, name);
    } else {
      // An input, a constant or a value requested twice needs an identity node to get a second name.
      this.#nodes.push({
        input: [source],
        output: [name],
        name: `output ${name}`,
        opType: 'Identity',
        domain: '',
        attribute: [],
      });
    }
    this.#outputShapes.set(name, value.shape);
    this.#outputs.push(valueInfo(name, value.dtype, value.shape));
  }

  finish(): EmittedGraph {
    const renamed = (name: string) => this.#outputNames.get(name) ?? name;
    const weightsFolder = placeStored(this.#stored);
    const bytes = encodeModel({
      irVersion: 9,
      producerName: 'lamp-video',
      opsetImport: [
        // Operator set 19 is the first with 8-bit floats.
        { domain: '', version: [...this.#stored.values()].some(({ dtype }) => isFloat8(dtype)) ? 19 : 18 },
        { domain: 'com.microsoft', version: 1 },
      ],
      graph: {
        name: 'graph',
        node: inRunningOrder(this.#nodes).map((node) => ({
          ...node,
          input: node.input.map(renamed),
          output: node.output.map(renamed),
        })),
        initializer: this.#initializers,
        input: [...this.#inputs].map(([name, { dtype, shape, source }]) =>
          valueInfo(name, (source.kind === 'input' && source.suppliedAs) || dtype, shape),
        ),
        output: this.#outputs,
      },
    });
    const hasIntegers = this.#hasIntegers || [...this.#stored.values()].some(({ dtype }) => dtype === 'int8');
    return { bytes, weightsFolder, hasIntegers, inputs: this.#inputs, outputShapes: this.#outputShapes };
  }

  #declare(tensor: Tensor): string {
    const { source } = tensor;
    switch (source.kind) {
      case 'input':
        if (this.#inputs.has(source.name)) throw new RangeError(`two inputs are named "${source.name}"`);
        this.#inputs.set(source.name, tensor);
        return this.#asFloat32(source.name, source.suppliedAs ?? 'float32');
      case 'constant':
        if (tensor.dtype === 'int8') this.#hasIntegers = true;
        return this.constant(source.value);
      case 'file':
        return this.#pointInto(source.name, source.file, tensor.dtype);
      case 'node':
        throw new Error(`operator "${source.node.operator.name}" was not emitted before its use`);
    }
  }

  /** An initialiser that stays in its file; 16-bit and 8-bit floats are cast to f32 when the graph is loaded. */
  #pointInto(name: string, file: StoredTensor, dtype: DType): string {
    const initializer: TensorProto = {
      name,
      dims: [...file.shape],
      dataType: elementTypes[file.dtype],
      dataLocation: 1,
    };
    this.#initializers.push(initializer);
    this.#stored.set(initializer, file);
    return file.dtype === dtype ? name : this.#asFloat32(name, file.dtype);
  }

  #asFloat32(name: string, dtype: DType): string {
    if (dtype === 'float32') return name;
    return this.node('Cast', [name], { attributes: { to: { int: elementTypes.float32 } } })[0]!;
  }
}

function valueInfo(name: string, dtype: DType, shape: Shape): ValueInfoProto {
  const dim = shape.map((dimValue) => ({ dimValue }));
  return { name, type: { tensorType: { elemType: elementTypes[dtype], shape: { dim } } } };
}

function attributeProto(name: string, value: OnnxAttribute): AttributeProto {
  if ('int' in value) return { name, type: attributeTypes.int, i: value.int };
  if ('float' in value) return { name, type: attributeTypes.float, f: value.float };
  if ('ints' in value) return { name, type: attributeTypes.ints, ints: [...value.ints] };
  return { name, type: attributeTypes.string, s: new TextEncoder().encode(value.string) };
}

/**
 * Orders nodes for ONNX Runtime's own scheduler, which starts at the last node whose result no other node uses,
 * computes its dependencies, and continues with the one before. These sinks (mainly gradients) are therefore written
 * last, in reverse order: the gradients of the last layers are then computed first, while the values they need are
 * still alive.
 */
function inRunningOrder(nodes: readonly NodeProto[]): NodeProto[] {
  const taken = new Set(nodes.flatMap(({ input }) => input));
  const isLast = ({ output }: NodeProto) => !output.some((name) => taken.has(name));
  return [...nodes.filter((node) => !isLast(node)), ...nodes.filter(isLast).reverse()];
}
