/** @file What `lamp inspect` says about a picture: its size, and how it was drawn. */
import { readPicture, readPngMetadata } from '../media/picture-file.ts';
import { storedPicture } from '../pipelines/draw/stored-picture.ts';
import { settingsKey } from '../pipelines/video/stored-settings.ts';
import { type Facts, settingRows } from './facts.ts';

/**
 * Describes a picture file; how it was drawn, where it is a PNG that lamp made. Throws `MediaError` when it is missing,
 * damaged or of a kind that is not read, `CheckpointError` when what it stores is damaged.
 */
export async function pictureFacts(path: string): Promise<Facts> {
  const { width, height } = await readPicture(path);
  const settings = storedPicture(await readPngMetadata(path));
  const { width: _, height: __, ...made } = settings ?? {};
  return {
    title: `picture "${path}"${settings ? ', drawn by lamp' : ''}`,
    rows: [['size', `${width}x${height}`], ...settingRows(made)],
    data: { kind: 'picture', width, height, ...(settings && { [settingsKey]: settings }) },
  };
}
