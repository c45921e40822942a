/**
 * @file Pictures of rendered objects for pretraining: many more shapes than those of `shapes.json`, each from all
 * sides. They are drawn from their number and never stored, and are no classes of the evaluation.
 */
import { type RandomStream, randomStream } from '../../../src/diffusion/random.ts';
import type { Picture } from '../../../src/media/picture.ts';
import type { Size } from '../../../src/media/size.ts';
import { withAdjective } from '../caption.ts';
import { between } from '../scene-painters.ts';
import { drawObject, objectKinds, type RenderedObject } from './objects.ts';
import { renderMesh } from './render.ts';

/** Number of different objects. */
export const renderedCount = 8 * objectKinds.length;

/** Views in one turn, as of the world's other shapes. */
export const viewsPerTurn = 24;

/** Object `index`, from 0 to `renderedCount − 1`: always the same one. */
export function renderedObject(index: number): RenderedObject {
  if (!(Number.isInteger(index) && index >= 0 && index < renderedCount)) {
    throw new RangeError(
      `there is no rendered object ${index}; they are numbered from 0 to ${renderedCount - 1}`,
    );
  }
  const kind = objectKinds[index % objectKinds.length]!;
  return drawObject(kind, randomStream(0, 'rendered object', index));
}

/** A random object from a random side, with its caption, as `shapeSample` words it. */
export function renderedSample(
  stream: RandomStream,
  size: Size,
): { readonly picture: Picture; readonly caption: string } {
  const { phrase, mesh } = renderedObject(stream.integer(renderedCount));
  const view = stream.integer(viewsPerTurn);
  const picture = renderMesh(mesh, (2 * Math.PI * view) / viewsPerTurn, size, between(stream, 0.8, 1));
  const kind = stream.uniform();
  const noun = kind < 0.6 ? withAdjective(phrase, '3d') : phrase;
  return { picture, caption: kind < 0.3 ? noun : `${noun} on a white ground` };
}
