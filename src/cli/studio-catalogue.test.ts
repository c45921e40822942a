import { Command } from 'commander';
import { expect, test } from 'vitest';
import type { JobKind } from '../studio/jobs/job.ts';
import { catalogueSchema, commandFor, formSettings, pageSettings } from '../studio/server/catalogue.ts';
import { editCommand } from './edit.ts';
import { generateCommand } from './generate.ts';
import { imageCommand } from './image.ts';
import { libraryOptions } from './setting-options.ts';
import { catalogue } from './studio-catalogue.ts';
import { trainCommand } from './train.ts';

/** The words of a command as a shell without variables splits them. */
function shellWords(line: string): string[] {
  const words = line.match(/(?:[^\s']+|'[^']*')+/g) ?? [];
  return words.map((word) => word.replace(/'([^']*)'/g, '$1'));
}

/** The options of the library that a command line means, and its arguments. */
async function meant(command: Command, line: string) {
  const program = new Command('lamp').addCommand(command);
  let found: unknown;
  command.action(() => {
    found = [command.args, libraryOptions(command.opts())];
  });
  await program.parseAsync(shellWords(line).slice(1), { from: 'user' });
  return found;
}

test('what the server is told is what it expects', () => {
  expect(catalogueSchema.parse(JSON.parse(JSON.stringify(catalogue)))).toBeTruthy();
});

test('the command that is shown means what the job’s options say', async () => {
  const cases: [JobKind, Command, string[], Record<string, unknown>][] = [
    [
      'learn',
      trainCommand(),
      ['/a/walk out.mp4', '/b.gif'],
      {
        ...{ base: 'hub:a/b', prompt: 'a $HOME "walk"', captions: false, frames: 8, width: 64, height: 32 },
        clipParts: { '/a/walk out.mp4': { startFrame: 3, endFrame: 9 }, '/b.gif': {} },
        ...{ steps: 5, learningRate: 1e-4, samplePrompts: ['one', 'two'], seed: -3, clipFps: 'frames' },
      },
    ],
    [
      'generate',
      generateCommand(),
      [],
      {
        motions: [
          { motion: '/m/walk', strength: 0.7 },
          { motion: '/m/rain', strength: 1 },
        ],
        ...{ prompt: '<img src=x onerror=alert(1)>', drawing: { prompt: 'a fox' }, histogramMatching: true },
        ...{ firstFrameSize: { width: 32, height: 16 }, samplerSteps: 3 },
      },
    ],
    ['edit', editCommand(), ['/c.mp4'], { motion: '/m/walk', prompt: 'a cat', training: { stride: 2 } }],
    ['draw', imageCommand(), [], { prompt: 'a cat', width: 16, height: 16, from: '/p.png', strength: 0.5 }],
  ];
  for (const [kind, command, bare, options] of cases) {
    const names = { learn: 'clips', edit: 'clip' } as Partial<Record<JobKind, string>>;
    const given =
      names[kind] === undefined ? options : { ...options, [names[kind]]: kind === 'learn' ? bare : bare[0] };
    const line = commandFor(catalogue, kind, given);
    expect(await meant(command, line), line).toEqual([bare, options]);
  }
});

test('what no option says is named', () => {
  const options = { prompt: 'a cat', motions: [], drawing: { samplerSteps: 3 } };
  expect(commandFor(catalogue, 'generate', options)).toBe(
    "lamp generate --prompt 'a cat'  # no option says: drawing.samplerSteps",
  );
});

test('forms have every setting but those that name files or have fields of their own', () => {
  const settings = pageSettings(catalogue);
  for (const kind of ['learn', 'generate', 'animate', 'edit', 'draw', 'look'] as const) {
    const names = settings[kind].map(({ name }) => name);
    for (const path of [
      'out',
      'base',
      'clips',
      'clip',
      'motion',
      'motions',
      'from',
      'run',
      'startFrom',
      'heldOut',
      'clipParts',
    ]) {
      expect(names, kind).not.toContain(path);
    }
    expect(JSON.stringify(formSettings(catalogue.settings[kind]))).not.toContain('"format":"path"');
  }
  // Lists of texts may be lists of paths: a new one belongs into a form's own field, or here.
  for (const kind of ['learn', 'generate', 'animate', 'edit', 'draw', 'look'] as const) {
    const lists = settings[kind].filter(({ schema }) => schema.type === 'array').map(({ name }) => name);
    expect(lists).toEqual(kind === 'learn' ? ['places', 'samplePrompts'] : []);
  }
  expect(settings.learn.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['steps', 'learningRate', 'rank', 'preset', 'samplePrompts']),
  );
  for (const { settings: values } of settings.presets) {
    for (const name of Object.keys(values)) expect(settings.learn.map((each) => each.name)).toContain(name);
  }
});
