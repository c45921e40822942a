/** @file What a file or folder is by its name, for those who do not read it. */
import { extname } from 'node:path';

const VIDEO_ENDINGS: readonly string[] = [
  ...['.mp4', '.m4v', '.mov', '.qt', '.3gp', '.3g2', '.webm', '.mkv'],
  // MPEG transport streams; TypeScript files are distinguished by content, see `isTransportStream`.
  ...['.ts', '.m2ts', '.mts', '.m2t'],
];
const ANIMATION_ENDINGS: readonly string[] = ['.gif', '.webp'];

/** The kind of clip that a file of this name would be, or `undefined`. */
export function clipKindOfName(name: string): 'video' | 'animation' | undefined {
  const ending = extname(name).toLowerCase();
  if (VIDEO_ENDINGS.includes(ending)) {
    return 'video';
  }
  return ANIMATION_ENDINGS.includes(ending) ? 'animation' : undefined;
}

/** Extensions of pictures that a folder clip may consist of. */
const FRAME_ENDINGS: readonly string[] = ['.png', '.jpg', '.jpeg', '.webp'];

/** Files that systems leave in folders of pictures: previews, settings and icons, in lower case. */
const SYSTEM_FILES: readonly string[] = [
  'thumbs.db',
  'ehthumbs.db',
  'ehthumbs_vista.db',
  'desktop.ini',
  'icon\r',
  '__macosx',
  '@eadir',
  '$recycle.bin',
];

/** Whether a file or folder of this name was left by Windows, macOS or a network drive, and is not the user's own. */
export function isSystemFile(name: string): boolean {
  return SYSTEM_FILES.includes(name.toLowerCase());
}

/** Whether these names are numbered pictures and nothing else. */
export function areNumberedPictures(names: readonly string[]): boolean {
  return (
    names.length > 0 &&
    names.every((name) => FRAME_ENDINGS.includes(extname(name).toLowerCase()) && /\d[^\d]*$/.test(stem(name)))
  );
}

function stem(name: string): string {
  return name.slice(0, -extname(name).length);
}
