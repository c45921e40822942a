/** @file The scenes of the little world: their names, phrases for captions, and painters. */

import type { RandomStream } from '../../src/diffusion/random.ts';
import { blankPicture, type Picture } from '../../src/media/picture.ts';
import type { Size } from '../../src/media/size.ts';
import type { Colour } from './canvas.ts';
import {
  paintBeach,
  paintDesert,
  paintForest,
  paintMeadow,
  paintMoon,
  paintNight,
  paintSea,
  paintSnow,
  plainPainter,
  type ScenePainter,
} from './scene-painters.ts';

/** A kind of place. */
export interface Scene {
  /** Short and unique, such as `beach` or `plain red`. */
  readonly name: string;
  /** The phrase for the empty scene, such as "a beach". */
  readonly phrase: string;
  /** Phrases for something being there, the most common first, such as "on the beach". */
  readonly places: readonly [string, ...string[]];
  /** Whether it is only a colour. */
  readonly plain: boolean;
  /** Paints the scene over a whole picture. */
  readonly paint: ScenePainter;
}

/** The default picture size of the little world. */
export const WORLD_SIZE: Size = { width: 128, height: 128 };

const PAINTED: readonly Scene[] = [
  scene('meadow', 'a meadow', ['in the meadow', 'in a meadow', 'on the grass'], paintMeadow),
  scene('beach', 'a beach', ['on the beach', 'at the beach', 'on the sand'], paintBeach),
  scene('night', 'a night sky', ['in the night sky', 'at night', 'under the stars'], paintNight),
  scene('snow', 'a snowy field', ['in the snow', 'on the snow'], paintSnow),
  scene('desert', 'a desert', ['in the desert', 'in a desert'], paintDesert),
  scene('sea', 'the sea', ['on the sea', 'on the water', 'in the sea'], paintSea),
  scene('forest', 'a forest', ['in the forest', 'in a forest', 'in the woods'], paintForest),
  scene('moon', 'the moon', ['on the moon'], paintMoon),
];

const PLAIN_COLOURS: readonly (readonly [name: string, colour: Colour])[] = [
  ['red', [206, 62, 58]],
  ['yellow', [240, 206, 78]],
  ['green', [92, 172, 98]],
  ['blue', [72, 122, 206]],
  ['purple', [142, 92, 178]],
  ['grey', [160, 162, 166]],
];

/** Every scene: eight painted ones, then six plain colours. */
export const SCENES: readonly Scene[] = [
  ...PAINTED,
  ...PLAIN_COLOURS.map(([name, colour]) =>
    scene(
      `plain ${name}`,
      `a plain ${name} ground`,
      [`on a plain ${name} ground`, `on a ${name} ground`, `on plain ${name}`],
      plainPainter(colour),
    ),
  ),
];

function scene(name: string, phrase: string, places: Scene['places'], paint: ScenePainter): Scene {
  return { name, phrase, places, plain: name.startsWith('plain '), paint };
}

/** The scene of a name. Throws `RangeError` when there is none. */
export function sceneNamed(name: string): Scene {
  const found = SCENES.find((each) => each.name === name);
  if (!found) {
    throw new RangeError(
      `no scene is called "${name}"; there are ${SCENES.map((each) => each.name).join(', ')}`,
    );
  }
  return found;
}

/** A painted scene, with nothing in it. */
export interface PaintedScene {
  readonly picture: Picture;
  /** Range of the ground: its highest and lowest position, as fractions of the picture's height from the top. */
  readonly ground: readonly [highest: number, lowest: number];
}

/** Paints a scene; the stream decides the horizon, hues, clouds and whatever else varies. */
export function paintScene(which: Scene, stream: RandomStream, size: Size = WORLD_SIZE): PaintedScene {
  const picture = blankPicture(size);
  const ground = which.paint(picture, stream);
  return { picture, ground };
}
