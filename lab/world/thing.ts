/** @file The things of the little world: their names and drawings. */

import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { z } from 'zod';
import { MediaError } from '../../src/errors.ts';
import { readWorldList, worldAsset } from './asset.ts';
import { withoutArticle } from './caption.ts';
import { makeSprite, type Sprite } from './sprite.ts';

/** What kind of thing it is. */
export type ThingGroup = 'animal' | 'vehicle' | 'person' | 'object';

const thingSchema = z.object({
  file: z.string(),
  phrase: z.string(),
  group: z.enum(['animal', 'vehicle', 'person', 'object']),
  facing: z.enum(['left', 'right', 'none']),
  flies: z.boolean(),
  core: z.boolean(),
  source: z.string(),
});

/** One thing. Its sprite faces right, or has no direction, whatever the file's orientation. */
export interface Thing {
  /** The noun, such as "fire engine". */
  readonly name: string;
  /** With its article, such as "an elephant". */
  readonly phrase: string;
  readonly group: ThingGroup;
  /** Whether it has a direction. */
  readonly facing: 'right' | 'none';
  /** Whether it usually is in the air. */
  readonly flies: boolean;
  /** Whether it is used for training and measuring motions. */
  readonly core: boolean;
  readonly sprite: Sprite;
}

/** The longer side of a rasterised thing in pixels: twice that of a 128-pixel picture. */
const RASTER = 256;

let loaded: Promise<readonly Thing[]> | undefined;

/**
 * All things, core ones first; drawn on the first call (about half a second) and kept for the whole process. Throws
 * `MediaError` when a file of the package is missing or damaged.
 */
export function loadThings(): Promise<readonly Thing[]> {
  loaded ??= readThings().catch((error) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}

async function readThings(): Promise<readonly Thing[]> {
  const list = await readWorldList('things.json', z.array(thingSchema));
  return Promise.all(
    list.map(async ({ file, phrase, group, facing, flies, core }) => ({
      name: withoutArticle(phrase),
      phrase,
      group,
      facing: facing === 'none' ? 'none' : 'right',
      flies,
      core,
      sprite: await spriteOf(worldAsset(`things/${file}`), facing === 'left'),
    })),
  );
}

/** The thing of a name such as "panda". Throws `RangeError` when there is none. */
export function thingNamed(things: readonly Thing[], name: string): Thing {
  const found = things.find((each) => each.name === name);
  if (!found) {
    throw new RangeError(
      `no thing is called "${name}"; there are ${things.map((each) => each.name).join(', ')}`,
    );
  }
  return found;
}

/**
 * The sprite of a drawing (SVG), cut to what is not transparent. Throws `MediaError` when the file is missing or
 * damaged.
 */
export async function spriteOf(path: string, mirrored = false): Promise<Sprite> {
  try {
    // Noto's drawings are 128 units wide; four times that leaves enough after the transparent edge is cut.
    const drawn = sharp(await readFile(path), { density: 4 * 72 }).ensureAlpha();
    const whole = await drawn.raw().toBuffer({ resolveWithObject: true });
    const raw = { width: whole.info.width, height: whole.info.height, channels: 4 } as const;
    const cut = sharp(whole.data, { raw }).extract(opaquePart(whole.data, raw.width, raw.height));
    const resized = cut.resize(RASTER, RASTER, { fit: 'inside' }).flop(mirrored);
    const { data, info } = await resized.raw().toBuffer({ resolveWithObject: true });
    return makeSprite(info, data);
  } catch (error) {
    throw new MediaError(`cannot draw "${path}" (${(error as Error).message}). Install the package again.`, {
      cause: error,
    });
  }
}

function opaquePart(rgba: Uint8Array, width: number, height: number) {
  let [left, right, top, bottom] = [width, -1, height, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (rgba[(y * width + x) * 4 + 3]! < 32) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
  }
  return { left, top, width: right - left + 1, height: bottom - top + 1 };
}
