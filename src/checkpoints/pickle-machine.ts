/** @file The virtual machine that executes Python pickles: bytes, a stack, and a memo of reusable values. */

import { CheckpointError } from '../errors.ts';

/** A Python tuple; lists are arrays. */
export class PickleTuple {
  readonly items: readonly unknown[];
  constructor(items: readonly unknown[]) {
    this.items = items;
  }
}

/**
 * Placeholder for a known but irrelevant name: returned by rules, and the result of whatever the pickle calls,
 * constructs or fills with it. Nothing is built.
 */
export const ignored = Symbol('ignored');

/** What a pickle may do beyond creating plain values. Each function throws a `CheckpointError` for what it refuses. */
export interface PickleRules {
  /** What a name of a Python module stands for, `ignored` among it. */
  readonly global: (module: string, name: string) => unknown;
  /** Calls a result of `global`. */
  readonly call: (callee: unknown, args: readonly unknown[]) => unknown;
  /** Sets an object's further state. */
  readonly build: (target: unknown, state: unknown) => void;
  /** Resolves a persistent id: an object stored outside the pickle. */
  readonly persistent: (identity: unknown) => unknown;
}

/** Limits far above what weights need: half a million tensors take two million entries of the memo. */
const MAX_STACK = 4_000_000;
const MAX_MEMO = 8_000_000;
/** Total number of containers: one byte of input creates one of 200 bytes. */
const MAX_MADE = 4_000_000;

const MARK = Symbol('mark');
const utf8 = new TextDecoder();

/** Executes the operations decoded by `pickle.ts`. Its methods throw `CheckpointError` when the pickle is damaged. */
export class PickleMachine {
  readonly rules: PickleRules;
  readonly memo = new Map<number, unknown>();
  readonly #bytes: DataView;
  readonly #path: string;
  readonly #stack: unknown[] = [];
  #at = 0;
  #made = 0;

  constructor(bytes: Uint8Array, path: string, rules: PickleRules) {
    this.#bytes = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#path = path;
    this.rules = rules;
  }

  damaged(found: string): CheckpointError {
    return new CheckpointError({
      found: `weights file "${this.#path}": its pickle ${found}`,
      advice: 'The file is damaged or holds more than weights; save its state_dict alone, or as safetensors.',
    });
  }

  /** Advances by `length` bytes and returns their start. */
  #skip(length: number): number {
    const start = this.#at;
    if (length > this.#bytes.byteLength - start) throw this.damaged(`ends at byte ${start} within a value`);
    this.#at = start + length;
    return start;
  }

  byte(): number {
    return this.#bytes.getUint8(this.#skip(1));
  }

  /** A little-endian unsigned integer of 1, 2, 4 or 8 bytes. */
  unsigned(size: 1 | 2 | 4 | 8): number {
    const at = this.#skip(size);
    if (size === 1) return this.#bytes.getUint8(at);
    if (size === 2) return this.#bytes.getUint16(at, true);
    if (size === 4) return this.#bytes.getUint32(at, true);
    return Number(this.#bytes.getBigUint64(at, true));
  }

  int32(): number {
    return this.#bytes.getInt32(this.#skip(4), true);
  }

  /** Floats are big-endian in pickles. */
  float(): number {
    return this.#bytes.getFloat64(this.#skip(8));
  }

  content(length: number): Uint8Array {
    return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset + this.#skip(length), length);
  }

  text(length: number): string {
    return utf8.decode(this.content(length));
  }

  /** Text up to the end of the line. */
  line(): string {
    let length = 0;
    const left = this.#bytes.byteLength - this.#at;
    while (length < left && this.#bytes.getUint8(this.#at + length) !== 0x0a) length++;
    const line = this.text(length);
    this.#skip(1);
    return line;
  }

  /** A two's complement integer of any size. */
  long(length: number): number | bigint {
    if (length > 64) throw this.damaged(`has a number of ${length} bytes`);
    let value = 0n;
    for (const [i, byte] of this.content(length).entries()) value |= BigInt(byte) << BigInt(8 * i);
    const signed = BigInt.asIntN(8 * length, value);
    return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
  }

  push(value: unknown): void {
    if (this.#stack.length >= MAX_STACK) throw this.damaged(`needs a stack of more than ${MAX_STACK} values`);
    this.#stack.push(value);
  }

  /** Pushes a new value that allocates memory. */
  make(value: unknown): void {
    if (++this.#made > MAX_MADE) throw this.damaged(`makes more than ${MAX_MADE} containers`);
    this.push(value);
  }

  mark(): void {
    this.push(MARK);
  }

  pop(): unknown {
    if (this.#stack.length === 0) throw this.damaged(`takes a value that is not there, at byte ${this.#at}`);
    return this.#stack.pop();
  }

  top(): unknown {
    const value = this.pop();
    this.#stack.push(value);
    return value;
  }

  /** Pops all values since the last mark. */
  popToMark(): unknown[] {
    const mark = this.#stack.lastIndexOf(MARK);
    if (mark < 0) throw this.damaged(`lacks a mark, at byte ${this.#at}`);
    return this.#stack.splice(mark).slice(1);
  }

  remember(index: number): void {
    if (this.memo.size >= MAX_MEMO) throw this.damaged(`remembers more than ${MAX_MEMO} values`);
    this.memo.set(index, this.top());
  }

  recall(index: number): void {
    if (!this.memo.has(index)) throw this.damaged(`recalls value ${index}, which it did not remember`);
    this.push(this.memo.get(index));
  }

  /** Puts pairs of keys and values into the dictionary on the stack. */
  setItems(items: readonly unknown[]): void {
    const target = this.top();
    if (target === ignored) return;
    if (!(target instanceof Map) || items.length % 2 !== 0) throw this.damaged('fills no dictionary');
    for (let i = 0; i < items.length; i += 2) target.set(items[i], items[i + 1]);
  }

  append(items: readonly unknown[]): void {
    const target = this.top();
    if (target === ignored) return;
    if (!Array.isArray(target)) throw this.damaged('appends to no list');
    for (const item of items) target.push(item);
  }

  addItems(items: readonly unknown[]): void {
    const target = this.top();
    if (target === ignored) return;
    if (!(target instanceof Set)) throw this.damaged('adds to no set');
    for (const item of items) target.add(item);
  }

  tuple(count: number): void {
    const items = Array.from({ length: count }, () => this.pop());
    this.make(new PickleTuple(items.reverse()));
  }

  global(module: unknown, name: unknown): void {
    if (typeof module !== 'string' || typeof name !== 'string')
      throw this.damaged('names something by no text');
    this.push(this.rules.global(module, name));
  }

  call(): void {
    const [args, callee] = [this.pop(), this.pop()];
    if (!(args instanceof PickleTuple)) throw this.damaged('calls something without a tuple');
    if (callee === ignored) this.push(ignored);
    else this.make(this.rules.call(callee, args.items));
  }

  /** An instance of a class, with `count` values above it on the stack; only for ignored classes. */
  instance(count: 1 | 2): void {
    for (let i = 0; i < count; i++) this.pop();
    if (this.pop() !== ignored) throw this.damaged('makes an object of a class that weights never need');
    this.push(ignored);
  }

  /** Sets the state of the object on the stack. */
  build(): void {
    const state = this.pop();
    const target = this.top();
    if (target !== ignored) this.rules.build(target, state);
  }
}
