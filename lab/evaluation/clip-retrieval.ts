/**
 * @file How often CLIP finds the right text for a picture of the little world among texts that differ in one thing
 * only.
 */

import type { RandomStream } from '../../src/diffusion/random.ts';
import type { Picture } from '../../src/media/picture.ts';
import type { Size } from '../../src/media/size.ts';
import { captionOf, withAdjective } from '../world/caption.ts';
import { worldSample } from '../world/sample.ts';
import { SCENES } from '../world/scene.ts';
import { type Shape, shapeSample } from '../world/shape.ts';
import type { Thing } from '../world/thing.ts';
import { type Clip, cosine } from './clip-model.ts';

/** Shares of pictures whose own text is the nearest, 0 to 1. */
export interface ClipRetrieval {
  readonly pictures: number;
  /** Among all things in the picture's scene: "a panda on the beach", "a fox on the beach", … */
  readonly thing: number;
  /** Among all scenes with the picture's thing: "a panda on the beach", "a panda in the snow", … */
  readonly scene: number;
  /** Among all shapes: "a 3d campfire on a white ground", … */
  readonly shape: number;
}

/** Measures `count` pictures of things, and as many of shapes of the same size. */
export async function clipRetrieval(
  clip: Pick<Clip, 'embedPictures' | 'embedTexts'>,
  { things, shapes, size }: { things: readonly Thing[]; shapes: readonly Shape[]; size: Size },
  stream: RandomStream,
  count: number,
): Promise<ClipRetrieval> {
  const options = { size, emptyShare: 0, actionShare: 0, mirroredShare: 0.1, tiltedShare: 0.1 };
  const samples = Array.from({ length: count }, () => worldSample(things, stream, options));
  const caption = (thing: Thing, place: string) => captionOf({ thing: thing.phrase, place });
  const sceneTexts = await textTable(
    clip,
    things.map((thing) => SCENES.map(({ places }) => caption(thing, places[0]))),
  );
  const pictures = await clip.embedPictures(samples.map(({ picture }) => picture));
  const thingOf = samples.map(({ thing }) => things.indexOf(thing!));
  const sceneOf = samples.map(({ scene }) => SCENES.indexOf(scene));
  const thing = pictures.map((picture, i) => {
    const texts = sceneTexts.map((row) => row[sceneOf[i]!]!);
    return nearest(picture, texts) === thingOf[i];
  });
  const scene = pictures.map((picture, i) => nearest(picture, sceneTexts[thingOf[i]!]!) === sceneOf[i]);

  const turned = Array.from({ length: count }, () => shapeSample(shapes, stream));
  const shapeTexts = await clip.embedTexts(
    shapes.map(({ phrase }) => `${withAdjective(phrase, '3d')} on a white ground`),
  );
  const turnedPictures = await clip.embedPictures(turned.map((sample): Picture => sample.picture));
  const shape = turnedPictures.map(
    (picture, i) => nearest(picture, shapeTexts) === shapes.indexOf(turned[i]!.shape),
  );
  return { pictures: count, thing: shareOf(thing), scene: shareOf(scene), shape: shareOf(shape) };
}

async function textTable(clip: Pick<Clip, 'embedTexts'>, rows: string[][]): Promise<Float32Array[][]> {
  const embedded = await clip.embedTexts(rows.flat());
  const width = rows[0]!.length;
  return rows.map((_, row) => embedded.slice(row * width, (row + 1) * width));
}

/** Index of the text with the largest cosine. */
function nearest(picture: Float32Array, texts: readonly Float32Array[]): number {
  const cosines = texts.map((text) => cosine(picture, text));
  return cosines.indexOf(Math.max(...cosines));
}

function shareOf(right: readonly boolean[]): number {
  return right.filter(Boolean).length / right.length;
}
