/** @file Texts that contain every word of the little world's captions and prompts, for a tokenizer. */
import { withAdjective } from '../world/caption.ts';
import { SCENES } from '../world/scene.ts';
import { ROTATES, type Shape } from '../world/shape.ts';
import type { Thing } from '../world/thing.ts';
import { MOTIONS } from '../world/world-motions.ts';

/** Words that captions add: see `sample.ts` and `shape.ts` of the world. */
const ADDED = [
  'a small big empty 3d thing',
  'on the left',
  'on the right',
  'in the air',
  'on a white ground',
];

/** Sentences like captions, with the names of all things, shapes, scenes and motions. */
export function worldTexts(things: readonly Thing[], shapes: readonly Shape[]): string[] {
  return [
    ...ADDED,
    ROTATES,
    ...MOTIONS.map(({ verb }) => verb),
    ...SCENES.flatMap(({ phrase, places }) => [phrase, ...places]),
    // An adjective may turn "a" into "an" and vice versa.
    ...[...things, ...shapes].flatMap(({ phrase }) => [phrase, withAdjective(phrase, 'small')]),
  ];
}
