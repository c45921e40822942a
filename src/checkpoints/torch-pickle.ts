/**
 * @file What the pickle inside a PyTorch file may say. Only these names are known, and all they can do is describe tensors:
 * storages (rows of numbers kept beside the pickle), and tensors as views of them. Any other name is refused.
 */

import { CheckpointError } from '../errors.ts';
import type { Shape } from '../graph/host-tensor.ts';
import { onOneLine } from './one-line.ts';
import { type PickleRules, PickleTuple, unpickle } from './pickle.ts';
import type { StoredDType } from './tensor-place.ts';

/** A row of numbers kept in a member of the file. */
export class TorchStorage {
  readonly dtype: StoredDType;
  /** Its member is `data/<key>`. */
  readonly key: string;
  /** Number of elements. */
  readonly count: number;

  constructor(dtype: StoredDType, key: string, count: number) {
    this.dtype = dtype;
    this.key = key;
    this.count = count;
  }
}

/** A tensor: a view of a storage. All numbers are whole and not negative; none is checked against the storage. */
export class TorchTensor {
  readonly storage: TorchStorage;
  /** Elements before the first. */
  readonly offset: number;
  readonly shape: Shape;
  /** Elements from one index to the next, for each axis. */
  readonly strides: readonly number[];

  constructor(storage: TorchStorage, offset: number, shape: Shape, strides: readonly number[]) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }
}

/** PyTorch's class of a storage. A class here too: nothing else that a pickle makes can be taken for one. */
class StorageKind {
  readonly dtype: StoredDType;

  constructor(dtype: StoredDType) {
    this.dtype = dtype;
  }
}

/** Runs the pickle of the PyTorch file `path`. Throws `CheckpointError` naming what it asks for and must not have. */
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

/** Names of element kinds, which a file may mention and which change nothing. */
const dtypeNames =
  /^(float|double|half|u?int|long|short|float(16|32|64)|bfloat16|u?int(8|16|32|64)|bool|complex(64|128))$/;

/**
 * What the published Stable Diffusion checkpoints hold beside their weights: the settings of a training callback with the
 * best score. It is not made; it is passed over.
 */
const passedOver: ReadonlySet<string> = new Set([
  'pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint',
  'numpy.core.multiarray.scalar',
  'numpy._core.multiarray.scalar',
  'numpy.dtype',
  '_codecs.encode',
]);

/** Stands for whatever is passed over, and for the element kinds. */
const nothing = Symbol('passed over');

type Callable = (args: readonly unknown[]) => unknown;

function torchRules(path: string): PickleRules {
  const wrong = (found: string) =>
    new CheckpointError(`weights file "${path}" ${onOneLine(found)}. It is damaged; download it again.`);

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
  const functions: Readonly<Record<string, Callable>> = {
    'collections.OrderedDict': () => new Map(),
    'torch.Size': ([sizes]) => new PickleTuple(wholeNumbers(sizes)),
    'torch._utils._rebuild_tensor_v2': ([storage, offset, shape, strides]) => {
      if (!(storage instanceof TorchStorage)) throw wrong('has a tensor without a storage');
      const tensor = new TorchTensor(
        storage,
        wholeNumber(offset),
        wholeNumbers(shape),
        wholeNumbers(strides),
      );
      if (tensor.shape.length === tensor.strides.length) return tensor;
      throw wrong(`has a tensor of shape [${tensor.shape}] with strides [${tensor.strides}]`);
    },
    'torch._utils._rebuild_parameter': ([tensor]) => tensor,
  };
  return {
    global(module, name) {
      const full = `${module}.${name}`;
      if (Object.hasOwn(functions, full)) return functions[full];
      if (passedOver.has(full)) return nothing;
      if (module === 'torch') {
        const kind = name.endsWith('Storage') ? name.slice(0, -'Storage'.length) : '';
        if (Object.hasOwn(storageKinds, kind)) return new StorageKind(storageKinds[kind]!);
        if (dtypeNames.test(name)) return nothing;
      }
      throw new CheckpointError(
        `weights file "${path}" asks for "${onOneLine(full)}", which is no part of plain weights and could run code: it is refused. Use a .safetensors file, or save the state_dict alone.`,
      );
    },
    call(callee, args) {
      if (callee === nothing) return nothing;
      if (typeof callee === 'function') return (callee as Callable)(args);
      throw wrong('calls something that is no function');
    },
    build() {
      // Only containers can be here, and their further state (a state_dict's versions) says nothing about weights.
    },
    persistent(identity) {
      const [word, kind, key, , count] = identity instanceof PickleTuple ? identity.items : [];
      if (word !== 'storage' || !(kind instanceof StorageKind) || typeof key !== 'string')
        throw wrong('has a storage of no known kind');
      return new TorchStorage(kind.dtype, key, wholeNumber(count));
    },
  };
}

/** The names that files give to the weights among other things, the likeliest first. */
const usualNames = ['state_dict', 'model_state_dict', 'model', 'module', 'params', 'params_ema'];

/**
 * The tensors of a file by name: those of the dictionary that it is; else of the one inside it that has a usual name such
 * as `state_dict`, or is the only one with tensors. Throws `CheckpointError` when there is none, or more than one.
 */
export function namedTensors(root: unknown, path: string): Map<string, TorchTensor> {
  const own = tensorsOf(root);
  if (own.size > 0) return own;
  const filled: [string, Map<string, TorchTensor>][] = [];
  // The same dictionary may stand under a million keys: it is looked through once.
  const seen = new Set<unknown>();
  for (const [key, value] of root instanceof Map ? root : []) {
    if (seen.has(value)) continue;
    seen.add(value);
    const tensors = tensorsOf(value);
    if (tensors.size > 0) filled.push([typeof key === 'string' ? onOneLine(key, 40) : 'a key', tensors]);
  }
  const usual = usualNames.map((name) => filled.find(([key]) => key === name)).find((entry) => entry);
  const chosen = usual ?? (filled.length === 1 ? filled[0] : undefined);
  if (chosen) return chosen[1];
  const found = filled.length > 0 ? `weights under ${someOf(filled.map(([key]) => `"${key}"`))}` : 'none';
  throw new CheckpointError(
    `weights file "${path}" is a PyTorch file, but not a state_dict: tensors by name were expected, found ${found}. Save the state_dict alone.`,
  );
}

function someOf(names: readonly string[]): string {
  return names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ');
}

/** The tensors that stand directly in a dictionary. */
function tensorsOf(value: unknown): Map<string, TorchTensor> {
  const found = new Map<string, TorchTensor>();
  if (!(value instanceof Map)) return found;
  for (const [key, item] of value) {
    if (typeof key === 'string' && item instanceof TorchTensor) found.set(key, item);
  }
  return found;
}
