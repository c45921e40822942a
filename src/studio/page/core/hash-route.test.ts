import { expect, test } from 'vitest';
import { hrefOf, parseHash } from './hash-route.ts';

test('an address is read as it is written', () => {
  const href = hrefOf(['motions', 'a/b c'], { x: 1, y: undefined, z: 'é&' });
  expect(href).toBe('#/motions/a%2Fb%20c?x=1&z=%C3%A9%26');
  const { path, query } = parseHash(href);
  expect(path).toEqual(['motions', 'a/b c']);
  expect([...query]).toEqual([
    ['x', '1'],
    ['z', 'é&'],
  ]);
});

test('what is no address is the beginning, or is taken as it is', () => {
  for (const hash of ['', '#', '#/', '#//']) expect(parseHash(hash).path).toEqual([]);
  expect(parseHash('#/a%ZZ').path).toEqual(['a%ZZ']);
});
