import { expect, test } from 'vitest';
import { lampProgram } from '../../src/cli/lamp-program.ts';
import { commandsIn, documentedCommands, type ShownCommand } from './commands.ts';

/** The program, whose commands do nothing after parsing and print nothing. */
function understanding() {
  const program = lampProgram();
  for (const each of [program, ...program.commands]) {
    each.configureOutput({ writeOut: () => {}, writeErr: () => {} });
    if (each !== program) each.action(() => {});
  }
  return program;
}

/** The help of the program and of each command. */
function helpTexts(): ShownCommand[] {
  return ['', ...lampProgram().commands.map((command) => command.name())].flatMap((name) => {
    const program = lampProgram();
    const command = program.commands.find((each) => each.name() === name) ?? program;
    let text = '';
    command.configureOutput({
      writeOut: (written) => {
        text += written;
      },
    });
    command.outputHelp();
    const { length } = text;
    return commandsIn(
      text.slice(text.indexOf('Examples:') < 0 ? length : text.indexOf('Examples:')),
      `lamp help ${name}`,
    );
  });
}

const shown = [...documentedCommands(), ...helpTexts()];

test('README, docs and help texts show command lines', () => {
  const places = new Set(shown.map(({ where }) => where));
  for (const where of ['README.md', 'docs/editing.md', 'lamp help train', 'lamp help ']) {
    expect(places).toContain(where);
  }
  expect(commandsIn('lamp image --prompt "a fox" \\\n   --out x.png     # why\n', '')).toEqual([
    { where: '', words: ['image', '--prompt', 'a fox', '--out', 'x.png'] },
  ]);
});

test.each(shown)('$where: lamp $words is understood', async ({ words }) => {
  if (words[0] === 'help') {
    expect(understanding().commands.map((command) => command.name())).toContain(words[1]);
    return;
  }
  await expect(understanding().parseAsync(words, { from: 'user' })).resolves.toBeDefined();
});

test('one that is not is noticed', async () => {
  const wrong = understanding().parseAsync(['image', '--prompt', 'p', '--out', 'x.png', '--stepz', '3'], {
    from: 'user',
  });
  await expect(wrong).rejects.toThrow(/unknown option '--stepz'/);
});

test('help texts show defaults as they are typed', () => {
  const texts = lampProgram().commands.map((command) => command.helpInformation().replace(/\s+/g, ' '));
  expect(texts.join('\n')).toContain('(default: float32)');
  for (const text of texts) expect(text).not.toMatch(/\(default: ["[]/);
});
