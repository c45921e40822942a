/** @file The contents of the built-in model's training pictures, as phrases of their captions: its `words.json`. */
import type { ShownPhrases } from '../../src/models/shown-words.ts';
import { articleFor, withAdjective } from '../world/caption.ts';
import { materialWords } from '../world/rendered/materials.ts';
import { objectKinds } from '../world/rendered/objects.ts';
import { SCENES } from '../world/scene.ts';
import { loadShapes, trainingShapes } from '../world/shape.ts';
import { loadThings } from '../world/thing.ts';
import { MOTIONS } from '../world/world-motions.ts';
import { loadMoreThings } from './more-things.ts';

/**
 * All phrases of the captions of the U-Net's training pictures (see `trainingPictures` and
 * `docs/research/built-in-model-training.md`).
 */
export async function shownPhrases(): Promise<ShownPhrases> {
  const core = (await loadThings()).filter((thing) => thing.core);
  return {
    things: core.map(({ phrase }) => phrase),
    'things less often': (await loadMoreThings()).map(({ phrase }) => phrase),
    'things as 3d renderings on a white ground': (await trainingShapes(await loadShapes())).map(
      ({ phrase }) => phrase,
    ),
    'the same, in colours and patterns': objectKinds.map((kind) => `${articleFor(kind)} ${kind}`),
    'colours and patterns of these': [...materialWords],
    places: SCENES.flatMap(({ places }) => places),
    'empty places': SCENES.flatMap(({ phrase }) => [
      phrase,
      withAdjective(phrase, 'empty').replace(/^empty the /, 'the empty '),
    ]),
    'first moments of motions': MOTIONS.map(({ verb }) => verb),
    besides: [
      ...['a thing', 'a small thing', 'a big thing', 'a 3d thing', 'on a white ground'],
      ...['on the left', 'on the right', 'in the air'],
    ],
  };
}
