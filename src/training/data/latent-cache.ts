/**
 * @file The latents of the clips' frames, computed once before training and kept in the run's folder, so that a
 * training step neither decodes video nor runs the VAE.
 */

import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { removeLeftovers } from '../../checkpoints/atomic-write.ts';
import { openSafetensors, type SafetensorsFile, writeSafetensors } from '../../checkpoints/safetensors.ts';
import { CheckpointError, InterruptedError } from '../../errors.ts';
import { notice, type WorkOptions } from '../../events.ts';
import { type FloatTensor, floats } from '../../graph/host-tensor.ts';
import { readFrames } from '../../media/clip.ts';
import { type CutOut, cutOut } from '../../media/cut-out.ts';
import { type Picture, pictureToFloats } from '../../media/picture.ts';
import type { Component } from '../../models/base-model.ts';
import type { VaeConfig } from '../../models/configs.ts';
import { type LatentPosterior, type PictureEncoder, pictureEncoder } from '../../models/programs.ts';
import { messageParts } from '../../phrases.ts';
import type { MemoryChoice } from '../../runtime/memory-mode.ts';
import type { TrainingSettings } from '../training-settings.ts';
import type { NeededFrames } from './draws.ts';
import type { OtherScenes } from './other-scenes.ts';
import type { TrainingClip } from './training-clip.ts';
import { type SceneView, seenAs, seenBefore, type View, viewName } from './view.ts';

const format = 'lamp-latents';
/** Since version 2, frames are numbered as a player shows them; before, as the file stores them. */
const version = '2';

/** Upper bounds, in frames and bytes, of what is decoded before it is encoded and written. */
const CHUNK_FRAMES = 256;
const CHUNK_BYTES = 256 * 2 ** 20;

/** The VAE's posterior of one frame: mean and standard deviation `[1, c, h, w]`, not scaled for the U-Net. */
export type FramePosterior = Pick<LatentPosterior, 'mean' | 'deviation'>;

/** Posteriors of all frames that the training needs. */
export interface LatentCache {
  /** Reads frames of a clip, given the clip's index. Throws `CheckpointError` if the files have changed since. */
  read(clip: number, frames: readonly number[], view: View): Promise<FramePosterior[]>;
}

/** What is encoded, and where the latents are kept. */
export interface LatentCacheOptions extends WorkOptions {
  readonly folder: string;
  readonly vae: Component<VaeConfig>;
  readonly settings: Pick<TrainingSettings, 'width' | 'height' | 'fit' | 'device'>;
  /** How much memory the VAE may take; default `auto`. */
  readonly memory?: MemoryChoice;
  readonly clips: readonly TrainingClip[];
  /** For each clip, the frames needed in each view. */
  readonly needed: readonly (readonly NeededFrames[])[];
  /** Scenes for copy-paste views. */
  readonly scenes?: OtherScenes | undefined;
}

/** For each tensor of a clip, the file that holds it. */
type FrameIndex = Map<string, SafetensorsFile>;

/**
 * Encodes the frames that `folder` does not hold yet. Cached files are looked up by a hash of what they depend on (clip
 * content, size, VAE). Throws `InterruptedError` when stopped (frames encoded so far are kept), `MediaError` for a
 * clip, `StorageError`.
 */
export async function cacheLatents(options: LatentCacheOptions): Promise<LatentCache> {
  const { folder, vae, settings, clips, needed, scenes, memory, onEvent } = options;
  await removeLeftovers(folder);
  const vaeIdentity = await vae.weights.fingerprint();
  const { width, height, fit, device } = settings;
  const keys = clips.map((clip) =>
    createHash('sha256')
      .update(
        JSON.stringify([
          format,
          version,
          clip.fingerprint,
          width,
          height,
          fit,
          vaeIdentity,
          device,
          scenes?.fingerprint,
          // Frames have their numbers in the whole clip.
          ...(clip.part?.crop ? [clip.part.crop] : []),
        ]),
      )
      .digest('hex'),
  );
  const indices = await Promise.all(keys.map((key) => findFrames(folder, key, onEvent)));

  const missing = needed.map((views, clip) =>
    views.map(({ view, frames }) => ({
      view,
      frames: frames.filter((frame) => !indices[clip]!.has(meanName(frame, view))),
    })),
  );
  const total = missing.flat().reduce((sum, { frames }) => sum + frames.length, 0);
  if (total > 0) {
    let done = 0;
    const report = () => onEvent?.({ type: 'progress', stage: 'encoding clips', done: done++, total });
    const encoder = await pictureEncoder(vae, settings, { device, memory });
    try {
      report();
      for (const [clip, views] of missing.entries()) {
        await encodeClip(options, clip, keys[clip]!, views, encoder, report);
        indices[clip] = await findFrames(folder, keys[clip]!, onEvent);
      }
    } finally {
      await encoder.dispose();
    }
  }
  return {
    async read(clip, frames, view) {
      return Promise.all(frames.map((frame) => readFrame(indices[clip]!, frame, view)));
    },
  };
}

/**
 * Encodes the missing frames of one clip in chunks, which bounds the memory for long clips, and writes a file per
 * chunk.
 */
async function encodeClip(
  { folder, settings, clips, scenes, signal }: LatentCacheOptions,
  clip: number,
  key: string,
  missing: readonly NeededFrames[],
  encoder: PictureEncoder,
  report: () => void,
): Promise<void> {
  const { width, height, fit } = settings;
  const size = { width, height };
  const wanted = missing.map(({ view, frames }) => ({ view, frames: new Set(frames) }));
  const frames = [...new Set(missing.flatMap((each) => each.frames))].sort((a, b) => a - b);
  const chunkLength = Math.max(1, Math.min(CHUNK_FRAMES, Math.floor(CHUNK_BYTES / (width * height * 3))));
  for (let at = 0; at < frames.length; at += chunkLength) {
    const indices = frames.slice(at, at + chunkLength);
    const { path, part } = clips[clip]!;
    const pictures = await readFrames(path, { indices, crop: part?.crop, size, fit });
    const tensors: [string, FloatTensor][] = [];
    for (const [i, frame] of indices.entries()) {
      const look = looksOf(pictures[i]!, clip, scenes);
      for (const { view, frames: inView } of wanted) {
        if (!inView.has(frame) || signal?.aborted) continue;
        const { mean, deviation } = await encoder.encode(
          floats(pictureToFloats(look(view)), [1, 3, height, width]),
        );
        tensors.push([meanName(frame, view), mean], [deviationName(frame, view), deviation]);
        report();
        await nextTurn();
      }
    }
    if (tensors.length > 0) {
      const content = createHash('sha256').update(JSON.stringify(tensors.map(([name]) => name)));
      const name = `${filePrefix(key)}${content.digest('hex').slice(0, 16)}.safetensors`;
      await writeSafetensors(join(folder, name), tensors, { format, version, key });
    }
    if (signal?.aborted)
      throw new InterruptedError('stopped while encoding clips; the frames encoded so far are kept.');
  }
}

/** Renders a frame in each view; the moving object is cut out only once. */
function looksOf(picture: Picture, clip: number, scenes: OtherScenes | undefined): (view: View) => Picture {
  let thing: CutOut | undefined;
  return (view) => {
    if (!isBeforeScene(view)) return seenAs(picture, view);
    thing ??= cutOut(picture, scenes!.ofClips[clip]!);
    return seenBefore(thing, scenes!.pictures, view);
  };
}

function isBeforeScene(view: View): view is View & { readonly scene: SceneView } {
  return view.scene !== undefined;
}

/** Finds the cached frames of the clip with this key. Damaged files are removed, with a notice. */
async function findFrames(folder: string, key: string, onEvent: WorkOptions['onEvent']): Promise<FrameIndex> {
  const index: FrameIndex = new Map();
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((each) => each.startsWith(filePrefix(key))).sort()) {
    const path = join(folder, name);
    try {
      const file = await openSafetensors(path);
      const { metadata } = file;
      if (metadata.format !== format || metadata.version !== version || metadata.key !== key) continue;
      for (const tensor of file.tensors.keys()) index.set(tensor, file);
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
      onEvent?.(
        notice({ ...messageParts(error), advice: [...error.advice, 'Its frames are encoded again.'] }),
      );
      await rm(path, { force: true });
    }
  }
  return index;
}

async function readFrame(index: FrameIndex, frame: number, view: View): Promise<FramePosterior> {
  const names = [meanName(frame, view), deviationName(frame, view)] as const;
  const found = await index.get(names[0])!.readMany(names);
  return { mean: found.get(names[0]) as FloatTensor, deviation: found.get(names[1]) as FloatTensor };
}

function filePrefix(key: string): string {
  return `${key.slice(0, 16)}-`;
}

function meanName(frame: number, view: View): string {
  return `${frame}.${viewName(view)}mean`;
}

function deviationName(frame: number, view: View): string {
  return `${frame}.${viewName(view)}deviation`;
}
