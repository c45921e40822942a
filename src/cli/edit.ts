/** @file `lamp edit`: edits a clip. */
import { Command } from 'commander';
import { editTrainingSettings, editVideo, editVideoSettings } from '../library/edit-video.ts';
import { pick } from '../settings.ts';
import { withOneMotion } from './motion-option.ts';
import { requireOptions } from './options.ts';
import { runCommand } from './run-command.ts';
import { withCommandOptions, withSettings } from './setting-options.ts';

const help = `
Examples:
  lamp edit girl.mp4 --clip-prompt "a girl runs beside a river" --base sd-1.5 \\
    --prompt "a girl runs beside a river, Van Gogh style" --out painted.mp4
  lamp edit girl.mp4 --base sd-1.5 --run painted.edit --strength 0.8 \\
    --prompt "a robot runs beside a river" --out robot.mp4           edits again without training and inversion
  lamp edit girl.mp4 --motion runs/girl --base sd-1.5 --prompt "a girl runs in the snow" --first-frame snow.png --out snow.gif

First the first frame is redrawn, so that you can look at it (first-frame.png). Then the model learns the motion of the
clip, which takes most of the time. Then DDIM inversion finds the noise of the clip (inversion.safetensors), and the video
is generated from that noise and the first frame. All of this is kept in the folder --run: the same command continues
after Ctrl-C or a kill, with the earlier settings unless others are given. The clip is edited from its first frame on.
Settings that are not given are those that the base recommends in its lamp.json, if it has one.`;

/** The `edit` command. */
export function editCommand(): Command {
  const command = new Command('edit')
    .description('edit a clip: learn its motion, and regenerate it from a prompt and a first frame')
    .usage('<clip> --prompt <text> --clip-prompt <text> --out <path> [options]')
    .argument('<clip>', 'MP4, MOV, WebM, MKV, GIF, animated WebP, or a folder of numbered pictures');
  withSettings(command, editVideoSettings, { without: ['clip', 'drawing', 'training', 'useRecommended'] });
  withOneMotion(command);
  const within = 'training';
  const ofClip = pick(editTrainingSettings, ['clipFps', 'stride', 'fit']);
  withSettings(command, ofClip, { within, group: 'Clip' });
  const ofTraining = pick(editTrainingSettings, ['steps', 'learningRate', 'saveEvery']);
  withSettings(command, ofTraining, { within, group: 'Training' });
  return withCommandOptions(command)
    .addHelpText('after', help)
    .action(async (clip: string, _: object, command: Command) => {
      requireOptions(command, 'prompt', 'out');
      await runCommand(command, editVideo, { clip });
    });
}
