/**
 * @file Rules for the pickle inside a PyTorch file. Only the names here are allowed, and all they can do is describe
 * tensors: storages (arrays of numbers outside the pickle), and tensors as views of them. Any other name is refused.
 */

import { CheckpointError } from '../errors.ts';
import type { Shape } from '../graph/host-tensor.ts';
import { isInertName } from './inert-names.ts';
import { onOneLine } from './one-line.ts';
import { ignored, type PickleRules, PickleTuple, unpickle } from './pickle.ts';
import { itemSizes, type StoredDType } from './tensor-place.ts';

/** An array of numbers in a member of the file. */
export class TorchStorage<Kind extends StoredDType | 'bytes' = StoredDType> {
  /** `bytes` for untyped storages. */
  readonly dtype: Kind;
  /** Its member is `data/<key>`. */
  readonly key: string;
  /** Number of elements. */
  readonly count: number;

  constructor(dtype: Kind, key: string, count: number) {
    this.dtype = dtype;
    this.key = key;
    this.count = count;
  }
}

/** A tensor: a view of a storage. All numbers are non-negative integers, not checked against the storage. */
export class TorchTensor {
  readonly storage: TorchStorage;
  /** Index of the first element. */
  readonly offset: number;
  readonly shape: Shape;
  /** Stride of each axis, in elements. */
  readonly strides: readonly number[];

  constructor(storage: TorchStorage, offset: number, shape: Shape, strides: readonly number[]) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }
}

/** PyTorch's class of a storage. A class here too, so that no other value of a pickle can be mistaken for one. */
class StorageKind {
  /** `bytes`: untyped; the tensors that view it define the type. */
  readonly dtype: StoredDType | 'bytes';

  constructor(dtype: StoredDType | 'bytes') {
    this.dtype = dtype;
  }
}

/** Runs the pickle of the PyTorch file `path`. Throws `CheckpointError` naming anything in it that is not allowed. */
export function unpickleTorch(bytes: Uint8Array, path: string): unknown {
  return unpickle(bytes, path, torchRules(path));
}

/** Storage classes of the module `torch`, before the word `Storage`. */
const storageKinds: Readonly<Record<string, StoredDType>> = {
  Double: 'float64',
  Float: 'float32',
  Half: 'float16',
  BFloat16: 'bfloat16',
  Long: 'int64',
  Int: 'int32',
  Short: 'int16',
  Char: 'int8',
  Byte: 'uint8',
  Bool: 'bool',
};

/** PyTorch's element type `torch.<name>`; `dtype` is undefined for types that weights never have. */
class ElementKind {
  readonly name: string;
  readonly dtype: StoredDType | undefined;

  constructor(name: string, dtype: StoredDType | undefined) {
    this.name = name;
    this.dtype = dtype;
  }
}

/** Element types of the module `torch`, by their names, some of which are aliases. */
const elementKinds: Readonly<Record<string, StoredDType | undefined>> = {
  float64: 'float64',
  double: 'float64',
  float32: 'float32',
  float: 'float32',
  float16: 'float16',
  half: 'float16',
  bfloat16: 'bfloat16',
  float8_e4m3fn: 'float8_e4m3fn',
  float8_e5m2: 'float8_e5m2',
  int64: 'int64',
  long: 'int64',
  int32: 'int32',
  int: 'int32',
  int16: 'int16',
  short: 'int16',
  int8: 'int8',
  uint8: 'uint8',
  uint16: 'uint16',
  uint32: 'uint32',
  uint64: undefined,
  bool: 'bool',
  complex64: undefined,
  complex128: undefined,
  float8_e4m3fnuz: undefined,
  float8_e5m2fnuz: undefined,
};

type Callable = (args: readonly unknown[]) => unknown;

function torchRules(path: string): PickleRules {
  const wrong = (found: string) =>
    new CheckpointError({
      found: `weights file "${path}" ${onOneLine(found)}`,
      advice: 'It is damaged; download it again.',
    });

  const wholeNumber = (value: unknown): number => {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
    throw wrong('describes a tensor by something that is no whole number');
  };
  const wholeNumbers = (value: unknown): number[] => {
    const items = value instanceof PickleTuple ? value.items : value;
    if (!Array.isArray(items) || items.length > 64)
      throw wrong('describes a tensor with impossible dimensions');
    return items.map(wholeNumber);
  };
  const tensorOf = (storage: TorchStorage, [, offset, shape, strides]: readonly unknown[]) => {
    const tensor = new TorchTensor(storage, wholeNumber(offset), wholeNumbers(shape), wholeNumbers(strides));
    if (tensor.shape.length === tensor.strides.length) return tensor;
    throw wrong(`has a tensor of shape [${tensor.shape}] with strides [${tensor.strides}]`);
  };
  /** Functions that build a tensor from a typed or an untyped storage. */
  const makers: Readonly<Record<string, Callable>> = {
    'torch._utils._rebuild_tensor_v2': (args) => {
      const [storage] = args;
      if (storage instanceof TorchStorage && storage.dtype !== 'bytes') return tensorOf(storage, args);
      throw wrong('has a tensor without a storage');
    },
    'torch._utils._rebuild_tensor_v3': (args) => {
      const [storage, , , , , , kind] = args;
      if (!(storage instanceof TorchStorage)) throw wrong('has a tensor without a storage');
      if (!(kind instanceof ElementKind)) throw wrong('has a tensor of no known kind');
      if (!kind.dtype) {
        throw new CheckpointError({
          found: `weights file "${path}" has tensors of the kind torch.${kind.name}, which is not read`,
          advice: 'Save it as float16 or float32.',
        });
      }
      const bytes = storage.count * (storage.dtype === 'bytes' ? 1 : itemSizes[storage.dtype as StoredDType]);
      const count = Math.floor(bytes / itemSizes[kind.dtype]);
      return tensorOf(new TorchStorage(kind.dtype, storage.key, count), args);
    },
    'torch._utils._rebuild_parameter': ([tensor]) => tensor,
    'torch._utils._rebuild_parameter_with_state': ([tensor]) => tensor,
  };
  const functions: Readonly<Record<string, Callable>> = {
    ...makers,
    'collections.OrderedDict': () => new Map(),
    'torch.Size': ([sizes]) => new PickleTuple(wholeNumbers(sizes)),
    // A tensor with attributes: builder function, class, arguments, attributes.
    'torch._tensor._rebuild_from_type_v2': ([make, , args]) => {
      if (!Object.values(makers).includes(make as Callable) || !(args instanceof PickleTuple))
        throw wrong('has a tensor that is made in no known way');
      return (make as Callable)(args.items);
    },
  };
  return {
    global(module, name) {
      const full = `${module}.${name}`;
      if (Object.hasOwn(functions, full)) return functions[full];
      if (isInertName(full)) return ignored;
      if (full === 'torch.storage.UntypedStorage') return new StorageKind('bytes');
      if (module === 'torch') {
        const kind = name.endsWith('Storage') ? name.slice(0, -'Storage'.length) : '';
        if (Object.hasOwn(storageKinds, kind)) return new StorageKind(storageKinds[kind]!);
        if (Object.hasOwn(elementKinds, name)) return new ElementKind(name, elementKinds[name]);
      }
      throw new CheckpointError({
        found: `weights file "${path}" asks for "${onOneLine(full)}", which is no part of plain weights and could run code: it is refused`,
        advice: 'Use a .safetensors file, or save the state_dict alone.',
      });
    },
    call(callee, args) {
      if (typeof callee === 'function') return (callee as Callable)(args);
      throw wrong('calls something that is no function');
    },
    build() {
      // Only containers can be here; their state (a state_dict's versions) is irrelevant to the weights.
    },
    persistent(identity) {
      const [word, kind, key, , count] = identity instanceof PickleTuple ? identity.items : [];
      if (word !== 'storage' || !(kind instanceof StorageKind) || typeof key !== 'string')
        throw wrong('has a storage of no known kind');
      return new TorchStorage(kind.dtype, key, wholeNumber(count));
    },
  };
}
