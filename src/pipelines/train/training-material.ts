/** @file The material of a training: its samples, latents and text states. */

import { UsageError } from '../../errors.ts';
import type { OnEvent, WorkOptions } from '../../events.ts';
import type { FloatTensor } from '../../graph/host-tensor.ts';
import { clipWindow } from '../../media/clip-window.ts';
import { phrase, setting } from '../../phrases.ts';
import type { MemoryMode } from '../../runtime/memory-mode.ts';
import { clipTexts } from '../../training/data/clip-texts.ts';
import { type DrawPlan, type NeededFrames, neededFrames } from '../../training/data/draws.ts';
import { heldOutVideos } from '../../training/data/held-out.ts';
import { cacheLatents } from '../../training/data/latent-cache.ts';
import type { BatchSource } from '../../training/data/motion-batches.ts';
import { captionOfView, type OtherScenes } from '../../training/data/other-scenes.ts';
import { plainView } from '../../training/data/view.ts';
import type { RunPaths } from '../../training/run-folder.ts';
import { gatherScenes } from './gather-scenes.ts';
import type { Prepared } from './prepare-training.ts';

/** The inputs of batches, and the outcome of `settings.copyPaste`. */
export interface TrainingMaterial extends Pick<BatchSource, 'plan' | 'latents' | 'textOf'> {
  /** Latents and texts of the held-out clips; absent if there are none. */
  readonly heldOut?: Pick<BatchSource, 'latents' | 'textOf'>;
  /** Number of clips whose moving object can be cut out; absent if copy-paste is off. */
  readonly cutClips?: number;
}

/**
 * Plans all samples, gathers the scenes for them, and encodes the frames and captions that the run's folder does not
 * hold yet, with as much memory as the steps will take. Throws `UsageError` if the base has too few timesteps,
 * `MediaError` for a clip, `StorageError`, `InterruptedError`.
 */
export async function trainingMaterial(
  prepared: Prepared,
  paths: RunPaths,
  memory: MemoryMode,
  work: WorkOptions,
): Promise<TrainingMaterial> {
  const { settings, base, schedule, record } = prepared;
  const { clips } = record;
  const timesteps = schedule.alphasCumprod.length;
  if (settings.lowestTimestep >= timesteps) {
    throw new UsageError({
      found: phrase`${setting('lowestTimestep')} is ${settings.lowestTimestep}, but the base model has ${timesteps} timesteps`,
      setting: 'lowestTimestep',
      advice: 'Give a smaller one.',
    });
  }
  const scenes = await gatherScenes({ ...work, base, settings, memory, clips, folder: paths.scenes });
  const plan = planOf(prepared, timesteps, scenes);
  const needed = neededFrames(plan, settings.steps * settings.accumulation * settings.batch);
  const latents = await cacheLatents({
    ...work,
    folder: paths.latents,
    vae: base.vae,
    settings,
    memory,
    clips,
    needed,
    scenes,
  });
  const textOf = await textsOfViews(prepared, needed, scenes, memory, work.onEvent);
  const heldOut = await heldOutMaterial(prepared, paths, memory, work);
  const cutClips = scenes?.ofClips.filter((scene) => scene !== undefined).length ?? 0;
  return {
    plan,
    latents,
    textOf,
    ...(heldOut && { heldOut }),
    ...(settings.copyPaste > 0 && { cutClips }),
  };
}

async function heldOutMaterial(
  { settings, base, device, schedule, record }: Prepared,
  paths: RunPaths,
  memory: MemoryMode,
  work: WorkOptions,
): Promise<TrainingMaterial['heldOut']> {
  const clips = record.heldOut;
  if (!clips) return undefined;
  const videos = heldOutVideos(clips, settings, schedule.alphasCumprod.length);
  const needed = clips.map((_, clip): NeededFrames[] => {
    const frames = videos.flatMap((video) => (video.clip === clip ? video.frames : []));
    return [{ view: plainView, frames: [...new Set(frames)].sort((a, b) => a - b) }];
  });
  const options = { ...work, folder: paths.latents, vae: base.vae, settings, memory, clips, needed };
  const latents = await cacheLatents(options);
  const texts = await clipTexts(base, clips, settings.prompt, { device, memory, onEvent: work.onEvent });
  return { latents, textOf: (clip) => texts[clip]! };
}

function planOf(
  { settings, record }: Prepared,
  timesteps: number,
  scenes: OtherScenes | undefined,
): DrawPlan {
  const { translate, width, height, copyPaste } = settings;
  const windows = record.clips.map((clip) => clipWindow(clip, settings));
  return {
    ...settings,
    starts: windows.map(({ starts }) => starts),
    framesFrom: (clip, start) => windows[clip]!.framesFrom(start),
    timesteps,
    copyPaste: scenes && {
      share: copyPaste,
      cut: scenes.ofClips.map((scene) => scene !== undefined),
      scenes: scenes.pictures.length,
    },
    ...(translate > 0 && {
      reach: { across: Math.round(translate * width), down: Math.round(translate * height) },
    }),
  };
}

/** The text states for each clip in each view that is needed. */
async function textsOfViews(
  { base, device, settings: { prompt }, record: { clips }, texts }: Prepared,
  needed: readonly (readonly NeededFrames[])[],
  scenes: OtherScenes | undefined,
  memory: MemoryMode,
  onEvent: OnEvent | undefined,
): Promise<BatchSource['textOf']> {
  const states = new Map<string, FloatTensor>(clips.map(({ caption }, i) => [caption ?? prompt, texts[i]!]));
  const captions = needed.flatMap((views, clip) =>
    views.map(({ view }) => captionOfView(clips[clip]!, view, prompt, scenes)),
  );
  const further = [...new Set(captions)]
    .filter((caption) => !states.has(caption))
    .map((caption) => ({ caption }));
  const ofFurther = await clipTexts(base, further, prompt, { device, memory, onEvent });
  for (const [i, { caption }] of further.entries()) states.set(caption, ofFurther[i]!);
  return (clip, view) => states.get(captionOfView(clips[clip]!, view, prompt, scenes))!;
}
