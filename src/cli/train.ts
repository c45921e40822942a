/** @file `lamp train`: teaches a base model a motion from clips. */
import { Command } from 'commander';
import { learnMotion, learnMotionSettings } from '../library/learn-motion.ts';
import { withClipPartOption } from './clip-part-option.ts';
import { requireOptions } from './options.ts';
import { runCommand } from './run-command.ts';
import { withCommandOptions, withSettings } from './setting-options.ts';

const examples = `
Examples:
  lamp train clips/jumps --prompt "a thing jumps" --out runs/jumps
  lamp train clips/horse-runs --base stable-diffusion-v1-5 --prompt "a horse runs" --out runs/horse
  lamp train a.mp4 b.mov c.gif --base sd15 --prompt "a bird flies" --frames 8 --size 256x256 --out runs/bird
  lamp train dance.mp4 --base sd15 --prompt "a man dances" --frames 24 --stride 2 --steps 500 --out runs/dance
  lamp train --out runs/horse --resume                   continue after Ctrl-C, a kill or a power cut
  lamp train --out runs/horse --resume --steps 1000      train a finished run further
  lamp train clips/horse-runs --base sd15 --prompt "a horse runs" --held-out clips/horse-runs/8.mp4 --out runs/horse
                                                         the loss on a clip that is not trained on
  lamp train clips/horse-runs --base sd15 --prompt "a horse runs" --start-from runs/horse --out runs/horse-2
                                                         a new run that starts from a motion
  lamp train --out runs/horse --resume --from-step 300 --steps 300       go back to a checkpoint (see --keep-every)

A clip's own caption replaces the prompt: the text in walk.txt (or walk.caption) beside walk.mp4, or a line in the
folder's captions.tsv (name, tab, caption) or metadata.jsonl ({"file_name": "walk.mp4", "text": "a person walks"}).
In metadata.jsonl, "lamp" says which part of a clip to use: {"file_name": "walk.mp4", "lamp": {"start": 1.5, "end": 4,
"crop": {"left": 100, "top": 0, "width": 640, "height": 400}}}, or "startFrame" and "endFrame". --clip-part says it
for one training.
Other files in the folder are reported.
Frames are sampled by display time: edit lists are applied, clips with different frame rates teach the same speed
(--clip-fps), and interlaced video is read from one field. "lamp clips" checks clips, and proposes --clip-fps and
--stride.
Settings that are not given are those that the base recommends in its lamp.json, if it has one.
The run's folder contains run.json (all settings), metrics.jsonl (a line per step), checkpoints/ (the last two,
and those that --keep-every keeps; each can be given to "lamp generate --motion"), samples/, latents/ (the encoded clips; may be deleted afterwards) and motion.safetensors (for "lamp generate --motion").
The same clips, base, settings and seed give the same bytes on the same device with as many
threads, also after an interruption.`;

/** The `train` command. */
export function trainCommand(): Command {
  const command = new Command('train')
    .description('teach a base model a motion from a few short clips')
    .usage('<clip|folder>... --prompt <text> --out <folder> [options]')
    .argument(
      '[clips...]',
      'clips, or folders of clips: MP4, MOV, WebM, MKV, GIF, animated WebP, or folders of numbered pictures',
    );
  withSettings(command, learnMotionSettings, { without: ['clips', 'clipParts', 'useRecommended'] });
  withClipPartOption(command, learnMotionSettings.clipParts.group!);
  return withCommandOptions(command)
    .addHelpText('after', examples)
    .action(async (clips: string[], _: object, command: Command) => {
      requireOptions(command, 'out');
      await runCommand(command, learnMotion, clips.length > 0 ? { clips } : {});
    });
}
