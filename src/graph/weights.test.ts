import { expect, test } from 'vitest';
import { input } from './tensor.ts';
import { Weights, weightsTakenBy } from './weights.ts';

const tensors = new Map([['a.b.weight', input('a.b.weight', [2, 3])]]);
const w = new Weights((name) => tensors.get(name));

test('scopes are prefixes of key names', () => {
  expect(w.scope('a').scope('b').tensor('weight', [2, 3])).toBe(tensors.get('a.b.weight'));
  expect(w.scope('a.b').prefix).toBe('a.b.');
});

test('a missing tensor and one of another shape are named in full', () => {
  expect(() => w.scope('a').tensor('bias', [2])).toThrow('tensor "a.bias" is missing');
  expect(() => w.scope('a.b').tensor('weight', [3, 2])).toThrow(
    'tensor "a.b.weight" is [2,3], expected [3,2]',
  );
});

test('a model says which weights it takes', () => {
  const taken = weightsTakenBy((given) => {
    given.scope('x').tensor('weight', [4]);
    if (given.has('y.bias')) given.scope('y').tensor('bias', [1]);
    given.scope('x').tensor('weight', [4]);
  });
  expect([...taken]).toEqual([['x.weight', [4]]]);
});
