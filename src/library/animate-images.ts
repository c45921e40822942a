/** @file `animateImages`: animating many pictures, compiling networks once. */

import { z } from 'zod';
import { checkOptions } from '../check-options.ts';
import { InterruptedError, MediaError } from '../errors.ts';
import { notice, type WorkOptions } from '../events.ts';
import { findPictures } from '../media/find-pictures.ts';
import type { Picture } from '../media/picture.ts';
import { readPicture } from '../media/picture-file.ts';
import { assertVideoTarget, usualFormat } from '../media/video-target.ts';
import { phrase, setting } from '../phrases.ts';
import { assertTakesFirstFrame, requestsFor } from '../pipelines/video/animate-pictures.ts';
import { generatorForMotions } from '../pipelines/video/loaded-motions.ts';
import { concerning } from '../renamed-setting.ts';
import { declare, type GivenSettings, required } from '../settings.ts';
import { animateImageSettings } from './animate-image.ts';
import { prepareVideos, videoOptionSettings } from './make-video.ts';
import { field, workFields } from './shared-fields.ts';
import { keepVideo } from './video.ts';
import { isSingle, targetFormats, videoTargets } from './video-targets.ts';

const { out: _, ...ofVideos } = videoOptionSettings;

/** The settings of `animateImages`. */
export const animateImagesSettings = {
  pictures: required(
    declare(z.array(field.path).min(1) as z.ZodType<readonly string[], readonly string[]>, {
      description:
        'paths of pictures and of folders of pictures, and @list.txt for files with one path per line',
    }),
  ),
  prompt: animateImageSettings.prompt,
  out: required(
    declare(field.path, {
      description:
        'for a single picture .mp4, .webm, .gif, or a name without extension for a folder of PNG frames; for several pictures, folders or lists a folder',
    }),
  ),
  format: declare(z.enum(targetFormats), {
    description: phrase`format of the videos in the folder ${setting('out')}`,
    usual: 'mp4, or gif if the video codecs are missing',
  }),
  ...ofVideos,
};

/** Options of `animateImages`. */
export interface AnimateImagesOptions extends GivenSettings<typeof animateImagesSettings>, WorkOptions {}

/**
 * Animates pictures with a motion, with one video per picture, named after it; returns the paths of the videos.
 * Networks are compiled once, and pictures are read one at a time. A picture that cannot be read is reported in a
 * notice and skipped; in the end, `MediaError` names all of these. Throws what `generateVideo` throws, and
 * `InterruptedError` with the number of videos written.
 *
 * @example
 * import { animateImages } from 'lamp-video';
 *
 * const videos = await animateImages({ pictures: ['photo.png'], motion: 'runs/jumps', out: 'moving/', format: 'gif' });
 * console.log(videos); // [ 'moving/photo.gif' ]
 */
export async function animateImages(options: AnimateImagesOptions): Promise<string[]> {
  const {
    pictures: words,
    out,
    format: kind,
    ...given
  } = checkOptions('animateImages', options, {
    ...animateImagesSettings,
    ...workFields,
  });
  const { paths: pictures, many } = await concerning('pictures', () => findPictures(words, given));
  const format = kind ?? (isSingle(pictures, out, many) ? undefined : await usualFormat(given.onEvent));
  const targets = videoTargets(pictures, out, format, many);
  const prepared = await prepareVideos(
    'animateImages',
    { ...given, firstFrame: pictures[0]! },
    assertTakesFirstFrame,
  );
  const { generating, request, framesPerSecond, work } = prepared;
  await concerning('out', async () => {
    for (const target of targets) await assertVideoTarget(target, generating.shape);
  });
  const generator = await generatorForMotions(generating, request, work);
  const reading = readAll(pictures, work);
  const written: string[] = [];
  try {
    const requests = requestsFor(reading.pictures, request);
    for await (const video of generator.generateAll(requests, work)) {
      const path = targets[reading.read[written.length]!]!;
      await keepVideo({ ...video, framesPerSecond }, path, work);
      written.push(path);
    }
  } catch (error) {
    if (!(error instanceof InterruptedError) || written.length === 0) throw error;
    throw new InterruptedError({
      found: `stopped; ${written.length} of ${pictures.length} videos were written`,
      setting: 'pictures',
      advice: 'Give the other pictures to make the rest.',
    });
  } finally {
    await generator.dispose();
  }
  if (reading.failed.length === 0) return written;
  const names = reading.failed.map((path) => `"${path}"`).join(', ');
  throw new MediaError({
    found: `${reading.failed.length} of ${pictures.length} pictures could not be read: ${names}`,
    setting: 'pictures',
    advice: 'The notices say why. The videos of the others are written.',
  });
}

/** Reads pictures lazily; those that cannot be read are reported and skipped. A single picture must be readable. */
function readAll(paths: readonly string[], { onEvent, signal }: WorkOptions) {
  /** Indices of the pictures that were read. */
  const read: number[] = [];
  const failed: string[] = [];
  async function* pictures(): AsyncGenerator<Picture> {
    for (const [i, path] of paths.entries()) {
      if (signal?.aborted) throw new InterruptedError('stopped while reading pictures; nothing was written.');
      try {
        const picture = await concerning('pictures', () => readPicture(path));
        read.push(i);
        yield picture;
      } catch (error) {
        if (!(error instanceof MediaError) || paths.length === 1) throw error;
        failed.push(path);
        onEvent?.(notice(error));
      }
    }
  }
  return { pictures: pictures(), read, failed };
}
