/** @file `lamp animate`: makes pictures move with a motion. */
import { Command } from 'commander';
import { InterruptedError, MediaError } from '../errors.ts';
import { notice, type WorkOptions } from '../events.ts';
import { keepVideo } from '../library/video.ts';
import { findPictures } from '../media/find-pictures.ts';
import type { Picture } from '../media/picture.ts';
import { readPicture } from '../media/picture-file.ts';
import { assertVideoTarget, usualFormat } from '../media/video-target.ts';
import { assertTakesFirstFrame, requestsFor } from '../pipelines/video/animate-pictures.ts';
import { sharedPrompt } from '../pipelines/video/loaded-motions.ts';
import type { VideoRequest } from '../pipelines/video/video-request.ts';
import {
  firstFrameFits,
  type VideoSettings,
  videoDefaults,
  withoutUndefined,
} from '../pipelines/video/video-settings.ts';
import { isSingle, type TargetFormat, targetFormats, videoTargets } from './animate-targets.ts';
import { interruptible } from './interruptible.ts';
import { withMotionOption } from './motion-option.ts';
import { ofBase, oneOf, requireOptions, someText } from './options.ts';
import { openGenerator, openMotions, type VideoOptions, videoSettings } from './prepare-generation.ts';
import { reporter } from './progress.ts';
import {
  fitHelp,
  withGeneralOptions,
  withPosteriorOption,
  withSamplingOptions,
  withSizeOptions,
} from './video-options.ts';

/** What commander makes of the options. */
interface AnimateOptions extends VideoOptions {
  readonly prompt?: string;
  readonly out: string;
  readonly format?: TargetFormat;
  readonly fit?: VideoSettings['firstFrameFit'];
}

const help = `
Examples:
  lamp animate fox.jpg --motion runs/jumps --out fox.mp4
  lamp animate photos/*.jpg --motion runs/horse --base sd-1.5 --out moving/ --format gif
  lamp animate photos/ more/ --motion runs/horse --out moving/
  lamp animate @pictures.txt --motion runs/horse --out moving/
  lamp animate pony.png --motion runs/horse:0.8 --motion runs/rain:0.3 --base sd-1.5 --fit pad --out pony.webm

A folder stands for the pictures in it, @pictures.txt for those that the file names: a path a line, in UTF-8, relative to the file,
each a picture or a folder. A picture whose name begins with @ is given as ./@name.

Several pictures make a folder of videos, each named after its picture. Pictures are turned as their EXIF says. One that cannot
be read is told, and the others go on; the command then ends with exit code 3. Existing videos of these names are replaced.
All pictures have the same seed: one alone gives the same video as among others.`;

/** The command, to be added to the program. */
export function animateCommand(): Command {
  const command = new Command('animate')
    .description('make pictures move as a motion says')
    .usage('<picture|folder|@list>... --motion <path> --out <path> [options]')
    .argument(
      '<pictures...>',
      'PNG, JPEG, WebP, AVIF, TIFF, GIF or SVG; folders of them; @file with a path a line',
    );
  withMotionOption(command)
    .option('--prompt <text>', "what the videos show (default: the motion's prompt)", someText)
    .option(
      '--out <path>',
      'of one picture: .mp4, .webm, .gif, or a name without ending for a folder of PNG frames; of several, a folder of pictures or a list: a folder',
      someText,
    )
    .option(
      '--format <name>',
      `kind of the videos in the folder --out: ${targetFormats.join(', ')} (default: mp4)`,
      oneOf(...targetFormats),
    );
  withGeneralOptions(command);
  withSizeOptions(command)
    .optionsGroup('First frame:')
    .option('--fit <how>', `${fitHelp} ${ofBase(videoDefaults.firstFrameFit)}`, oneOf(...firstFrameFits));
  withPosteriorOption(command);
  return withSamplingOptions(command)
    .addHelpText('after', help)
    .action(async (pictures: string[], options: AnimateOptions, command: Command) => {
      requireOptions(command, 'motion', 'out');
      const { onEvent, end } = reporter({ json: options.json ?? false });
      try {
        await interruptible((signal) => animate(pictures, options, { onEvent, signal }));
      } finally {
        end();
      }
    });
}

async function animate(words: readonly string[], options: AnimateOptions, work: WorkOptions) {
  const { paths: pictures, many } = await findPictures(words, work);
  const single = isSingle(pictures, options.out, many);
  const format = options.format ?? (single ? undefined : await usualFormat(work.onEvent));
  const targets = videoTargets(pictures, options.out, format, many);
  const motions = await openMotions(options, work);
  for (const { path, info } of motions.motions) assertTakesFirstFrame(path, info);
  for (const target of targets) await assertVideoTarget(target, motions.shape);
  const request = withoutUndefined({
    ...videoSettings(options, options.fit),
    prompt: options.prompt ?? sharedPrompt(motions.motions),
    negativePrompt: options.negativePrompt,
    seed: options.seed,
  }) as VideoRequest;
  const { generator, framesPerSecond } = await openGenerator(motions, options, request, work);
  const reading = readAll(pictures, work);
  let written = 0;
  try {
    const requests = requestsFor(reading.pictures, request);
    for await (const video of generator.generateAll(requests, work)) {
      const path = targets[reading.read[written++]!]!;
      await keepVideo({ ...video, framesPerSecond }, path, work);
    }
  } catch (error) {
    if (!(error instanceof InterruptedError) || written === 0) throw error;
    throw new InterruptedError(`stopped; ${written} of ${pictures.length} videos were written.`);
  } finally {
    await generator.dispose();
  }
  if (reading.failed.length > 0) {
    const names = reading.failed.map((path) => `"${path}"`).join(', ');
    throw new MediaError(
      `${reading.failed.length} of ${pictures.length} pictures could not be read (see the notes above): ${names}.`,
    );
  }
}

/** Reads pictures when they are asked for; those that cannot be read are told and left out. A single one must be readable. */
function readAll(paths: readonly string[], { onEvent, signal }: WorkOptions) {
  /** Indices of pictures that were read. */
  const read: number[] = [];
  const failed: string[] = [];
  async function* pictures(): AsyncGenerator<Picture> {
    for (const [i, path] of paths.entries()) {
      if (signal?.aborted) throw new InterruptedError('stopped while reading pictures; nothing was written.');
      try {
        const picture = await readPicture(path);
        read.push(i);
        yield picture;
      } catch (error) {
        if (!(error instanceof MediaError) || paths.length === 1) throw error;
        failed.push(path);
        onEvent?.(notice(error.message));
      }
    }
  }
  return { pictures: pictures(), read, failed };
}
