/** @file Finds out whether a training is possible, before anything is written or computed for long. */
import { fingerprint } from '../checkpoints/weight-file.ts';
import { type NoiseSchedule, readNoiseSchedule } from '../diffusion/noise-schedule.ts';
import { MediaError, UsageError } from '../errors.ts';
import type { WorkOptions } from '../events.ts';
import type { FloatTensor } from '../graph/host-tensor.ts';
import { type BaseModel, openBaseModel } from '../models/base-model.ts';
import { assertPictureSize } from '../models/picture-size.ts';
import { encodePrompts } from '../models/programs.ts';
import type { DeviceName } from '../runtime/devices.ts';
import { assertSameClips, findTrainingClips } from '../training/clip-set.ts';
import { assertComplete } from '../training/complete-base.ts';
import type { RunRecord } from '../training/run-folder.ts';
import { checkTrainingDevice, type TrainingSettings } from '../training/settings.ts';
import { softwareVersions } from '../versions.ts';

/** A training that is known to be possible. */
export interface Prepared {
  readonly settings: TrainingSettings;
  readonly device: DeviceName;
  readonly base: BaseModel;
  readonly schedule: NoiseSchedule;
  readonly record: RunRecord;
  /** Text states of the prompt `[1, tokens, d]`. */
  readonly text: FloatTensor;
}

/**
 * Checks all that can be checked without long work, and writes nothing. `begun` is the run to go on with. Throws
 * `DeviceError`, `CheckpointError` (base model), `MediaError` (clips), and `UsageError` for a size that cannot be or when
 * base or clips are not those the run was begun with.
 */
export async function prepareTraining(
  settings: TrainingSettings,
  begun: RunRecord | undefined,
  { onEvent }: WorkOptions,
): Promise<Prepared> {
  await checkTrainingDevice(settings);
  const device = settings.device as DeviceName;
  const base = await openBaseModel(settings.base);
  assertPictureSize(base.vae.config, settings);
  assertComplete(base, settings);
  const schedule = await readNoiseSchedule(base.schedulerConfig);
  const identity = {
    name: base.name,
    unet: base.fingerprint,
    vae: await fingerprint(base.vae.weights.path),
    textEncoder: await fingerprint(base.textEncoder.weights.path),
  };
  const other = (['unet', 'vae', 'textEncoder'] as const).find(
    (part) => begun && begun.base[part] !== identity[part],
  );
  if (begun && other) {
    throw new UsageError(
      `the run was begun with another base model than "${settings.base}" (its ${other} differs). Give the same --base.`,
    );
  }
  const clips = await findTrainingClips(settings, begun?.clips).catch((error: unknown) => {
    if (!begun || !(error instanceof MediaError)) throw error;
    throw new MediaError(`${error.message} If the clips have moved, name them before --resume.`, {
      cause: error,
    });
  });
  if (begun) assertSameClips(begun.clips, clips);
  const tokens = base.tokenizer.encodeUntruncated(settings.prompt).length;
  if (tokens > base.tokenizer.maxLength) {
    const message = `the prompt has ${tokens} tokens, of which the model reads ${base.tokenizer.maxLength}; its end is cut off.`;
    onEvent?.({ type: 'notice', message });
  }
  const versions = softwareVersions();
  const changed = Object.keys(versions).find((name) => begun && begun.versions[name] !== versions[name]);
  if (begun && changed) {
    const message = `the run was begun with ${changed} ${begun.versions[changed]}, this is ${versions[changed]}: the result may differ in the last bits.`;
    onEvent?.({ type: 'notice', message });
  }
  return {
    settings,
    device,
    base,
    schedule,
    text: await encodePrompts(base, [settings.prompt], { device }),
    record: {
      format: 'lamp-run',
      version: 1,
      versions: begun?.versions ?? versions,
      settings,
      base: identity,
      clips,
      started: begun?.started ?? new Date().toISOString(),
      finished: null,
    },
  };
}
