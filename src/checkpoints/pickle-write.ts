/** @file Writes the pickle of a state_dict as `torch.save` does: protocol 2, tensors as views of external storages. */

import type { Shape } from '../graph/host-tensor.ts';
import { rowMajorStrides } from './tensor-place.ts';

/** A tensor that fills its storage. */
export interface PickledTensor {
  readonly name: string;
  readonly shape: Shape;
  /** PyTorch's class of storage. */
  readonly storage: 'FloatStorage' | 'HalfStorage' | 'BFloat16Storage' | 'LongStorage';
  /** The storage's member of the file is `data/<key>`. */
  readonly key: string;
  /** Number of elements. */
  readonly count: number;
}

/** The pickle of an ordered dictionary of tensors. */
export function pickleStateDict(tensors: readonly PickledTensor[]): Uint8Array {
  const pickle = new PickleWriter();
  pickle.emptyOrderedDict();
  pickle.operation('(');
  for (const { name, shape, storage, key, count } of tensors) {
    pickle.text(name);
    pickle.global('torch._utils', '_rebuild_tensor_v2');
    pickle.operation('(');
    pickle.operation('(');
    pickle.text('storage');
    pickle.global('torch', storage);
    pickle.text(key);
    pickle.text('cpu');
    pickle.number(count);
    pickle.operation('t');
    pickle.operation('Q'); // the storage with this identity
    pickle.number(0);
    pickle.numbers(shape);
    pickle.numbers(rowMajorStrides(shape));
    pickle.operation('\x89'); // requires no gradient
    pickle.emptyOrderedDict(); // has no hooks
    pickle.operation('t');
    pickle.operation('R');
  }
  pickle.operation('u');
  return pickle.finish();
}

class PickleWriter {
  readonly #parts: Uint8Array[] = [Uint8Array.of(0x80, 2)];
  readonly #remembered = new Map<string, number>();

  /** An opcode, followed by its argument bytes. */
  operation(opcode: string, ...bytes: readonly number[]): void {
    this.#parts.push(Uint8Array.of(opcode.charCodeAt(0), ...bytes));
  }

  text(text: string): void {
    const bytes = new TextEncoder().encode(text);
    this.operation('X', ...littleEndian(bytes.length, 4));
    this.#parts.push(bytes);
  }

  /** A non-negative integer. */
  number(value: number): void {
    if (value < 2 ** 8) this.operation('K', value);
    else if (value < 2 ** 16) this.operation('M', ...littleEndian(value, 2));
    else if (value < 2 ** 31) this.operation('J', ...littleEndian(value, 4));
    else this.operation('\x8a', 8, ...littleEndian(value, 8));
  }

  numbers(values: readonly number[]): void {
    this.operation('(');
    for (const value of values) this.number(value);
    this.operation('t');
  }

  /** A global name, memoised after its first use. */
  global(module: string, name: string): void {
    const line = `${module}\n${name}\n`;
    const known = this.#remembered.get(line);
    if (known !== undefined) {
      this.operation('h', known);
    } else {
      this.operation('c');
      this.#parts.push(new TextEncoder().encode(line));
      this.operation('q', this.#remembered.size);
      this.#remembered.set(line, this.#remembered.size);
    }
  }

  emptyOrderedDict(): void {
    this.global('collections', 'OrderedDict');
    this.operation(')');
    this.operation('R');
  }

  finish(): Uint8Array {
    this.operation('.');
    return Buffer.concat(this.#parts);
  }
}

function littleEndian(value: number, size: number): number[] {
  return Array.from({ length: size }, (_, i) => Math.floor(value / 2 ** (8 * i)) % 256);
}
