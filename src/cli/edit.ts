/** @file `lamp edit`: gives a clip a new look. */
import { Command } from 'commander';
import { editTrainingSettings, editVideo, editVideoSettings } from '../library/edit-video.ts';
import { pick } from '../settings.ts';
import { requireOptions } from './options.ts';
import { runCommand } from './run-command.ts';
import { withCommandOptions, withSettings } from './setting-options.ts';

const help = `
Examples:
  lamp edit girl.mp4 --clip-prompt "a girl runs beside a river" --base sd-1.5 \\
    --prompt "a girl runs beside a river, Van Gogh style" --out painted.mp4
  lamp edit girl.mp4 --base sd-1.5 --run painted.edit --strength 0.8 \\
    --prompt "a robot runs beside a river" --out robot.mp4           another look: no training, no inversion
  lamp edit girl.mp4 --motion runs/girl --base sd-1.5 --prompt "a girl runs in the snow" --first-frame snow.png --out snow.gif

First comes a first frame in the new look, which can be looked at (first-frame.png). Then the model learns the motion of the
clip, which takes most of the time; then the noise is found that the clip would have come from (inversion.safetensors); from
that and the first frame the video is made. The folder --run keeps all of it: the same command goes on where Ctrl-C or a kill
ended it, and what is not given is as it was then. The clip is edited from its first frame on.
What is not given is as the base recommends in its lamp.json, if it has one.`;

/** The command, to be added to the program. */
export function editCommand(): Command {
  const command = new Command('edit')
    .description(
      'give a clip a new look: learn its motion, and make it again from a prompt and a first frame',
    )
    .usage('<clip> --prompt <text> --clip-prompt <text> --out <path> [options]')
    .argument('<clip>', 'MP4, MOV, WebM, MKV, GIF, animated WebP, or a folder of numbered pictures');
  withSettings(command, editVideoSettings, { without: ['clip', 'drawing', 'training', 'useRecommended'] });
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
