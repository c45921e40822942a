/** @file `lamp clips`: checks clips before training, and splits them at cuts. */
import { Command } from 'commander';
import { MediaError } from '../errors.ts';
import {
  type ClipSetReport,
  type ExamineClipsOptions,
  examineClips,
  examineClipsSettings,
} from '../library/examine-clips.ts';
import { phrase, setting } from '../phrases.ts';
import { withClipPartOption } from './clip-part-option.ts';
import { setFacts } from './clip-set-facts.ts';
import { factLines } from './facts.ts';
import { runCommand } from './run-command.ts';
import { withCommandOptions, withSettings } from './setting-options.ts';

type ClipsOptions = Pick<ExamineClipsOptions, 'preview'> & { readonly json?: boolean };

const help = `
Checks for: too few frames, shot cuts inside a clip, black bars, edit lists and uneven timing, interlacing, stills,
repeated frames, nearly identical clips, missing captions, captions without a clip, gaps in the numbering of frames,
different frame rates, videos made by lamp, and other files in the folder; with --size, also clips that are too small or
of another aspect ratio. Proposes --clip-fps and --stride for training. The preview has a row per clip, in the order of
the list: the frames of its training video with --clip-fps, --stride, --window, --size and --fit, as in "lamp train", or
of an example if videos begin anywhere (random). With --cut, every shot becomes a clip without black bars (MP4 of the
same rate, or a folder of pictures). Clips that need no cutting are copied, and captions are kept.

Examples:
  lamp clips clips/horse-runs --size 512x320 --preview sheet.png
  lamp clips clips/raw --cut --out clips/clean --frames 24`;

/** The `clips` command. */
export function clipsCommand(): Command {
  const command = new Command('clips')
    .description('check clips before training: cuts, bars, stills, duplicates, stride; split them at cuts')
    .argument('<paths...>', 'clips, or folders of clips');
  withSettings(command, examineClipsSettings, { without: ['clips', 'clipParts'], group: 'Options' });
  withClipPartOption(command, 'Options');
  return withCommandOptions(command, 'print one JSON object; progress as lines of JSON before it')
    .addHelpText('after', help)
    .action(async (paths: string[], _: object, command: Command) => {
      const { json, preview } = command.opts<ClipsOptions>();
      let known: ClipSetReport | undefined;
      const onReport = (report: ClipSetReport) => {
        known = report;
      };
      const facts = (report: ClipSetReport) =>
        setFacts(report, {
          kind: 'clip set',
          title: `${count(report)} clip${count(report) === 1 ? '' : 's'} at "${paths.join(', ')}"`,
          showPlaces: preview !== undefined,
        });
      let report: ClipSetReport;
      try {
        report = await runCommand(command, examineClips, { clips: paths, onReport });
      } finally {
        // Also if the preview or the cut clips cannot be written.
        if (known) {
          const said = facts(known);
          process.stdout.write(`${json ? JSON.stringify(said.data) : factLines(said)}\n`);
        }
      }
      const unfit = report.unreadable.length + report.clips.filter(({ usable }) => !usable).length;
      if (unfit > 0) {
        throw new MediaError({
          found: phrase`${unfit} of ${count(report)} clips cannot be trained on with ${setting('frames', report.frames)}`,
          setting: 'frames',
          advice: 'The notes above say why.',
        });
      }
    });
}

function count({ clips, unreadable }: ClipSetReport): number {
  return clips.length + unreadable.length;
}
