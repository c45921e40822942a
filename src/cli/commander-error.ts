/** @file Errors of commander as our own, in parts. Its messages are read here and nowhere else. */
import type { Command, CommanderError } from 'commander';
import { UsageError } from '../errors.ts';
import type { GivenParts } from '../phrases.ts';

/** What a message says, or `undefined` if it is not as expected. */
type Reader = (message: string, command: Command) => GivenParts | undefined;

/** By commander's code. */
const readers: Readonly<Record<string, Reader>> = {
  'commander.help': () => ({ found: 'no command given' }),
  'commander.unknownOption': withSuggestion,
  'commander.unknownCommand': withSuggestion,
  'commander.missingArgument': (message) => {
    const [, name] = /^missing required argument '(.*)'$/.exec(message) ?? [];
    return name === undefined ? undefined : { found: `<${name}> is missing`, setting: name };
  },
  'commander.optionMissingArgument': (message, { options }) => {
    const [, given] = /^option '(.*)' argument missing$/.exec(message) ?? [];
    const option = options.find(({ flags }) => flags === given);
    if (!option) return undefined;
    const [flag, value] = option.flags.split(' ');
    return { found: `${flag} has no value`, expected: `${flag} ${value}`, setting: option.attributeName() };
  },
  'commander.excessArguments': (_, command) => {
    const [expected, given] = [command.registeredArguments.length, command.args.length];
    return {
      found: `"${nameOf(command)}" was given ${given} argument${given === 1 ? '' : 's'}`,
      expected: expected === 0 ? 'none, only options' : `${expected}`,
      advice: 'Put a text with spaces in quotes.',
    };
  },
};

/**
 * The error with which a command ends when commander refuses its words: a `UsageError`; or commander's own when it only
 * printed the help or the version.
 */
export function userError(error: CommanderError, command: Command): Error {
  if (error.exitCode === 0) return error;
  const message = error.message.replace(/^error: /, '');
  const parts = readers[error.code]?.(message, command) ?? { found: message };
  return new UsageError(
    { ...parts, advice: parts.advice ?? `See "${nameOf(command)} --help".` },
    { cause: error },
  );
}

/** An unknown name, and perhaps on a further line those that may be meant. */
function withSuggestion(message: string): GivenParts {
  const [found = message, suggestion] = message.split('\n');
  const [, meant] = /^\((Did you mean .*\?)\)$/.exec(suggestion ?? '') ?? [];
  return { found, advice: meant };
}

/** `lamp train`. */
function nameOf(command: Command): string {
  return command.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name();
}
