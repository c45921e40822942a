/** @file Step 4 of making a video: its frames are decoded, and its settings recorded. */
import type { WorkOptions } from '../../events.ts';
import type { FloatTensor } from '../../graph/host-tensor.ts';
import { matchHistogram } from '../../media/histogram.ts';
import type { Picture } from '../../media/picture.ts';
import { motionFingerprint } from '../../motion/file/motion-fingerprint.ts';
import { frameOf } from '../../motion/frames.ts';
import { isLamp } from '../../motion/variant.ts';
import { softwareVersions } from '../../runtime/software-versions.ts';
import { decodedPicture } from '../draw/draw-picture.ts';
import { betweenSteps } from '../draw/sampling-settings.ts';
import type { BegunVideo } from './begin-video.ts';
import type { DrawnVideo } from './draw-video.ts';
import type { StoredSettings } from './stored-settings.ts';
import type { VideoContext } from './video-context.ts';
import type { GeneratedVideo } from './video-request.ts';
import type { VideoSettings } from './video-settings.ts';

/** Decodes a video and records how it was made. Throws `InterruptedError` when stopped by the signal. */
export async function finishVideo(
  context: VideoContext,
  begun: BegunVideo,
  { latents, ran }: DrawnVideo,
  work: WorkOptions,
): Promise<GeneratedVideo> {
  return {
    frames: await decodeFrames(context, latents, begun.settings, work),
    settings: settingsOf(context, begun, ran),
  };
}

/**
 * Decodes each frame `[1, c, h, w]` on its own, then matches the colour histograms of all frames to the first one's
 * (LAMP, Sec. 3.4).
 */
async function decodeFrames(
  { networks, frames }: VideoContext,
  latents: FloatTensor,
  { rounding, histogramMatching }: VideoSettings,
  work: WorkOptions,
): Promise<Picture[]> {
  await networks.keepOnly(networks.decoder);
  const decoder = await networks.decoder.get(work);
  const pictures: Picture[] = [];
  await betweenSteps(work, 'decoding', 0, frames);
  for (let f = 0; f < frames; f++) {
    const decoded = decodedPicture(await decoder.decode(frameOf(latents, f)), rounding);
    pictures.push(f > 0 && histogramMatching ? matchHistogram(pictures[0]!, decoded) : decoded);
    await betweenSteps(work, 'decoding', f + 1, frames);
  }
  return pictures;
}

/** Everything needed to reproduce the video. */
function settingsOf(
  { identity, motion, motionName, motionParts, frames, size, device, networks }: VideoContext,
  { prompt, negativePrompt, seed, settings, firstFrame, inversion }: BegunVideo,
  ran: DrawnVideo['ran'],
): StoredSettings {
  const { variant, values } = motion();
  return {
    prompt,
    negativePrompt,
    seed,
    frames,
    ...size,
    device,
    memory: networks.mode(settings),
    ...settings,
    ...ran,
    firstFrame,
    ...(inversion && { inversion: inversion.origin }),
    base: identity,
    motion: {
      ...(motionName !== undefined && { name: motionName }),
      sha256: motionFingerprint(values),
      ...(!isLamp(variant) && { variant }),
      ...(motionParts && { parts: motionParts }),
    },
    versions: softwareVersions(),
  };
}
