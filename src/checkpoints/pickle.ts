/**
 * @file Reads Python pickles without Python. It creates only plain containers, numbers and strings. The caller decides
 * what names of Python modules resolve to and what may be called, so a pickle can do nothing that is not allowed.
 * Opcodes: CPython's `Lib/pickletools.py`.
 */

import { PickleMachine, type PickleRules, PickleTuple } from './pickle-machine.ts';

export { ignored, type PickleRules, PickleTuple } from './pickle-machine.ts';

const NEWEST_PROTOCOL = 5;
const STOP = 0x2e;

/**
 * Runs the pickle `bytes` of the file `path` and returns what it makes: null, booleans, numbers, bigints, texts,
 * `Uint8Array`, arrays, `PickleTuple`, `Map` (a dictionary), `Set`, and what the rules give. Nothing is recursive, and
 * the work is at most proportional to the number of bytes. Throws `CheckpointError`.
 */
export function unpickle(bytes: Uint8Array, path: string, rules: PickleRules): unknown {
  const machine = new PickleMachine(bytes, path, rules);
  for (;;) {
    const opcode = machine.byte();
    if (opcode === STOP) return machine.pop();
    const operation = operations.get(opcode);
    if (!operation) {
      throw machine.damaged(`uses opcode 0x${opcode.toString(16)}, which weights never need`);
    }
    operation(machine);
  }
}

type Operation = (machine: PickleMachine) => void;

const letter = (character: string): number => character.charCodeAt(0);

/** What each opcode does; the names are those of Python's `pickletools`. */
const operations: ReadonlyMap<number, Operation> = new Map<number, Operation>([
  // PROTO, FRAME
  [
    0x80,
    (m) => {
      const protocol = m.byte();
      if (protocol > NEWEST_PROTOCOL)
        throw m.damaged(`has protocol ${protocol}; known are 0 to ${NEWEST_PROTOCOL}`);
    },
  ],
  [0x95, (m) => void m.unsigned(8)],
  // NONE, NEWTRUE, NEWFALSE
  [letter('N'), (m) => m.push(null)],
  [0x88, (m) => m.push(true)],
  [0x89, (m) => m.push(false)],
  // BININT1, BININT2, BININT, LONG1, LONG4, BINFLOAT
  [letter('K'), (m) => m.push(m.unsigned(1))],
  [letter('M'), (m) => m.push(m.unsigned(2))],
  [letter('J'), (m) => m.push(m.int32())],
  [0x8a, (m) => m.push(m.long(m.unsigned(1)))],
  [0x8b, (m) => m.push(m.long(m.unsigned(4)))],
  [letter('G'), (m) => m.push(m.float())],
  // SHORT_BINUNICODE, BINUNICODE, BINUNICODE8, SHORT_BINSTRING, BINSTRING
  [0x8c, (m) => m.push(m.text(m.unsigned(1)))],
  [letter('X'), (m) => m.push(m.text(m.unsigned(4)))],
  [0x8d, (m) => m.push(m.text(m.unsigned(8)))],
  [letter('U'), (m) => m.push(m.text(m.unsigned(1)))],
  [letter('T'), (m) => m.push(m.text(m.unsigned(4)))],
  // SHORT_BINBYTES, BINBYTES, BINBYTES8, BYTEARRAY8
  [letter('C'), (m) => m.make(m.content(m.unsigned(1)))],
  [letter('B'), (m) => m.make(m.content(m.unsigned(4)))],
  [0x8e, (m) => m.make(m.content(m.unsigned(8)))],
  [0x96, (m) => m.make(m.content(m.unsigned(8)))],
  // MARK, POP, POP_MARK, DUP
  [letter('('), (m) => m.mark()],
  [letter('0'), (m) => void m.pop()],
  [letter('1'), (m) => void m.popToMark()],
  [letter('2'), (m) => m.push(m.top())],
  // EMPTY_TUPLE, TUPLE1, TUPLE2, TUPLE3, TUPLE
  [letter(')'), (m) => m.tuple(0)],
  [0x85, (m) => m.tuple(1)],
  [0x86, (m) => m.tuple(2)],
  [0x87, (m) => m.tuple(3)],
  [letter('t'), (m) => m.make(new PickleTuple(m.popToMark()))],
  // EMPTY_LIST, LIST, APPEND, APPENDS
  [letter(']'), (m) => m.make([])],
  [letter('l'), (m) => m.make(m.popToMark())],
  [letter('a'), (m) => m.append([m.pop()])],
  [letter('e'), (m) => m.append(m.popToMark())],
  // EMPTY_DICT, DICT, SETITEM, SETITEMS
  [letter('}'), (m) => m.make(new Map())],
  [
    letter('d'),
    (m) => {
      const items = m.popToMark();
      m.make(new Map());
      m.setItems(items);
    },
  ],
  [
    letter('s'),
    (m) => {
      const [value, key] = [m.pop(), m.pop()];
      m.setItems([key, value]);
    },
  ],
  [letter('u'), (m) => m.setItems(m.popToMark())],
  // EMPTY_SET, ADDITEMS, FROZENSET
  [0x8f, (m) => m.make(new Set())],
  [0x90, (m) => m.addItems(m.popToMark())],
  [0x91, (m) => m.make(new Set(m.popToMark()))],
  // BINPUT, LONG_BINPUT, MEMOIZE, BINGET, LONG_BINGET
  [letter('q'), (m) => m.remember(m.unsigned(1))],
  [letter('r'), (m) => m.remember(m.unsigned(4))],
  [0x94, (m) => m.remember(m.memo.size)],
  [letter('h'), (m) => m.recall(m.unsigned(1))],
  [letter('j'), (m) => m.recall(m.unsigned(4))],
  // GLOBAL, STACK_GLOBAL, REDUCE, BUILD, BINPERSID
  [letter('c'), (m) => m.global(m.line(), m.line())],
  [
    0x93,
    (m) => {
      const [name, module] = [m.pop(), m.pop()];
      m.global(module, name);
    },
  ],
  [letter('R'), (m) => m.call()],
  [letter('b'), (m) => m.build()],
  // NEWOBJ, NEWOBJ_EX
  [0x81, (m) => m.instance(1)],
  [0x92, (m) => m.instance(2)],
  [letter('Q'), (m) => m.make(m.rules.persistent(m.pop()))],
]);
