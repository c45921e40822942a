/** @file The inverted clip in a file, reused by later calls as long as nothing it depends on has changed. */

import { stat } from 'node:fs/promises';
import { openSafetensors, writeSafetensors } from '../../checkpoints/safetensors.ts';
import { CheckpointError } from '../../errors.ts';
import { notice } from '../../events.ts';
import type { FloatTensor } from '../../graph/host-tensor.ts';
import { baseIdentity } from '../../models/base-model.ts';
import { motionFingerprint } from '../../motion/file/motion-fingerprint.ts';
import { isLamp } from '../../motion/variant.ts';
import { messageParts } from '../../phrases.ts';
import { type InvertClipOptions, type InvertedClip, invertClip, originOf } from './invert-video.ts';

const INVERTED_AGAIN = 'The clip is inverted again.';

const format = 'lamp-inversion';
/** Version 1 took the clip's frames as the file stores them, not as a player shows them. */
const version = '2';

/**
 * The inverted clip: read from the file `path` if it matches these options, else computed and written there. A damaged
 * file is reported in a notice and computed again. Throws as `invertClip` does, and `StorageError`.
 */
export async function keptInversion(path: string, options: InvertClipOptions): Promise<InvertedClip> {
  const { onEvent } = options;
  const madeFrom = await describe(options);
  const kept = await readLatents(path, madeFrom, options);
  if (kept) {
    onEvent?.(notice(`using the existing inverted clip "${path}".`));
    return { latents: kept, origin: originOf(options) };
  }
  const inverted = await invertClip(options);
  await writeSafetensors(path, [['latents', inverted.latents]], { format, version, madeFrom });
  onEvent?.({ type: 'written', path });
  return inverted;
}

/** Everything that the latents depend on. */
async function describe(options: InvertClipOptions): Promise<string> {
  const { base, motion, device, frames, size, posterior, seed } = options;
  const { name: _, ...networks } = await baseIdentity(base);
  const { width, height } = size;
  return JSON.stringify({
    ...originOf(options),
    frames,
    width,
    height,
    posterior,
    ...(posterior === 'sample' && { seed }),
    motion: motionFingerprint(motion.values),
    ...(!isLamp(motion.variant) && { variant: motion.variant }),
    ...networks,
    device,
  });
}

async function readLatents(
  path: string,
  madeFrom: string,
  { onEvent }: InvertClipOptions,
): Promise<FloatTensor | undefined> {
  if (!(await stat(path).catch(() => undefined))) return undefined;
  try {
    const file = await openSafetensors(path);
    const { metadata } = file;
    if (metadata.format === format && metadata.version === '1') {
      onEvent?.(
        notice({
          found: `"${path}" was made by an earlier version, which took other frames of some clips`,
          advice: INVERTED_AGAIN,
        }),
      );
    }
    if (metadata.format !== format || metadata.version !== version || metadata.madeFrom !== madeFrom) {
      return undefined;
    }
    return (await file.readMany(['latents'])).get('latents') as FloatTensor;
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    onEvent?.(notice({ ...messageParts(error), advice: [...error.advice, INVERTED_AGAIN] }));
    return undefined;
  }
}
