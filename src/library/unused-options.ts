/** @file Refuses options that others leave without effect, so that none is ignored in silence. */
import { UsageError } from '../errors.ts';
import { type Phrase, phrase, setting } from '../phrases.ts';
import type { DrawSettings } from '../pipelines/draw/draw-picture.ts';
import { type VideoSettings, videoDefaults, videoSettings } from '../pipelines/video/video-settings.ts';
import { namesOf } from '../settings.ts';

/** Options of a video, as far as they can be without effect. */
interface GivenVideo extends Partial<VideoSettings> {
  readonly negativePrompt?: string | undefined;
  readonly drawing?: Partial<DrawSettings> | undefined;
  readonly firstFrame?: unknown;
  readonly firstFrameBase?: unknown;
}

/** How a video will be made. */
interface ResolvedVideo {
  readonly sampling: VideoSettings;
  /** Settings for drawing the first frame; `undefined` if a picture is given. */
  readonly drawing: DrawSettings | undefined;
  /** Whether it is sampled from the noise of a clip. */
  readonly isEdit?: boolean;
}

/** Throws `UsageError` if both the authors' values and the base's recommendations are requested. */
export function assertOneSource({
  reference,
  useRecommended,
}: {
  readonly reference?: boolean | undefined;
  readonly useRecommended?: boolean | undefined;
}): void {
  if (!reference || !useRecommended) return;
  throw new UsageError({
    found: phrase`${setting('reference', true)} ignores the base's recommendations, but ${setting('useRecommended', true)} requests them`,
    setting: 'reference',
    advice: 'Omit one of them.',
  });
}

/**
 * Throws `UsageError` for an option that cannot change the video. A complete set of settings, such as
 * `referenceOptions` or those stored with a video, may contain such settings.
 */
export function assertVideoOptionsUsed(given: GivenVideo, resolved: ResolvedVideo): void {
  const { sampling, drawing } = resolved;
  const { guidance, imageModelBelow, imageModelGuidance } = sampling;
  const inVideo = guidance > 1 || (imageModelBelow > 0 && imageModelGuidance > 1);
  const inFirstFrame = given.drawing?.negativePrompt === undefined && (drawing?.guidance ?? 0) > 1;
  if (!inVideo && !inFirstFrame) assertGuided({ negativePrompt: given.negativePrompt }, sampling);
  if (drawing) assertGuided(given.drawing ?? {}, drawing, 'drawing.');
  if (namesOf(videoSettings).some((name) => given[name] === undefined)) assertSettingsUsed(given, resolved);
}

/** Options that are for guidance only, and the values with which they do nothing. */
const ofGuidance = {
  negativePrompt: '',
  guidanceStart: videoDefaults.guidanceStart,
  guidanceEnd: videoDefaults.guidanceEnd,
  adaptiveGuidance: videoDefaults.adaptiveGuidance,
};

/**
 * Throws `UsageError` for a negative prompt, or limits of guidance, without guidance. `within` is the prefix of the
 * settings' names.
 */
export function assertGuided(
  given: { readonly [Name in keyof typeof ofGuidance]?: unknown },
  { guidance }: { readonly guidance: number },
  within: 'drawing.' | '' = '',
): void {
  if (guidance > 1) return;
  const names = Object.keys(ofGuidance) as (keyof typeof ofGuidance)[];
  const name = names.find((each) => given[each] !== undefined && given[each] !== ofGuidance[each]);
  if (name === undefined) return;
  const [unused, scale] = [`${within}${name}`, setting(`${within}guidance`)];
  refuse(
    unused,
    phrase`${setting(unused)} has no effect without guidance, and ${scale} is ${guidance}`,
    phrase`Use ${scale} above 1, or omit ${setting(unused)}.`,
  );
}

function assertSettingsUsed(given: GivenVideo, { sampling, isEdit = false }: ResolvedVideo): void {
  const { imageModelBelow, finishAt } = sampling;
  const { negativePrompt: _, ...limits } = given;
  assertGuided(limits, sampling);
  const below = setting('imageModelBelow');
  if (given.imageModelGuidance !== undefined && imageModelBelow === 0) {
    refuse(
      'imageModelGuidance',
      phrase`${setting('imageModelGuidance')} is for steps of the image model, which takes none`,
      phrase`Let it take steps with ${below}, or omit ${setting('imageModelGuidance')}.`,
    );
  }
  const isPicture = given.firstFrame !== undefined || (given.firstFrameBase !== undefined && !isEdit);
  for (const name of ['firstFrameFit', 'firstFramePosterior'] as const) {
    // An edit also encodes its clip in this way.
    if (given[name] === undefined || isPicture || (isEdit && name === 'firstFramePosterior')) continue;
    refuse(
      name,
      phrase`${setting(name)} is for a given first frame, but none is given`,
      phrase`Give it with ${setting('firstFrame')}, or omit ${setting(name)}.`,
    );
  }
  if (!isEdit) return;
  // What was not copied from the first frame is redrawn from noise.
  const redrawsFromNoise = finishAt > 0 && imageModelBelow > 0;
  for (const name of ['noiseShare', 'keepNoiseVariance'] as const) {
    if (given[name] === undefined || (name === 'noiseShare' && redrawsFromNoise)) continue;
    refuse(name, phrase`${setting(name)} is for drawn noise, but an edit begins with the noise of its clip`);
  }
}

/** Options of a training, as far as they can be without effect. */
interface GivenTraining {
  readonly window?: string | undefined;
  readonly stride?: number | undefined;
  readonly sampleEvery?: number | undefined;
  readonly samplePrompts?: readonly string[] | undefined;
}

/** Throws `UsageError` for a stride together with a window that disregards it. */
export function assertStrideUsed({ window, stride }: GivenTraining): void {
  if (window !== 'spread' || stride === undefined) return;
  refuse(
    'stride',
    phrase`${setting('window', 'spread')} spreads the frames over the whole clip, regardless of ${setting('stride')}`,
    'Omit one of them.',
  );
}

/** Throws `UsageError` for an interval at which nothing is measured; a resumed run may have held-out clips. */
export function assertHeldOutUsed({
  heldOut,
  heldOutEvery,
  resume,
}: {
  readonly heldOut?: readonly string[] | undefined;
  readonly heldOutEvery?: number | undefined;
  readonly resume?: boolean | undefined;
}): void {
  if (heldOutEvery === undefined || resume || heldOut?.length) return;
  refuse(
    'heldOutEvery',
    phrase`${setting('heldOutEvery')} measures the loss on held-out clips, and there are none`,
    phrase`Give some with ${setting('heldOut')}, or omit ${setting('heldOutEvery')}.`,
  );
}

/** Throws `UsageError` for prompts of sample videos that are never made. `within` is the prefix of the names. */
export function assertSamplesMade(
  { sampleEvery, samplePrompts = [] }: GivenTraining,
  within: 'training.' | '' = '',
): void {
  if (sampleEvery !== 0 || samplePrompts.length === 0) return;
  const name = `${within}samplePrompts`;
  refuse(
    name,
    phrase`${setting(name)} is for sample videos, but ${setting(`${within}sampleEvery`, 0)} makes none`,
    'Omit one of them.',
  );
}

/** Throws `UsageError` if one of the options called `names` is given. By default it advises to omit that. */
export function assertNotGiven(
  options: object,
  names: readonly string[],
  found: (name: string) => Phrase,
  advice?: string | Phrase,
): void {
  const given = new Map(Object.entries(options));
  const name = names.find((each) => given.get(each) !== undefined);
  if (name !== undefined) refuse(name, found(name), advice);
}

function refuse(
  name: string,
  found: Phrase,
  advice: string | Phrase = phrase`Omit ${setting(name)}.`,
): never {
  throw new UsageError({ found, setting: name, advice });
}
