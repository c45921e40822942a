/** @file Scenes for copy-paste augmentation, and captions that match them. */
import type { ClipScene } from '../../media/cut-out.ts';
import type { Picture } from '../../media/picture.ts';
import type { TrainingClip } from './training-clip.ts';
import type { View } from './view.ts';

/** All scenes of a training. */
export interface OtherScenes {
  readonly pictures: readonly Picture[];
  /**
   * The phrase of place for each scene, such as "on the beach"; `undefined` for a clip's scene whose caption names no
   * place.
   */
  readonly places: readonly (string | undefined)[];
  /** For each clip, its own scene, if the moving object can be cut out. */
  readonly ofClips: readonly (ClipScene | undefined)[];
  /** Hash of all pictures. */
  readonly fingerprint: string;
}

/**
 * The caption of a clip in a view: its own or else the prompt, with the place replaced if the view has another scene.
 */
export function captionOfView(
  clip: Pick<TrainingClip, 'caption'>,
  { scene }: Pick<View, 'scene'>,
  prompt: string,
  scenes: Pick<OtherScenes, 'places'> | undefined,
): string {
  const caption = clip.caption ?? prompt;
  return scene && scenes ? withPlace(caption, scenes.places[scene.index]) : caption;
}

/** English prepositions that introduce a place. */
const PREPOSITIONS =
  'above|across|against|along|among|around|at|before|behind|below|beneath|beside|between|by|in|inside|near|on|outside|over|past|through|under|underneath|within';

/** The last prepositional phrase at the end of a caption. */
const PLACE = new RegExp(`\\s+((?:${PREPOSITIONS})\\s(?:(?!\\s(?:${PREPOSITIONS})\\s).)+)$`, 'i');

/**
 * The place named in an English caption: its end from the last preposition on. "a panda runs on the beach" gives "on
 * the beach".
 */
export function placeOf(caption: string): string | undefined {
  return PLACE.exec(caption.trim())?.[1];
}

/** The caption with its place replaced by another one, or removed if `place` is `undefined`. */
export function withPlace(caption: string, place: string | undefined): string {
  const bare = caption.trim().replace(PLACE, '').replace(/,$/, '');
  return place === undefined ? bare : `${bare} ${place}`;
}
