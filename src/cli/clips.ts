/** @file `lamp clips`: looks clips over before they are trained on, and takes them apart where they need it. */
import { Command } from 'commander';
import { MediaError } from '../errors.ts';
import { type ExamineClipsOptions, examineClips, examineClipsSettings } from '../library/examine-clips.ts';
import type { ClipWindowKind } from '../media/clip-window.ts';
import { setFacts } from './clip-set-facts.ts';
import { factLines } from './facts.ts';
import { runCommand } from './run-command.ts';
import { withCommandOptions, withSettings } from './setting-options.ts';

type ClipsOptions = Pick<ExamineClipsOptions, 'preview' | 'window'> & { readonly json?: boolean };

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
  const command = new Command('clips')
    .description('look clips over before training: cuts, bars, stills, doubles, stride; take them apart')
    .argument('<paths...>', 'clips, or folders of clips');
  withSettings(command, examineClipsSettings, { without: ['clips'], group: 'Options' });
  return withCommandOptions(command, 'print one JSON object; progress as lines of JSON before it')
    .addHelpText('after', help)
    .action(async (paths: string[], _: object, command: Command) => {
      const { json, preview, window = examineClipsSettings.window.default } = command.opts<ClipsOptions>();
      const report = await runCommand(command, examineClips, { clips: paths });
      const count = report.clips.length + report.unreadable.length;
      const facts = setFacts(report, {
        kind: 'clip set',
        title: `${count} clip${count === 1 ? '' : 's'} at "${paths.join(', ')}"`,
        showPlaces: preview !== undefined,
        window: window as ClipWindowKind,
      });
      process.stdout.write(`${json ? JSON.stringify(facts.data) : factLines(facts)}\n`);
      const unfit = report.unreadable.length + report.clips.filter(({ usable }) => !usable).length;
      if (unfit > 0) {
        throw new MediaError(
          `${unfit} of ${count} clips cannot be trained on with --frames ${report.frames}; see above.`,
        );
      }
    });
}
