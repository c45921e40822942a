import { describe, expect, test } from 'vitest';
import { CheckpointError } from '../errors.ts';
import { pickles, pickleWithCallbacks } from '../testing/pickles.ts';
import { PickleTuple, unpickle } from './pickle.ts';
import { namedTensors, TorchStorage, TorchTensor, unpickleTorch } from './torch-pickle.ts';

const decode = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));
const load = (pickle: string | Uint8Array) =>
  unpickleTorch(typeof pickle === 'string' ? Buffer.from(pickle, 'latin1') : pickle, 'a.bin');

describe('a pickle as Python writes it', () => {
  test.each(Object.entries(pickles))('protocol %s', (protocol, base64) => {
    const root = load(decode(base64)) as Map<string, unknown>;
    const storage = new TorchStorage('float32', '0', 6);
    const weights = root.get('state_dict');
    expect(weights).toEqual(
      new Map([
        ['w', new TorchTensor(storage, 0, [2, 3], [3, 1])],
        ['p', new TorchTensor(storage, 2, [2], [1])],
      ]),
    );
    expect(namedTensors(root, 'a.bin')).toEqual(weights);
    expect([root.get('epoch'), root.get('lr'), root.get('big'), root.get('neg')]).toEqual([
      3,
      1e-4,
      2n ** 70n,
      -5,
    ]);
    expect(root.get('none')).toBe(null);
    expect(root.get('list')).toEqual([1, new PickleTuple([2, 3])]);
    expect(root.get('size')).toEqual(new PickleTuple([2, 3]));
    if (Number(protocol) > 2) expect(root.get('bytes')).toEqual(new Uint8Array(Buffer.from('ab')));
    if (Number(protocol) > 3) expect(root.get('set')).toEqual(new Set([1]));
  });

  test('with the callbacks that published checkpoints hold: they are passed over', () => {
    const found = namedTensors(load(decode(pickleWithCallbacks)), 'a.ckpt');
    expect([...found]).toEqual([['w', new TorchTensor(new TorchStorage('float32', '0', 6), 0, [6], [1])]]);
  });
});

describe('a name outside of plain weights is refused by that name', () => {
  test.each([
    ['os.system', '\x80\x02cos\nsystem\nX\x02\x00\x00\x00ls\x85R.'],
    ['posix.system', '\x80\x02cposix\nsystem\n.'],
    ['builtins.eval', '\x80\x04\x8c\x08builtins\x8c\x04eval\x93.'],
    ['__builtin__.getattr', '\x80\x02c__builtin__\ngetattr\n.'],
    ['torch.load', '\x80\x02ctorch\nload\n.'],
    ['torch.storage._load_from_bytes', '\x80\x02ctorch.storage\n_load_from_bytes\n.'],
    ['torch.constructorStorage', '\x80\x02ctorch\nconstructorStorage\n.'],
    ['torch.Storage', '\x80\x02ctorch\nStorage\n.'],
    ['collections.OrderedDict.__init__', '\x80\x04\x8c\x0bcollections\x8c\x14OrderedDict.__init__\x93.'],
    ['.toString', '\x80\x02c\ntoString\n.'],
    ['numpy.core.multiarray._reconstruct', '\x80\x02cnumpy.core.multiarray\n_reconstruct\n.'],
  ])('%s', (name, pickle) => {
    expect(() => load(pickle)).toThrow(CheckpointError);
    expect(() => load(pickle)).toThrow(`weights file "a.bin" asks for "${name}"`);
  });
});

describe('a pickle that is damaged or strange ends in a CheckpointError', () => {
  test.each([
    ['nothing', '', /ends at byte 0/],
    ['no end', '\x80\x02}', /ends at byte 3/],
    ['an unknown protocol', '\x80\x06}.', /protocol 6/],
    ['a value that is not there', '\x80\x020.', /takes a value that is not there/],
    ['no mark', '\x80\x02Kat.', /lacks a mark/],
    ['a memo never filled', '\x80\x02h\x05.', /recalls value 5/],
    ['a text that is longer than the file', '\x80\x02X\xff\xff\xff\x7fab.', /within a value/],
    ['a text of 2^64 bytes', '\x80\x02\x8d\xff\xff\xff\xff\xff\xff\xff\xffab.', /within a value/],
    ['a number of 256 bytes', '\x80\x02\x8a\xffab.', /a number of 255 bytes/],
    ['an instance of a class', '\x80\x02)\x81.', /opcode 0x81/],
    ['a persistent text of protocol 0', '\x80\x02Pabc\n.', /opcode 0x50/],
    ['items of no dictionary', '\x80\x02](K\x01K\x02u.', /fills no dictionary/],
    ['a key without value', '\x80\x02}(K\x01u.', /fills no dictionary/],
    ['appending to no list', '\x80\x02}K\x01a.', /appends to no list/],
    ['adding to no set', '\x80\x04](K\x01\x90.', /adds to no set/],
    ['calling a number', '\x80\x02K\x01)R.', /calls something that is no function/],
    ['calling without a tuple', '\x80\x02ccollections\nOrderedDict\n}R.', /without a tuple/],
    ['a storage of no kind', '\x80\x02X\x07\x00\x00\x00storageN\x86Q.', /storage of no known kind/],
    ['a persistent number', '\x80\x02K\x01Q.', /storage of no known kind/],
    ['a tensor of nothing', '\x80\x02ctorch._utils\n_rebuild_tensor_v2\n)R.', /tensor without a storage/],
    ['a name that is a number', '\x80\x04K\x01K\x01\x93.', /names something by no text/],
    ['negative sizes', '\x80\x02ctorch\nSize\nJ\xff\xff\xff\xff\x85\x85R.', /no whole number/],
  ])('%s', (_, pickle, message) => {
    expect(() => load(pickle)).toThrow(CheckpointError);
    expect(() => load(pickle)).toThrow(message);
  });

  test('a list within itself a million times over costs nothing', () => {
    const nested = `\x80\x02${']'.repeat(1_000_000)}${'a'.repeat(999_999)}.`;
    expect(Array.isArray(load(nested))).toBe(true);
    expect(() => namedTensors(load(']q\x00h\x00a.'), 'a.bin')).toThrow(/not a state_dict/);
  });

  test('a stack without end', () => {
    expect(() => load('N'.repeat(5_000_000))).toThrow(/a stack of more than 4000000/);
  });
});

test('the machine makes nothing but what its rules allow', () => {
  const refuse = (): never => {
    throw new CheckpointError('refused');
  };
  const rules = { global: refuse, call: refuse, build: refuse, persistent: refuse };
  expect(() => unpickle(Buffer.from('cos\nsystem\n.'), 'a.bin', rules)).toThrow('refused');
  expect(() => unpickle(Buffer.from('}}b.'), 'a.bin', rules)).toThrow('refused');
});

describe('the weights of a file that holds more', () => {
  const tensor = new TorchTensor(new TorchStorage('float32', '0', 1), 0, [1], [1]);
  const dictionary = (...names: string[]) => new Map(names.map((name) => [name, tensor]));

  test('stand under the usual name, or where there are any', () => {
    const weights = dictionary('w');
    expect(namedTensors(new Map<string, unknown>([['lr', 1], ['net', weights]]), '')).toEqual(weights); // biome-ignore format: one line
    const two = new Map([['other', dictionary('o')], ['state_dict', weights]]); // biome-ignore format: one line
    expect(namedTensors(two, '')).toEqual(weights);
  });

  test('are asked for when there are none, or several', () => {
    expect(() => namedTensors(new Map(), 'a.bin')).toThrow('expected, found none');
    expect(() => namedTensors([tensor], 'a.bin')).toThrow('expected, found none');
    const two = new Map([['one', dictionary('o')], ['two', dictionary('t')]]); // biome-ignore format: one line
    expect(() => namedTensors(two, 'a.bin')).toThrow('found weights under "one", "two"');
  });
});
