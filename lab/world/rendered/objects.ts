/** @file Kinds of rendered objects, each in endless variations. */
import type { RandomStream } from '../../../src/diffusion/random.ts';
import { articleFor, withAdjective } from '../caption.ts';
import { belongings } from './kinds/belongings.ts';
import { buildings } from './kinds/buildings.ts';
import { household } from './kinds/household.ts';
import { living } from './kinds/living.ts';
import type { Build } from './kinds/parts.ts';
import { vehicles } from './kinds/vehicles.ts';
import { drawMaterial } from './materials.ts';
import type { Mesh } from './mesh.ts';

/** An object: what it is called, and its shape. */
export interface RenderedObject {
  /** With its article, such as "a red mug". */
  readonly phrase: string;
  readonly mesh: Mesh;
}

/** In the order in which pictures draw them. */
const kinds: Readonly<Record<string, Build>> = {
  ...household,
  ...buildings,
  ...vehicles,
  ...living,
  ...belongings,
};

/** Names of the kinds. */
export const objectKinds: readonly string[] = Object.keys(kinds);

/** An object of a kind. Throws `RangeError` for an unknown kind. */
export function drawObject(kind: string, random: RandomStream): RenderedObject {
  const build = kinds[kind];
  if (!build)
    throw new RangeError(`no rendered object is called "${kind}"; there are ${objectKinds.join(', ')}`);
  const material = drawMaterial(random);
  return {
    phrase: withAdjective(`${articleFor(kind)} ${kind}`, material.word),
    mesh: build(material, random),
  };
}
