import { describe, expect, test } from 'vitest';
import { CheckpointError } from '../errors.ts';
import { pickles, picklesWithMore, pickleWithCallbacks } from '../testing/pickles.ts';
import { namedTensors } from './named-tensors.ts';
import { ignored, PickleTuple, unpickle } from './pickle.ts';
import { TorchStorage, TorchTensor, unpickleTorch } from './torch-pickle.ts';

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

  test('with the callbacks in published checkpoints, which are skipped', () => {
    const found = namedTensors(load(decode(pickleWithCallbacks)), 'a.ckpt');
    expect([...found]).toEqual([['w', new TorchTensor(new TorchStorage('float32', '0', 6), 0, [6], [1])]]);
  });
});

describe('objects that trainings store beside their weights are skipped and never created', () => {
  test.each(Object.entries(picklesWithMore))('protocol %s', (_, base64) => {
    const root = load(decode(base64)) as Map<string, unknown>;
    const storage = new TorchStorage('float32', '0', 6);
    expect(namedTensors(root, 'a.ckpt')).toEqual(
      new Map([
        ['w', new TorchTensor(storage, 0, [2, 3], [3, 1])],
        ['p', new TorchTensor(storage, 2, [2], [1])],
        ['q', new TorchTensor(new TorchStorage('float8_e4m3fn', '1', 4), 1, [3], [1])],
        ['t', new TorchTensor(storage, 0, [6], [1])],
      ]),
    );
    expect(root.get('loose')).toEqual(new TorchTensor(storage, 0, [], []));
    const skipped = [...root].filter(([, value]) => value === ignored).map(([name]) => name);
    // Sets of their own opcodes are plain containers from protocol 4 on, and bytes from 3 on.
    const plain = ['set', 'frozen', 'bytes'].filter((name) => root.get(name) !== ignored);
    expect([...skipped, ...plain].sort()).toEqual(
      'args array bytes c counter dd dec deque device dtype frozen hparams hyper_parameters range set simple slice took type uuid version when'.split(
        ' ',
      ),
    );
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
    ['numpy.load', '\x80\x02cnumpy\nload\n.'],
    ['numpy.core.multiarray.fromfile', '\x80\x02cnumpy.core.multiarray\nfromfile\n.'],
    ['builtins.getattr', '\x80\x04\x8c\x08builtins\x8c\x07getattr\x93.'],
    ['builtins.set.__init__', '\x80\x04\x8c\x08builtins\x8c\x0cset.__init__\x93.'],
    ['pathlib.os', '\x80\x02cpathlib\nos\n.'],
    ['operator.attrgetter', '\x80\x02coperator\nattrgetter\n.'],
    ['torch.hub.load', '\x80\x02ctorch.hub\nload\n.'],
    ['omegaconf.OmegaConf', '\x80\x02comegaconf\nOmegaConf\n.'],
    [
      'pytorch_lightning.callbacks.lambda_function.exec',
      '\x80\x02cpytorch_lightning.callbacks.lambda_function\nexec\n.',
    ],
    [
      'lightning.pytorch.callbacks.mine.ModelCheckpoint',
      '\x80\x02clightning.pytorch.callbacks.mine\nModelCheckpoint\n.',
    ],
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
    ['an instance of nothing', '\x80\x02)\x81.', /takes a value that is not there/],
    [
      'an instance of a class of tensors',
      '\x80\x02ctorch\nFloatStorage\n)\x81.',
      /makes an object of a class/,
    ],
    [
      'an instance of a dictionary',
      '\x80\x02ccollections\nOrderedDict\n)}\x92.',
      /makes an object of a class/,
    ],
    [
      'a tensor made by itself',
      '\x80\x02ctorch._tensor\n_rebuild_from_type_v2\nq\0(h\0N)NtR.',
      /made in no known way/,
    ],
    [
      'a tensor of complex numbers',
      '\x80\x02ctorch._utils\n_rebuild_tensor_v3\n((U\x07storagectorch.storage\nUntypedStorage\nU\x010U\x03cpuK\x08tQK\0K\x01\x85K\x01\x85\x89}ctorch\ncomplex64\ntR.',
      /tensors of the kind torch\.complex64, which is not read\. Save it as float16/,
    ],
    [
      'a tensor of bytes without a kind',
      '\x80\x02ctorch._utils\n_rebuild_tensor_v2\n((U\x07storagectorch.storage\nUntypedStorage\nU\x010U\x03cpuK\x08tQK\0K\x01\x85K\x01\x85\x89}tR.',
      /tensor without a storage/,
    ],
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

test('the unpickler creates only what its rules allow', () => {
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

  test('are under the usual key, or wherever there are any', () => {
    const weights = dictionary('w');
    expect(
      namedTensors(
        new Map<string, unknown>([
          ['lr', 1],
          ['net', weights],
        ]),
        '',
      ),
    ).toEqual(weights);
    const two = new Map([
      ['other', dictionary('o')],
      ['state_dict', weights],
    ]);
    expect(namedTensors(two, '')).toEqual(weights);
  });

  test('are the larger part, whatever lies beside them', () => {
    const weights = dictionary('a', 'b', 'c');
    const beside = (name: string, value: unknown) =>
      namedTensors(
        new Map<string, unknown>([
          ['loose', tensor],
          [name, value],
        ]),
        '',
      );
    expect(beside('state_dict', weights)).toEqual(weights);
    expect(beside('net', weights)).toEqual(weights);
    // A state_dict that keeps something small below one of its names.
    expect(beside('state_dict', new Map())).toEqual(dictionary('loose'));
    expect(beside('net', dictionary('a'))).toEqual(dictionary('loose'));
  });

  test('may be averaged ones only; plain ones are taken where both are', () => {
    const [plain, averaged] = [dictionary('w'), dictionary('w', 'more')];
    expect(
      namedTensors(
        new Map([
          ['ema', averaged],
          ['lr', new Map()],
        ]),
        '',
      ),
    ).toEqual(averaged);
    expect(
      namedTensors(
        new Map([
          ['params_ema', averaged],
          ['params', plain],
        ]),
        '',
      ),
    ).toEqual(plain);
  });

  test('are none in what changes a model: it is named', () => {
    const words = new Map<string, unknown>([
      ['string_to_token', new Map()],
      ['string_to_param', dictionary('*')],
    ]);
    expect(() => namedTensors(words, 'a.pt')).toThrow('"a.pt" is a textual inversion: new words for');
    const layers = new Map<unknown, unknown>([
      ['layer_structure', [1, 2, 1]],
      [768, [dictionary('w')]],
    ]);
    expect(() => namedTensors(layers, 'a.pt')).toThrow('"a.pt" is a hypernetwork');
  });

  test('are asked for when there are none, or several', () => {
    expect(() => namedTensors(new Map(), 'a.bin')).toThrow('it holds none; expected tensors by name.');
    expect(() => namedTensors([tensor], 'a.bin')).toThrow('it holds none; expected tensors by name.');
    const two = new Map([
      ['one', dictionary('o')],
      ['two', dictionary('t')],
    ]);
    expect(() => namedTensors(two, 'a.bin')).toThrow('it holds weights under "one", "two"');
  });
});
