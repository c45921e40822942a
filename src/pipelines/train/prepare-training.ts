/** @file Checks that a training is possible, before anything is written or computed at length. */

import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type NoiseSchedule, readNoiseSchedule } from '../../diffusion/noise-schedule.ts';
import { MediaError, UsageError } from '../../errors.ts';
import { notice, type WorkOptions } from '../../events.ts';
import type { FloatTensor, Shape } from '../../graph/host-tensor.ts';
import { type BaseModel, baseIdentity, openBaseModel } from '../../models/base-model.ts';
import { readBaseSettings } from '../../models/base-settings.ts';
import { vaeFactor } from '../../models/configs.ts';
import { assertPictureSize } from '../../models/picture-size.ts';
import { inPrecision } from '../../models/precision.ts';
import { assertMotionBase } from '../../motion/file/motion-base.ts';
import { messageParts, phrase, setting } from '../../phrases.ts';
import { calledSetting, concerning } from '../../renamed-setting.ts';
import type { DeviceName } from '../../runtime/devices.ts';
import { softwareVersions } from '../../runtime/software-versions.ts';
import { withoutUndefined } from '../../settings.ts';
import { assertComplete } from '../../training/complete-base.ts';
import {
  assertFramesOfEarlierVersion,
  assertSameClips,
  clipRate,
  findTrainingClips,
} from '../../training/data/clip-set.ts';
import { clipTexts, firstCaption, tellOfCaptions } from '../../training/data/clip-texts.ts';
import { tellOfRate } from '../../training/data/clip-times.ts';
import type { TrainingClip } from '../../training/data/training-clip.ts';
import { forOptimizer } from '../../training/optimiser-defaults.ts';
import type { RunRecord } from '../../training/run-folder.ts';
import {
  checkTrainingDevice,
  parseSettings,
  recommendedTraining,
  type SettledSettings,
  type TrainingInput,
  type TrainingSettings,
  trainingDefaults,
} from '../../training/training-settings.ts';

/** A training that has passed all checks. */
export interface Prepared {
  readonly settings: SettledSettings;
  readonly device: DeviceName;
  readonly base: BaseModel;
  readonly schedule: NoiseSchedule;
  readonly record: RunRecord;
  /** Text states `[1, tokens, d]` of each clip: of its caption, or of the prompt. */
  readonly texts: readonly FloatTensor[];
}

/**
 * The settings of a new run: those given, else the preset's, else what the base recommends (unless `useRecommended` is
 * false), adapted to the optimiser, else the defaults. The prompt defaults to the first clip's caption if every clip
 * has one. Throws `UsageError` for an invalid setting, `CheckpointError` if it is the base that recommends it,
 * `MediaError` for missing clips.
 */
export async function newSettings({
  settings: given,
  preset,
  ofStart,
  useRecommended = true,
  onEvent,
}: Pick<WorkOptions, 'onEvent'> & {
  readonly settings: Partial<TrainingInput>;
  readonly preset?: Partial<TrainingInput> | undefined;
  /** Those of the motion that the training starts from, before what the base recommends. */
  readonly ofStart?: Partial<TrainingInput> | undefined;
  readonly useRecommended?: boolean;
}): Promise<TrainingSettings> {
  const base = resolve(given.base ?? trainingDefaults.base);
  const recommended = useRecommended ? recommendedTraining(await readBaseSettings(base)) : {};
  const ofBase = forOptimizer(recommended, given.optimizer);
  const prompt = given.prompt ?? (await firstCaption(given, onEvent));
  const settings = parseSettings({
    ...ofBase,
    ...ofStart,
    ...preset,
    ...withoutUndefined(given),
    ...(prompt !== undefined && { prompt }),
  });
  // Settings that were settled before, as those of an edit, hold the places that the base recommends.
  const chosen = given.places?.length && !isDeepStrictEqual(given.places, ofBase.places);
  if (settings.copyPaste === 0 && chosen) {
    throw new UsageError({
      found: phrase`${setting('places')} names scenes for ${setting('copyPaste')}, which is 0`,
      setting: 'places',
      advice: phrase`Use ${setting('copyPaste', 0.5)}, or omit ${setting('places')}.`,
    });
  }
  const { epsilon, temporalBias } = trainingDefaults;
  // The usual values, as of an edit's settled settings or a run's, are no choice.
  if (settings.optimizer === 'lion' && ![undefined, epsilon, ofBase.epsilon].includes(given.epsilon)) {
    throw new UsageError({
      found: phrase`${setting('optimizer', 'lion')} has no second moment, which ${setting('epsilon')} is added to`,
      setting: 'epsilon',
      advice: phrase`Omit ${setting('epsilon')}.`,
    });
  }
  const biases = [undefined, temporalBias, ofBase.temporalBias];
  if (!settings.variant.temporalAttention && !biases.includes(given.temporalBias)) {
    throw new UsageError({
      found: phrase`${setting('temporalBias')} is for temporal attention, which this ${setting('variant')} lacks`,
      setting: 'temporalBias',
      advice: phrase`Omit ${setting('temporalBias')}.`,
    });
  }
  return settings;
}

/**
 * Checks everything that can be checked without long work, and writes nothing. `begun` is the run to resume. Throws
 * `DeviceError`, `CheckpointError` (base model), `MediaError` (clips), and `UsageError` for an invalid size, or if
 * base, clips or captions differ from those that the run was begun with.
 */
export async function prepareTraining(
  asked: TrainingSettings,
  begun: RunRecord | undefined,
  { onEvent }: WorkOptions,
): Promise<Prepared> {
  await checkTrainingDevice(asked);
  const { device } = asked;
  const opened = await openBaseModel(asked.base, { onEvent });
  const base = await inPrecision(opened, asked.precision, device);
  assertMotionBase(base);
  assertPictureSize(base.vae.config, asked);
  assertComplete(base, asked);
  const schedule = await readNoiseSchedule(base.schedulerConfig);
  const identity = await baseIdentity(base);
  const other = (['unet', 'vae', 'textEncoder'] as const).find(
    (part) => begun && begun.base[part] !== identity[part],
  );
  if (begun && other) {
    throw new UsageError({
      found: `the run was begun with another base model than "${asked.base}" (its ${other} differs)`,
      setting: 'base',
      advice: phrase`Give the same ${setting('base')}.`,
    });
  }
  const isEarlier = begun?.version === 1;
  const known = isEarlier ? [] : begun?.clips;
  const found = await findTrainingClips(asked, known, onEvent).catch((error: unknown) => {
    if (!begun || !(error instanceof MediaError)) throw error;
    const moved = phrase`If the clips have moved, give ${setting('clips')} with ${setting('resume', true)}.`;
    throw new MediaError({ ...messageParts(error), advice: [...error.advice, moved] }, { cause: error });
  });
  const heldOut = await heldOutClips(asked, begun, onEvent);
  const clips = withoutHeldOut(found, heldOut, onEvent);
  if (begun) assertSameClips(begun.clips, clips);
  if (isEarlier) {
    assertFramesOfEarlierVersion(begun.clips, clips);
    const message =
      'the run was begun by an earlier version: its frames are still taken one by one, without regard to time.';
    onEvent?.(notice(message));
    for (const [i, clip] of clips.entries()) clip.framesPerSecond = begun.clips[i]!.framesPerSecond;
  }
  const settings = { ...asked, clipFps: clipRate(asked, clips) };
  if (!begun) tellOfRate(clips, asked, settings.clipFps, onEvent);
  tellOfCaptions(clips, onEvent);
  const versions = softwareVersions();
  const changed = Object.keys(versions).find((name) => begun && begun.versions[name] !== versions[name]);
  if (begun && changed) {
    const message = `the run was begun with ${changed} ${begun.versions[changed]}, this is ${versions[changed]}: the result may differ in the last bits.`;
    onEvent?.(notice(message));
  }
  return {
    settings,
    device,
    base,
    schedule,
    texts: await clipTexts(base, clips, settings.prompt, { device, memory: settings.memory, onEvent }),
    record: {
      format: 'lamp-run',
      version: 2,
      versions: begun?.versions ?? versions,
      settings,
      base: identity,
      clips,
      ...(heldOut.length > 0 && { heldOut }),
      started: begun?.started ?? new Date().toISOString(),
      finished: null,
    },
  };
}

/** The held-out clips. Throws `MediaError` as `findTrainingClips` does, about the setting `heldOut`. */
function heldOutClips(
  asked: TrainingSettings,
  begun: RunRecord | undefined,
  onEvent: WorkOptions['onEvent'],
): Promise<TrainingClip[]> {
  if (asked.heldOut.length === 0) return Promise.resolve([]);
  // What a name in `clipParts` means is decided among the clips that are trained on.
  const choice = { ...asked, clips: asked.heldOut, clipParts: {} };
  return calledSetting('clips', 'heldOut', () =>
    concerning({ MediaError: 'heldOut' }, () => findTrainingClips(choice, begun?.heldOut, onEvent)),
  );
}

/** The clips to train on: those found, without the held-out ones. Throws `UsageError` if none is left. */
function withoutHeldOut(
  found: readonly TrainingClip[],
  heldOut: readonly TrainingClip[],
  onEvent: WorkOptions['onEvent'],
): TrainingClip[] {
  const held = new Set(heldOut.map(({ fingerprint }) => fingerprint));
  const clips = found.filter(({ fingerprint }) => !held.has(fingerprint));
  if (clips.length === 0) {
    throw new UsageError({
      found: phrase`all clips are held out (${setting('heldOut')}): none is left to train on`,
      setting: 'heldOut',
      advice: 'Hold out fewer.',
    });
  }
  if (held.size > 0) {
    const left = `${clips.length} clip${clips.length === 1 ? ' is' : 's are'}`;
    const message = `${left} trained on, ${heldOut.length} held out: the loss on ${heldOut.length === 1 ? 'it' : 'them'} is measured.`;
    onEvent?.(notice({ found: message, setting: 'heldOut' }));
  }
  return clips;
}

/** The shape `[b, c, f, h, w]` of a step's latents. */
export function latentsOf({ base, settings }: Prepared): Shape {
  const factor = vaeFactor(base.vae.config);
  const [height, width] = [settings.height / factor, settings.width / factor];
  return [settings.batch, base.vae.config.latent_channels, settings.frames, height, width];
}

/** Number of tokens of a caption. */
export function tokensOf(texts: Prepared['texts']): number {
  return texts[0]!.shape[1]!;
}
