/** @file What kinds of objects are made of. */
import type { RandomStream } from '../../../../src/diffusion/random.ts';
import { colour, type Material } from '../materials.ts';
import { column, type Mesh, moved, rotated } from '../mesh.ts';

/** Makes the mesh of a kind of object. */
export type Build = (material: Material, random: RandomStream) => Mesh;

export const [black, white, wood] = [colour('black'), colour('white'), colour('brown')];
/** Several parts as one. */
export const join = (...parts: readonly Mesh[]): Mesh => parts.flat();

/** The same part at several places along x and z. */
export function copies(part: Mesh, places: readonly (readonly [x: number, z: number])[]): Mesh {
  return places.flatMap(([x, z]) => moved(part, [x, 0, z]));
}

/** The four places this far from the middle along x and z. */
export const corners = (x: number, z: number) =>
  [
    [x, z],
    [-x, z],
    [x, -z],
    [-x, -z],
  ] as const;

/** A wheel whose axis is the x axis, at a place. */
export function wheels(
  radius: number,
  width: number,
  places: readonly (readonly [x: number, z: number])[],
): Mesh {
  const tyre = moved(rotated(column(radius, radius, width, black), 'z', Math.PI / 2), [width / 2, radius, 0]);
  const hub = moved(rotated(column(radius / 2, radius / 2, width + 0.02, colour('grey')), 'z', Math.PI / 2), [
    width / 2 + 0.01,
    radius,
    0,
  ]);
  return copies(join(tyre, hub), places);
}
