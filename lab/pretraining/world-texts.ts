/** @file Texts that together have every word of the little world's captions and prompts, for a tokenizer. */
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

/** The names of all things, shapes, scenes and motions in sentences as captions have them. */
export function worldTexts(things: readonly Thing[], shapes: readonly Shape[]): string[] {
  return [
    ...ADDED,
    ROTATES,
    ...MOTIONS.map(({ verb }) => verb),
    ...SCENES.flatMap(({ phrase, places }) => [phrase, ...places]),
    // An adjective may turn "a" into "an" and the other way round.
    ...[...things, ...shapes].flatMap(({ phrase }) => [phrase, withAdjective(phrase, 'small')]),
  ];
}
