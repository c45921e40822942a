/** @file Classifies the files in a folder of clips by name: clips, or other files and why they are not used. */

import { basename, extname } from 'node:path';
import { onOneLine } from '../checkpoints/one-line.ts';
import { withUserFile } from '../checkpoints/user-file.ts';
import { refuseMedia } from './refuse-media.ts';

/** Extensions of MPEG transport streams; the first is also TypeScript's. */
const TRANSPORT_ENDINGS: readonly string[] = ['.ts', '.m2ts', '.mts', '.m2t'];

/** Whether a file's name has the extension of an MPEG transport stream. */
export function maybeTransportStream(name: string): boolean {
  return TRANSPORT_ENDINGS.includes(extname(name).toLowerCase());
}

const SYNC = 0x47;
/** Packet sizes in bytes: as broadcast, and with the timestamp that cameras and discs put before each packet. */
const PACKETS: readonly (readonly [size: number, offset: number])[] = [
  [188, 0],
  [192, 4],
];
/** Number of consecutive packets that must begin with the sync byte (fewer if the file has fewer). */
const PACKETS_CHECKED = 8;

/**
 * Whether a file is an MPEG transport stream, in which every packet begins with the sync byte; `false` if it cannot be
 * read.
 */
export async function isTransportStream(path: string): Promise<boolean> {
  return withUserFile(path, refuseMedia('clip', path), async (file) => {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(192 * PACKETS_CHECKED), 0, undefined, 0);
    return PACKETS.some(([size, offset]) => {
      const whole = Math.min(PACKETS_CHECKED, Math.floor(bytesRead / size));
      return whole > 0 && Array.from({ length: whole }, (_, i) => buffer[i * size + offset]).every(isSync);
    });
  }).catch(() => false);
}

function isSync(byte: number | undefined): boolean {
  return byte === SYNC;
}

/** Unsupported videos and animations, by extension. */
const UNREAD_VIDEOS: Readonly<Record<string, string>> = {
  '.avi': 'AVI',
  '.divx': 'AVI',
  '.wmv': 'Windows Media',
  '.asf': 'Windows Media',
  '.flv': 'Flash video',
  '.f4v': 'Flash video',
  '.swf': 'Flash',
  '.mpg': 'an MPEG program stream',
  '.mpeg': 'an MPEG program stream',
  '.mpe': 'an MPEG program stream',
  '.m1v': 'an MPEG program stream',
  '.m2v': 'an MPEG program stream',
  '.vob': 'an MPEG program stream',
  '.mod': 'an MPEG program stream',
  '.ogv': 'Ogg video',
  '.ogg': 'Ogg',
  '.ogm': 'Ogg video',
  '.rm': 'RealMedia',
  '.rmvb': 'RealMedia',
  '.mxf': 'MXF',
  '.dv': 'DV',
  '.nut': 'NUT',
  '.ivf': 'IVF',
  '.y4m': 'YUV4MPEG2',
  '.h264': 'H.264 without a container',
  '.264': 'H.264 without a container',
  '.h265': 'H.265 without a container',
  '.hevc': 'H.265 without a container',
  '.mjpeg': 'Motion JPEG without a container',
  '.mjpg': 'Motion JPEG without a container',
  '.apng': 'animated PNG',
  '.avifs': 'animated AVIF',
};

const PICTURES: readonly string[] = [
  ...['.png', '.jpg', '.jpeg', '.jpe', '.jfif', '.webp', '.bmp', '.tif', '.tiff', '.heic', '.heif', '.avif'],
  ...['.jxl', '.jp2', '.svg', '.ico', '.psd', '.dng', '.gif'],
];
const PLAYLISTS: readonly string[] = ['.m3u', '.m3u8', '.mpd', '.xspf', '.pls'];

/** The kind of unsupported video that a file of this name is, such as "AVI"; `undefined` for all others. */
export function unreadVideoKind(name: string): string | undefined {
  return UNREAD_VIDEOS[extname(name).toLowerCase()];
}

/** An FFmpeg command line that converts an unsupported video to MP4, with the name quoted if necessary. */
export function conversionLine(path: string): string {
  const name = basename(path);
  const target = `${name.slice(0, name.length - extname(name).length)}.mp4`;
  return `ffmpeg -i ${shellName(name)} -crf 12 -pix_fmt yuv420p ${shellName(target)}`;
}

function shellName(name: string): string {
  const line = onOneLine(name);
  return /^[\w.][\w.+-]*$/.test(line) ? line : `"${line}"`;
}

/** What a file that is not used as a clip is. */
export type NoClipKind = 'unread video' | 'picture' | 'playlist' | 'other';

/** Why a file is not used as a clip, and what it is. */
export interface NoClip {
  readonly kind: NoClipKind;
  readonly reason: string;
  /** How to use it. */
  readonly advice?: string;
}

/** Why a file of this name is not used as a clip, and what it is. */
export function whyNoClip(name: string): NoClip {
  const video = unreadVideoKind(name);
  if (video) {
    const advice = `To use "${onOneLine(name)}", convert it: ${conversionLine(name)}`;
    return { kind: 'unread video', reason: `${video} is not read`, advice };
  }
  const ending = extname(name).toLowerCase();
  if (maybeTransportStream(name)) return { kind: 'other', reason: 'not an MPEG transport stream' };
  if (PICTURES.includes(ending)) return { kind: 'picture', reason: 'a single picture' };
  if (PLAYLISTS.includes(ending)) return { kind: 'playlist', reason: 'a playlist' };
  return { kind: 'other', reason: 'no clip' };
}
