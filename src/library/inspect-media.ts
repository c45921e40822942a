/** @file Describes clips, videos and pictures, and how lamp made them. */
import { basename } from 'node:path';
import type { WorkOptions } from '../events.ts';
import { type ClipInfo, type ClipKind, inspectClip } from '../media/clip.ts';
import { notesOnNumbers } from '../media/frame-numbers.ts';
import { readPicture, readPngMetadata } from '../media/picture-file.ts';
import { listFrames } from '../media/picture-folder.ts';
import type { Remark } from '../media/remark.ts';
import { timeNotes } from '../media/time-notes.ts';
import { readVideoMetadata } from '../media/video-file.ts';
import { type StoredPicture, storedPicture } from '../pipelines/draw/stored-picture.ts';
import { type StoredSettings, storedSettings } from '../pipelines/video/stored-settings.ts';
import { type ClipSetReport, examineClips } from './examine-clips.ts';

/** Description of a clip, which may be a video made by lamp. */
export interface ClipInspection extends Omit<ClipInfo, 'kind' | 'frameTimes'> {
  readonly kind: 'clip';
  readonly clipKind: ClipKind;
  /** Notes on its timing, and on the numbering of a folder's frames. */
  readonly notes: readonly Remark[];
  /** The number of frames of a training video, for `largestStride`. */
  readonly videoFrames: number;
  /** The largest stride at which it has that many frames; 0 if it is too short. */
  readonly largestStride: number;
  /** How lamp made it, if it did. */
  readonly lamp?: StoredSettings;
}

/** Description of a folder of clips, as `examineClips` reports it. */
export interface ClipsInspection extends ClipSetReport {
  readonly kind: 'clips';
  readonly path: string;
}

/** Description of a picture. */
export interface PictureInspection {
  readonly kind: 'picture';
  readonly path: string;
  readonly width: number;
  readonly height: number;
  /** How lamp drew it, if it did. */
  readonly lamp?: StoredPicture;
}

/** Describes a clip. Throws `MediaError`, and `CheckpointError` if a video's stored settings are damaged. */
export async function inspectOneClip(path: string, frames: number): Promise<ClipInspection> {
  const { kind: clipKind, frameTimes, ...clip } = await inspectClip(path);
  const metadata = clip.path.toLowerCase().endsWith('.webp') ? {} : await readVideoMetadata(path);
  const settings = storedSettings(metadata);
  const info: ClipInfo = { ...clip, kind: clipKind, ...(frameTimes && { frameTimes }) };
  const names = clipKind === 'folder' ? (await listFrames(path)).map((each) => basename(each)) : [];
  return {
    ...clip,
    kind: 'clip',
    clipKind,
    notes: [...timeNotes(info), ...(names.length > 0 ? notesOnNumbers(names) : [])],
    videoFrames: frames,
    largestStride: Math.floor((clip.frameCount - 1) / (frames - 1)),
    ...(settings && { lamp: settings }),
  };
}

/** Describes a folder of clips, as `examineClips` does. */
export async function inspectClips(
  path: string,
  frames: number,
  work: WorkOptions,
): Promise<ClipsInspection> {
  return { kind: 'clips', path, ...(await examineClips({ clips: [path], frames, ...work })) };
}

/**
 * Describes a picture file, and how it was drawn if it is a PNG made by lamp. Throws `MediaError` if it is damaged or
 * unsupported, `CheckpointError` if its stored settings are damaged.
 */
export async function inspectPicture(path: string): Promise<PictureInspection> {
  const { width, height } = await readPicture(path);
  const settings = storedPicture(await readPngMetadata(path));
  return { kind: 'picture', path, width, height, ...(settings && { lamp: settings }) };
}
