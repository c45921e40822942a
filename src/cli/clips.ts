/** @file `lamp clips`: looks clips over before they are trained on, and takes them apart where they need it. */
import { Command } from 'commander';
import { MediaError } from '../errors.ts';
import { type ExamineClipsOptions, examineClips } from '../library/examine-clips.ts';
import { clipWindows } from '../media/clip-window.ts';
import type { PictureSize } from '../models/programs.ts';
import { setFacts } from './clip-set-facts.ts';
import { factLines } from './facts.ts';
import { clipFpsHelp, clipFrameRate, oneOf, pictureSize, someText, wholeNumber } from './options.ts';
import { runCommand } from './run-command.ts';

interface ClipsOptions extends Omit<ExamineClipsOptions, 'clips' | 'width' | 'height'> {
  readonly frames: number;
  readonly size?: PictureSize;
  readonly json?: boolean;
}

const help = `
Looks for: too few frames, shot cuts inside a clip, black bars, what players hide or show at uneven times, interlacing,
stills, repeated frames, clips that show nearly the same, missing captions, captions of no clip, missing numbers among frames,
several rates, videos that lamp made, and what else is in the folder; with --size, also clips that are too small or of another
shape. Proposes --clip-fps and --stride for training. The preview has a row for each clip, in the order of the list: the
frames of the training video that it gives with --clip-fps, --stride, --window, --size and --fit, as "lamp train" takes them,
or of one example where videos begin anywhere (random). With --cut, every shot becomes a clip without black bars (MP4 of the
same rate; folders of pictures stay such), what needs no cutting is copied, and captions go along.

Examples:
  lamp clips clips/horse-runs --size 512x320 --preview sheet.png
  lamp clips clips/raw --cut --out clips/clean --frames 24`;

/** The command, to be added to the program. */
export function clipsCommand(): Command {
  return new Command('clips')
    .description('look clips over before training: cuts, bars, stills, doubles, stride; take them apart')
    .argument('<paths...>', 'clips, or folders of clips')
    .option('--frames <n>', 'frames of a training video', wholeNumber({ least: 2, most: 10_000 }), 16)
    .option('--size <WxH>', 'size of a training video: say what becomes of the clips at it', pictureSize)
    .option(
      '--fit <how>',
      'for another aspect ratio: cover (cut what juts out) or stretch (default: cover)',
      oneOf('cover', 'stretch'),
    )
    .option('--clip-fps <rate>', clipFpsHelp, clipFrameRate)
    .option('--stride <n>', 'take every n-th of these frames', wholeNumber(), 1)
    .option(
      '--window <place>',
      'where in a clip a training video begins: random, start or middle; spread: over the whole clip',
      oneOf(...clipWindows),
      'random',
    )
    .option(
      '--preview <file.png>',
      'write a sheet with the frames of a training video of every clip',
      someText,
    )
    .option('--cut', 'write every shot as a clip of its own into --out')
    .option('--out <folder>', 'for --cut: a new or empty folder', someText)
    .option('--json', 'print one JSON object; progress as lines of JSON before it')
    .addHelpText('after', help)
    .action(async (paths: string[], { json, size, ...options }: ClipsOptions) => {
      const asked = { ...options, ...size, clips: paths };
      const report = await runCommand({ json }, (work) => examineClips({ ...asked, ...work }));
      const count = report.clips.length + report.unreadable.length;
      const facts = setFacts(report, {
        kind: 'clip set',
        title: `${count} clip${count === 1 ? '' : 's'} at "${paths.join(', ')}"`,
        showPlaces: options.preview !== undefined,
        window: options.window,
      });
      process.stdout.write(`${json ? JSON.stringify(facts.data) : factLines(facts)}\n`);
      const unfit = report.unreadable.length + report.clips.filter(({ usable }) => !usable).length;
      if (unfit > 0) {
        throw new MediaError(
          `${unfit} of ${count} clips cannot be trained on with --frames ${options.frames}; see above.`,
        );
      }
    });
}
