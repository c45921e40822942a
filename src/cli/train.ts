/** @file `lamp train`: teaches a base model a motion from clips. */
import { Command } from 'commander';
import { learnMotion } from '../pipelines/learn-motion.ts';
import { presets, type TrainingInput } from '../training/settings.ts';
import { interruptible } from './interruptible.ts';
import { oneOf, pictureSize, realNumber, repeated, seedNumber, someText, wholeNumber } from './options.ts';
import { reporter } from './progress.ts';

const examples = `
Examples:
  lamp train clips/horse-runs --base stable-diffusion-v1-5 --prompt "a horse runs" --out runs/horse
  lamp train a.mp4 b.mov c.gif --base sd15 --prompt "a bird flies" --frames 8 --size 256x256 --out runs/bird
  lamp train dance.mp4 --base sd15 --prompt "a man dances" --frames 24 --stride 2 --steps 500 --out runs/dance
  lamp train --out runs/horse --resume                   go on where Ctrl-C, a kill or a power cut ended it
  lamp train --out runs/horse --resume --steps 1000      train a finished run further

The run's folder holds run.json (all settings), metrics.jsonl (a line a step), checkpoints/ (the last two), samples/,
latents/ (the encoded clips; may be deleted when done) and motion.safetensors (what "lamp generate --motion" takes).
The same clips, base, settings and seed give the same bytes on the same device, also after being stopped and resumed.`;

/** What commander makes of the options that are no settings of their own. */
interface TrainOptions {
  readonly out: string;
  readonly resume?: boolean;
  readonly json?: boolean;
}

/** Names of options that go into the settings as they are. */
const plainSettings = [
  'base',
  'prompt',
  'frames',
  'stride',
  'steps',
  'learningRate',
  'schedule',
  'warmupSteps',
  'accumulation',
  'clipNorm',
  'beta1',
  'beta2',
  'epsilon',
  'weightDecay',
  'fit',
  'shuffle',
  'clipRange',
  'temporalBias',
  'seed',
  'device',
  'recompute',
  'saveEvery',
  'sampleEvery',
] as const;

/** The `train` command. */
export function trainCommand(): Command {
  const command = new Command('train')
    .description('teach a base model a motion from a few short clips that show it')
    .usage('<clip|folder>... --base <folder> --prompt <text> --out <folder> [options]')
    .argument(
      '[clips...]',
      'clips, or folders of clips: MP4, MOV, WebM, MKV, GIF, or folders of numbered pictures',
    )
    .optionsGroup('What to learn:')
    .option('--base <folder>', 'the base model: a diffusers folder of Stable Diffusion 1.x', someText)
    .option('--prompt <text>', 'what the clips show; one prompt for all', someText)
    .requiredOption(
      '--out <folder>',
      'folder of the run; must not exist or be empty, except with --resume',
      someText,
    )
    .option('--resume', 'go on with the run in --out; give only what shall change (--steps, --save-every, …)')
    .optionsGroup('Videos:')
    .option('--frames <n>', 'frames of a training video', wholeNumber({ least: 2 }), 16)
    .option('--size <WxH>', 'their size in pixels (default: 512x320)', pictureSize)
    .option('--stride <n>', 'take every n-th frame of a clip', wholeNumber(), 1)
    .option(
      '--fit <how>',
      'for another aspect ratio: cover (cut what juts out) or stretch',
      oneOf('cover', 'stretch'),
      'cover',
    )
    .option(
      '--flip <probability>',
      'mirror a video left to right this often; 0 when left and right matter',
      realNumber({ least: 0, most: 1 }),
      0.5,
    )
    .option('--no-shuffle', 'take the clips in the order given instead of a random one in each round')
    .option(
      '--clip-range <range>',
      'whole, or reference: never the last frames of a clip',
      oneOf('whole', 'reference'),
      'whole',
    )
    .optionsGroup('Optimiser:')
    .option('--steps <n>', 'training steps', wholeNumber(), 500)
    .option('--learning-rate <rate>', 'step size of AdamW', realNumber({ above: 0 }), 3e-5)
    .option(
      '--schedule <kind>',
      'the learning rate stays (constant) or falls to 0 (cosine)',
      oneOf('constant', 'cosine'),
      'constant',
    )
    .option(
      '--warmup-steps <n>',
      'steps over which the learning rate rises from 0',
      wholeNumber({ least: 0 }),
      0,
    )
    .option('--batch-size <n>', 'videos computed at once', wholeNumber(), 1)
    .option(
      '--accumulation <n>',
      'batches averaged for one step: larger batches in the same memory',
      wholeNumber(),
      1,
    )
    .option('--clip-norm <norm>', 'largest norm of the gradients; 0: no limit', realNumber({ least: 0 }), 1)
    .option('--weight-decay <share>', "AdamW's weight decay", realNumber({ least: 0 }), 1e-2)
    .option('--beta1 <decay>', "AdamW's decay of the gradients' mean", realNumber({ least: 0, most: 1 }), 0.9)
    .option(
      '--beta2 <decay>',
      "AdamW's decay of the squared gradients' mean",
      realNumber({ least: 0, most: 1 }),
      0.999,
    )
    .option('--epsilon <value>', "AdamW's epsilon", realNumber({ above: 0 }), 1e-8)
    .option(
      '--ema <decay>',
      'make the motion a moving average of the trained values; 0: off; 0.99 is customary',
      realNumber({ least: 0, most: 1 }),
      0,
    )
    .option(
      '--temporal-bias <kind>',
      "how the temporal attention's bias starts: zeros, or uniform as in the reference",
      oneOf('zeros', 'uniform'),
      'zeros',
    )
    .option(
      '--preset <name>',
      "reference: the authors' choices for --fit, --clip-range, --temporal-bias and no shuffling",
      oneOf('reference'),
    )
    .optionsGroup('Running:')
    .option('--seed <n>', 'decides every random draw', seedNumber, 0)
    .option('--device <name>', 'cpu, webgpu or cuda', 'cpu')
    .option(
      '--recompute <choice>',
      'on saves memory and takes a third more time',
      oneOf('auto', 'on', 'off'),
      'auto',
    )
    .option(
      '--save-every <n>',
      'write a checkpoint and the motion every n steps, besides at the end',
      wholeNumber(),
      100,
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
  return command.action(async (clips: string[], options: TrainOptions) => {
    const { onEvent, end } = reporter({ json: options.json ?? false });
    try {
      await interruptible((signal) =>
        learnMotion({
          out: options.out,
          resume: options.resume ?? false,
          settings: givenSettings(command, clips),
          onEvent,
          signal,
        }),
      );
    } finally {
      end();
    }
  });
}

/** The settings that stand on the command line: defaults are left to the library, which keeps a resumed run's own. */
function givenSettings(command: Command, clips: readonly string[]): Partial<TrainingInput> {
  const values = command.opts<Record<string, unknown>>();
  const given = (name: string) => (command.getOptionValueSource(name) === 'cli' ? values[name] : undefined);
  const named = {
    ...Object.fromEntries(plainSettings.map((name) => [name, given(name)])),
    ...(given('size') as { width: number; height: number } | undefined),
    clips: clips.length > 0 ? clips : undefined,
    batch: given('batchSize'),
    flipProbability: given('flip'),
    averageDecay: given('ema'),
    samplePrompts: given('samplePrompt'),
  };
  const preset = given('preset') as keyof typeof presets | undefined;
  const settings = Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
  return { ...(preset && presets[preset]), ...settings };
}
