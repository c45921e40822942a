/** @file Finds and draws the scenes for copy-paste augmentation. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { exists } from '../../checkpoints/exists.ts';
import { MediaError } from '../../errors.ts';
import { notice, type WorkOptions } from '../../events.ts';
import { readFrames } from '../../media/clip.ts';
import { rangeOf } from '../../media/clip-window.ts';
import { type ClipScene, findScene } from '../../media/cut-out.ts';
import type { Picture } from '../../media/picture.ts';
import { readPicture, writePng } from '../../media/picture-file.ts';
import type { BaseModel } from '../../models/base-model.ts';
import { phrase, setting } from '../../phrases.ts';
import type { MemoryChoice } from '../../runtime/memory-mode.ts';
import { type OtherScenes, placeOf } from '../../training/data/other-scenes.ts';
import type { TrainingClip } from '../../training/data/training-clip.ts';
import type { TrainingSettings } from '../../training/training-settings.ts';
import { drawPictures } from '../draw/draw-picture.ts';

/** Largest number of frames, spread over a clip, from which its scene is estimated. */
const FRAMES_LOOKED_AT = 32;
/** Number of pictures drawn for each place. */
const PICTURES_PER_PLACE = 4;

/** Options of {@link gatherScenes}. */
export interface GatherScenesOptions extends WorkOptions {
  readonly base: BaseModel;
  readonly settings: TrainingSettings;
  /** How much memory drawing may take; default `auto`. */
  readonly memory?: MemoryChoice | undefined;
  readonly clips: readonly TrainingClip[];
  /** Folder for the drawn pictures, so that a resumed training uses the same ones. */
  readonly folder: string;
}

/**
 * The scenes of the clips whose moving object can be cut out, and pictures of `settings.places`, drawn by the image
 * model with the training's seed. `undefined` if copy-paste is off, or if no object can be cut out, which a notice
 * reports. Throws `MediaError` for a clip, `StorageError`, `InterruptedError`.
 */
export async function gatherScenes(options: GatherScenesOptions): Promise<OtherScenes | undefined> {
  const { settings, clips, onEvent } = options;
  if (settings.copyPaste === 0) return undefined;
  const ofClips = await Promise.all(clips.map((clip) => sceneOf(clip, settings)));
  const cut = ofClips.filter((scene) => scene !== undefined).length;
  const copyPaste = setting('copyPaste');
  if (cut === 0) {
    const found = phrase`${copyPaste} has no effect: no moving object can be cut out of the clips, because it never leaves its place or the camera moves.`;
    onEvent?.(notice({ found, setting: 'copyPaste' }));
    return undefined;
  }
  const found = phrase`${copyPaste}: the moving object of ${cut} of ${clips.length} clips can be cut out and is also shown in front of other scenes.`;
  onEvent?.(notice({ found, setting: 'copyPaste' }));
  const own = ofClips.flatMap((scene, i) =>
    scene ? [{ picture: scene.picture, place: placeOf(clips[i]!.caption ?? settings.prompt) }] : [],
  );
  const scenes = [...own, ...(await drawnScenes(options))];
  const hash = createHash('sha256');
  for (const { picture } of scenes) hash.update(picture.data);
  return {
    pictures: scenes.map(({ picture }) => picture),
    places: scenes.map(({ place }) => place),
    ofClips,
    fingerprint: hash.digest('hex'),
  };
}

async function sceneOf(
  clip: TrainingClip,
  { width, height, fit }: TrainingSettings,
): Promise<ClipScene | undefined> {
  const { first, end } = rangeOf(clip);
  const count = Math.min(FRAMES_LOOKED_AT, end - first);
  const indices = Array.from(
    { length: count },
    (_, i) => first + Math.round((i * (end - first - 1)) / Math.max(1, count - 1)),
  );
  return findScene(
    await readFrames(clip.path, { indices, crop: clip.part?.crop, size: { width, height }, fit }),
  );
}

/** Pictures of the places, read from the folder where it has them. */
async function drawnScenes({
  base,
  settings,
  memory,
  folder,
  ...work
}: GatherScenesOptions): Promise<{ readonly picture: Picture; readonly place: string }[]> {
  const { width, height, seed, device, places } = settings;
  const size = { width, height };
  const planned = places.flatMap((place, i) =>
    Array.from({ length: PICTURES_PER_PLACE }, (_, k) => ({
      place,
      seed: seed + k,
      path: join(folder, `${String(i + 1).padStart(2, '0')}-${k + 1}.png`),
    })),
  );
  const known = await Promise.all(planned.map(({ path }) => keptPicture(path, size)));
  const missing = planned.filter((_, i) => !known[i]);
  const drawn = new Map<string, Picture>();
  const requests = missing.map(({ place, seed }) => ({ prompt: place, seed }));
  const quiet = { ...work, onEvent: undefined };
  const report = () =>
    work.onEvent?.({ type: 'progress', stage: 'drawing scenes', done: drawn.size, total: missing.length });
  if (missing.length > 0) report();
  const pictures = drawPictures(base, requests, { ...size, device, memory }, quiet);
  for await (const { picture } of pictures) {
    const { path } = missing[drawn.size]!;
    await writePng(path, picture);
    drawn.set(path, picture);
    report();
  }
  return planned.map(({ place, path }, i) => ({ place, picture: known[i] ?? drawn.get(path)! }));
}

/** The picture in a file, if it is intact and has the right size. */
async function keptPicture(path: string, { width, height }: { width: number; height: number }) {
  if (!(await exists(path))) return undefined;
  try {
    const picture = await readPicture(path);
    return picture.width === width && picture.height === height ? picture : undefined;
  } catch (error) {
    if (error instanceof MediaError) return undefined;
    throw error;
  }
}
