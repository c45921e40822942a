/** @file `lamp train`: teaches a base model a motion from clips. */
import { Command } from 'commander';
import { learnMotion, learnMotionSettings } from '../library/learn-motion.ts';
import { requireOptions } from './options.ts';
import { runCommand } from './run-command.ts';
import { withCommandOptions, withSettings } from './setting-options.ts';

const examples = `
Examples:
  lamp train clips/jumps --prompt "a thing jumps" --out runs/jumps
  lamp train clips/horse-runs --base stable-diffusion-v1-5 --prompt "a horse runs" --out runs/horse
  lamp train a.mp4 b.mov c.gif --base sd15 --prompt "a bird flies" --frames 8 --size 256x256 --out runs/bird
  lamp train dance.mp4 --base sd15 --prompt "a man dances" --frames 24 --stride 2 --steps 500 --out runs/dance
  lamp train --out runs/horse --resume                   go on where Ctrl-C, a kill or a power cut ended it
  lamp train --out runs/horse --resume --steps 1000      train a finished run further

A clip trains with a caption of its own, where it has one, in place of the prompt: the text in walk.txt (or walk.caption)
beside walk.mp4, or a line in the folder's captions.tsv (name, tab, caption) or metadata.jsonl ({"file_name": "walk.mp4",
"text": "a person walks"}). What else lies in the folder is named.
Frames are taken by the time at which a player shows them: what an edit list hides is left out, clips of several rates teach one
speed (--clip-fps), and of interlaced video one field is taken. "lamp clips" says what it finds and proposes --clip-fps and --stride.
What is not given is as the base recommends in its lamp.json, if it has one.
The run's folder holds run.json (all settings), metrics.jsonl (a line a step), checkpoints/ (the last two), samples/,
latents/ (the encoded clips; may be deleted when done) and motion.safetensors (what "lamp generate --motion" takes).
The same clips, base, settings and seed give the same bytes on the same device, also after being stopped and resumed.`;

/** The `train` command. */
export function trainCommand(): Command {
  const command = new Command('train')
    .description('teach a base model a motion from a few short clips that show it')
    .usage('<clip|folder>... --prompt <text> --out <folder> [options]')
    .argument(
      '[clips...]',
      'clips, or folders of clips: MP4, MOV, WebM, MKV, GIF, animated WebP, or folders of numbered pictures',
    );
  withSettings(command, learnMotionSettings, { without: ['clips', 'useRecommended'] });
  return withCommandOptions(command)
    .addHelpText('after', examples)
    .action(async (clips: string[], _: object, command: Command) => {
      requireOptions(command, 'out');
      await runCommand(command, learnMotion, clips.length > 0 ? { clips } : {});
    });
}
