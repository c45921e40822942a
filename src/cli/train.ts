/** @file `lamp train`: teaches a base model a motion from clips. */
import { Command } from 'commander';
import { type LearnMotionOptions, learnMotion, type PresetName } from '../library/learn-motion.ts';
import { clipWindows } from '../media/clip-window.ts';
import { isTrained, motionVariantNames, motionVariants } from '../motion/variant.ts';
import { withoutUndefined } from '../pipelines/video/video-settings.ts';
import { trainingDefaults as usual } from '../training/training-settings.ts';
import { givenSettings } from './given-settings.ts';
import { interruptible } from './interruptible.ts';
import {
  baseHelp,
  clipFpsHelp,
  clipFrameRate,
  ofBase,
  oneOf,
  pictureSize,
  realNumber,
  repeated,
  seedNumber,
  someText,
  wholeNumber,
} from './options.ts';
import { reporter } from './progress.ts';

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

/** What commander makes of the options that are no settings of their own. */
interface TrainOptions {
  readonly out: string;
  readonly resume?: boolean;
  readonly json?: boolean;
  readonly preset?: PresetName;
}

const trainedVariants = motionVariantNames.filter((name) => isTrained(motionVariants[name]));

/** The `train` command. */
export function trainCommand(): Command {
  const command = new Command('train')
    .description('teach a base model a motion from a few short clips that show it')
    .usage('<clip|folder>... --prompt <text> --out <folder> [options]')
    .argument(
      '[clips...]',
      'clips, or folders of clips: MP4, MOV, WebM, MKV, GIF, animated WebP, or folders of numbered pictures',
    )
    .optionsGroup('What to learn:')
    .option('--base <folder>', `the base model: ${baseHelp}`, someText)
    .option(
      '--prompt <text>',
      'what the clips show; may be left out when each has a caption, the first of which then names the motion',
      someText,
    )
    .option('--no-captions', 'train all clips with the prompt, whatever captions they have')
    .requiredOption(
      '--out <folder>',
      'folder of the run; must not exist or be empty, except with --resume',
      someText,
    )
    .option('--resume', 'go on with the run in --out; give only what shall change (--steps, --save-every, …)')
    .optionsGroup('Videos:')
    .option('--frames <n>', `frames of a training video ${ofBase(usual.frames)}`, wholeNumber({ least: 2 }))
    .option('--size <WxH>', `their size in pixels ${ofBase(`${usual.width}x${usual.height}`)}`, pictureSize)
    .option('--clip-fps <rate>', clipFpsHelp, clipFrameRate)
    .option('--stride <n>', `take every n-th of these frames ${ofBase(usual.stride)}`, wholeNumber())
    .option(
      '--window <place>',
      `where in a clip a video begins: random, start or middle; spread: over the whole clip ${ofBase(usual.window)}`,
      oneOf(...clipWindows),
    )
    .option(
      '--fit <how>',
      `for another aspect ratio: cover (cut what juts out) or stretch ${ofBase(usual.fit)}`,
      oneOf('cover', 'stretch'),
    )
    .option(
      '--flip <probability>',
      `mirror a video left to right this often; 0 when left and right matter ${ofBase(usual.flipProbability)}`,
      realNumber({ least: 0, most: 1 }),
    )
    .option(
      '--translate <share>',
      `move a video as a whole by up to this share of its size, at random ${ofBase(usual.translate)}`,
      realNumber({ least: 0, most: 0.5 }),
    )
    .option(
      '--recolour <share>',
      `see this share of the videos in other colours, at random ${ofBase(usual.recolour)}`,
      realNumber({ least: 0, most: 1 }),
    )
    .option(
      '--copy-paste <share>',
      `see this share of the videos with what moves before other scenes, at random ${ofBase(usual.copyPaste)}`,
      realNumber({ least: 0, most: 0.95 }),
    )
    .option(
      '--place <words>',
      'a further scene for that, which the image model draws, such as "on the beach"; may be given several times',
      repeated,
    )
    .option('--shuffle', `take the clips in a random order in each round ${ofBase('yes')}`)
    .option('--no-shuffle', 'take them in the order given')
    .option(
      '--clip-range <range>',
      `whole, or reference: never the last frames of a clip ${ofBase(usual.clipRange)}`,
      oneOf('whole', 'reference'),
    )
    .optionsGroup('Optimiser:')
    .option('--steps <n>', `training steps ${ofBase(usual.steps)}`, wholeNumber())
    .option(
      '--learning-rate <rate>',
      `step size of AdamW ${ofBase(usual.learningRate)}`,
      realNumber({ above: 0 }),
    )
    .option(
      '--schedule <kind>',
      `the learning rate stays (constant) or falls to 0 (cosine) ${ofBase(usual.schedule)}`,
      oneOf('constant', 'cosine'),
    )
    .option(
      '--warmup-steps <n>',
      `steps over which the learning rate rises from 0 ${ofBase(usual.warmupSteps)}`,
      wholeNumber({ least: 0 }),
    )
    .option('--batch-size <n>', `videos computed at once ${ofBase(usual.batch)}`, wholeNumber())
    .option(
      '--accumulation <n>',
      `batches averaged for one step: larger batches in the same memory ${ofBase(usual.accumulation)}`,
      wholeNumber(),
    )
    .option(
      '--clip-norm <norm>',
      `largest norm of the gradients; 0: no limit ${ofBase(usual.clipNorm)}`,
      realNumber({ least: 0 }),
    )
    .option(
      '--weight-decay <share>',
      `AdamW's weight decay ${ofBase(usual.weightDecay)}`,
      realNumber({ least: 0 }),
    )
    .option(
      '--beta1 <decay>',
      `AdamW's decay of the gradients' mean ${ofBase(usual.beta1)}`,
      realNumber({ least: 0, most: 1 }),
    )
    .option(
      '--beta2 <decay>',
      `AdamW's decay of the squared gradients' mean ${ofBase(usual.beta2)}`,
      realNumber({ least: 0, most: 1 }),
    )
    .option('--epsilon <value>', `AdamW's epsilon ${ofBase(usual.epsilon)}`, realNumber({ above: 0 }))
    .option(
      '--ema <decay>',
      `make the motion a moving average of the trained values; 0: off; 0.99 is customary ${ofBase(usual.averageDecay)}`,
      realNumber({ least: 0, most: 1 }),
    )
    .option(
      '--temporal-bias <kind>',
      `how the temporal attention's bias starts: zeros, or uniform as in the reference ${ofBase(usual.temporalBias)}`,
      oneOf('zeros', 'uniform'),
    )
    .option(
      '--timestep-shift <factor>',
      `above 1: learn more from the noisy timesteps, where it is decided what moves where ${ofBase(usual.timestepShift)}`,
      realNumber({ above: 0 }),
    )
    .option(
      '--lowest-timestep <t>',
      `learn from no less noisy timestep than this (of 1000), where the image model draws the details: see --image-model-below of lamp generate ${ofBase(usual.lowestTimestep)}`,
      wholeNumber({ least: 0 }),
    )
    .option(
      '--rank <n>',
      `learn matrices as products of thin ones of this rank, for a small motion file; 32 is customary; 0: whole ${ofBase(usual.rank)}`,
      wholeNumber({ least: 0 }),
    )
    .option(
      '--variant <name>',
      `which parts of the method are learned; all but lamp and lamp-extended are for comparisons: ${trainedVariants.join(', ')} ${ofBase('lamp')}`,
      oneOf(...trainedVariants),
    )
    .option(
      '--preset <name>',
      "reference: the authors' choices for --fit, --clip-range, --temporal-bias and no shuffling; what the base recommends is left aside",
      oneOf('reference'),
    )
    .optionsGroup('Running:')
    .option('--seed <n>', 'decides every random draw', seedNumber, 0)
    .option('--device <name>', 'cpu, webgpu or cuda', 'cpu')
    .option(
      '--recompute <choice>',
      `auto, on or off; on saves memory and takes a third more time ${ofBase(usual.recompute)}`,
      oneOf('auto', 'on', 'off'),
    )
    .option(
      '--save-every <n>',
      `write a checkpoint and the motion every n steps, besides at the end ${ofBase(usual.saveEvery)}`,
      wholeNumber(),
    )
    .option(
      '--sample-every <n>',
      'make videos every n steps (default: never; with --sample-prompt as often as --save-every)',
      wholeNumber({ least: 0 }),
    )
    .option(
      '--sample-prompt <text>',
      'what such a video shows; may be given several times (default: the prompt)',
      repeated,
    )
    .optionsGroup('Output:')
    .option('--json', 'tell what happens as lines of JSON on standard output')
    .addHelpText('after', examples);
  return command.action(async (clips: string[], { json = false, out, resume, preset }: TrainOptions) => {
    const { onEvent, end } = reporter({ json });
    try {
      await interruptible((signal) => {
        const asked = withoutUndefined({ ...givenSettings(command, clips), out, resume, preset });
        return learnMotion({ ...asked, onEvent, signal } as LearnMotionOptions);
      });
    } finally {
      end();
    }
  });
}
