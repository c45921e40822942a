/** @file Step 2 of making a video: the latents of its first frame, encoded or drawn. */
import { randomStream } from '../../diffusion/random.ts';
import { notice, type WorkOptions } from '../../events.ts';
import type { FloatTensor } from '../../graph/host-tensor.ts';
import type { Picture } from '../../media/picture.ts';
import { concerning } from '../../renamed-setting.ts';
import { drawLatents } from '../draw/draw-picture.ts';
import { forGuidance } from '../draw/predictors.ts';
import { drawFirstFrame, drawnSettings } from './drawn-first-frame.ts';
import { encodeFirstFrame, pictureFingerprint } from './encode-first-frame.ts';
import { planVideo, type VideoPlan } from './plan-video.ts';
import type { StoredSettings } from './stored-settings.ts';
import type { VideoContext } from './video-context.ts';
import type { VideoRequest } from './video-request.ts';

/** A planned video with the latents of its first frame; the picture itself need not be kept. */
export interface BegunVideo extends VideoPlan {
  /** `[1, c, h, w]`; `undefined` if the motion's variant samples frame 0 like the others. */
  readonly firstLatents: FloatTensor | undefined;
  /** Origin of the first frame; stored with the video. */
  readonly firstFrame: StoredSettings['firstFrame'];
}

/** Plans a video and draws or encodes its first frame. Throws as `planVideo` does, and `InterruptedError`. */
export async function beginVideo(
  context: VideoContext,
  request: VideoRequest,
  work: WorkOptions,
): Promise<BegunVideo> {
  const plan = planVideo(context, request);
  const { firstFrameBase, drawing, seed } = plan;
  const { networks, size, device, memory } = context;
  if (firstFrameBase) await networks.keepOnly();
  const drawn =
    firstFrameBase &&
    (await concerning('firstFrameBase', () =>
      drawFirstFrame(firstFrameBase, { ...drawing, seed }, { video: size, device, memory }, work),
    ));
  const picture = drawn?.picture ?? request.firstFrame;
  if (!context.motion().variant.firstFrame) tellUnused(request, work);
  const firstLatents = await latentsOfFirst(context, plan, picture, work);
  const stored = (): StoredSettings['firstFrame'] => {
    if (!context.motion().variant.firstFrame) return { kind: 'none' };
    if (!picture) return { kind: 'drawn', ...drawing };
    return { kind: 'picture', ...pictureFingerprint(picture), ...(drawn && { drawn: drawnSettings(drawn) }) };
  };
  return { ...plan, firstLatents, firstFrame: stored() };
}

/**
 * Reports a first frame that the motion's variant does not use. The functions of the library refuse it instead; this is
 * for comparisons, in which motions of all variants are given the same.
 */
function tellUnused({ firstFrame, firstFrameBase }: VideoRequest, { onEvent }: WorkOptions): void {
  if (!firstFrame && !firstFrameBase) return;
  const found = 'this motion draws the first frame like the others; the one given is not used.';
  onEvent?.(notice({ found, setting: firstFrame ? 'firstFrame' : 'firstFrameBase' }));
}

async function latentsOfFirst(
  { base, motion, networks, schedule, size, prompts }: VideoContext,
  { settings, drawing, seed }: VideoPlan,
  picture: Picture | undefined,
  work: WorkOptions,
): Promise<FloatTensor | undefined> {
  if (!motion().variant.firstFrame) return undefined;
  if (picture) {
    await networks.keepOnly(networks.encoder);
    const noise = randomStream(seed, 'first frame', 'posterior');
    const { scaling_factor: scale } = base.vae.config;
    return encodeFirstFrame(await networks.encoder.get(work), picture, size, settings, noise, scale);
  }
  const predictor = forGuidance(networks.image, drawing);
  await networks.keepOnly(predictor);
  return drawLatents({ base, schedule, size, prompts, predictor }, drawing, seed, work);
}
