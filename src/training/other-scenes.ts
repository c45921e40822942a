/** @file Scenes to put the clips' things before, and the captions of what is then seen. */
import type { ClipScene } from '../media/cut-out.ts';
import type { Picture } from '../media/picture.ts';
import type { TrainingClip } from './clip-set.ts';
import type { View } from './view.ts';

/** All scenes of a training. */
export interface OtherScenes {
  readonly pictures: readonly Picture[];
  /**
   * What a caption says of each, such as "on the beach"; `undefined` for a clip's scene of which its caption says
   * nothing.
   */
  readonly places: readonly (string | undefined)[];
  /** For each clip its own scene, where the thing that moves in it can be cut out. */
  readonly ofClips: readonly (ClipScene | undefined)[];
  /** Identity of all pictures. */
  readonly fingerprint: string;
}

/** What a clip shows in a view, in words: its caption or else the prompt, with another place before another scene. */
export function captionOfView(
  clip: Pick<TrainingClip, 'caption'>,
  { scene }: Pick<View, 'scene'>,
  prompt: string,
  scenes: Pick<OtherScenes, 'places'> | undefined,
): string {
  const caption = clip.caption ?? prompt;
  return scene && scenes ? withPlace(caption, scenes.places[scene.index]) : caption;
}

/** English words that begin to say where something is. */
const PREPOSITIONS =
  'above|across|against|along|among|around|at|before|behind|below|beneath|beside|between|by|in|inside|near|on|outside|over|past|through|under|underneath|within';

/** The last words that begin with such a word, up to the end. */
const PLACE = new RegExp(`\\s+((?:${PREPOSITIONS})\\s(?:(?!\\s(?:${PREPOSITIONS})\\s).)+)$`, 'i');

/**
 * What an English caption says of the place: its end from the last preposition on. "a panda runs on the beach" gives
 * "on the beach".
 */
export function placeOf(caption: string): string | undefined {
  return PLACE.exec(caption.trim())?.[1];
}

/** The caption with its place taken away and another one in its stead, or none. */
export function withPlace(caption: string, place: string | undefined): string {
  const bare = caption.trim().replace(PLACE, '').replace(/,$/, '');
  return place === undefined ? bare : `${bare} ${place}`;
}
