import { expect, test } from 'vitest';
import { randomStream } from '../../src/diffusion/random.ts';
import { drawScene, locate, movedRight, paintScene, trackError } from './world.ts';

test('a painted thing is located where it was placed, in every colour on every ground', () => {
  const random = randomStream(0, 'scenes');
  for (let i = 0; i < 200; i++) {
    const scene = drawScene(random);
    const found = locate(paintScene(scene), scene)!;
    expect(Math.hypot(found.x - scene.x, found.y - scene.y), JSON.stringify(scene)).toBeLessThan(0.35);
  }
});

test('the true motion has a small track error, a still video the mean displacement', () => {
  const scene = { shape: 'square', colour: 'red', ground: 'white', x: 2, y: 4 } as const;
  const truth = movedRight(scene, 8);
  expect(trackError(truth.map(paintScene), truth)).toBeLessThan(0.1);
  const still = truth.map(() => paintScene(scene));
  expect(trackError(still, truth)).toBeCloseTo((0.5 * (1 + 2 + 3 + 4 + 5 + 6 + 7)) / 7, 1);
});
