/** @file Errors and notices about values that the caller gave under another name, or as a path. */
import { DeviceError, InterruptedError, LampError } from './errors.ts';
import { notice, type WorkOptions } from './events.ts';
import type { MessageParts, Phrase } from './phrases.ts';

/** The caller's name of a setting, from the name by which errors and notices refer to it. */
export type Renaming = (name: string) => string;

/**
 * What `work` returns. If it throws an error that refers to the setting `from`, an error of the same class is thrown
 * that refers to `to`: the value that was checked as `base`, say, was given as `firstFrameBase`.
 */
export function calledSetting<T>(from: string, to: string, work: () => Promise<T>): Promise<T> {
  return calledSettings((name) => (name === from ? to : name), work);
}

/** {@link calledSetting} for several settings. */
export async function calledSettings<T>(nameOf: Renaming, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw renamedError(error, nameOf);
  }
}

/** The error with the caller's names of settings; the same one if it refers to none that is called otherwise. */
export function renamedError(error: unknown, nameOf: Renaming): unknown {
  if (!(error instanceof LampError) || namesIn(error).every((name) => nameOf(name) === name)) return error;
  return withParts(error, renamed(error, nameOf));
}

/** Options for work whose notices refer to settings by other names than the caller's. */
export function renamedNotices(work: WorkOptions, nameOf: Renaming): WorkOptions {
  const { onEvent } = work;
  if (!onEvent) return work;
  return {
    ...work,
    onEvent: (event) => onEvent(event.type === 'notice' ? notice(renamed(event, nameOf)) : event),
  };
}

/**
 * A setting, or one for each class of errors: in `{ MediaError: 'clips', StorageError: 'out' }`, errors about media
 * concern the clips, errors of writing the output.
 */
export type Concerned =
  | string
  | { readonly [Kind in 'MediaError' | 'CheckpointError' | 'StorageError']?: string };

/**
 * What `work` returns. If it throws an error that refers to no setting, an error of the same class is thrown that
 * refers to `setting`: a picture that cannot be read was given as `firstFrame`, say. Errors of the device and of work
 * that was stopped concern no setting. Errors that refer to one of `checkedAs` are meant for `setting`, too: what is at
 * a path, say, was read as a `base`.
 */
export async function concerning<T>(
  setting: Concerned,
  work: () => Promise<T>,
  checkedAs: readonly string[] = [],
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof LampError)) throw error;
    if (error.setting !== undefined && !checkedAs.includes(error.setting)) throw error;
    if (error instanceof InterruptedError || error instanceof DeviceError) throw error;
    const name = typeof setting === 'string' ? setting : setting[error.name as keyof typeof setting];
    throw name === undefined ? error : withParts(error, { ...partsOf(error), setting: name });
  }
}

/** The names of all settings that a message refers to. */
function namesIn({ found, expected = [], setting, advice }: MessageParts): string[] {
  const members = [...found, ...expected, ...advice.flat()];
  const names = members.flatMap((member) => (isReference(member) ? member.setting : []));
  return setting === undefined ? names : [setting, ...names];
}

function renamed({ found, expected, setting, advice }: MessageParts, nameOf: Renaming): MessageParts {
  const inPhrase = (phrase: Phrase): Phrase =>
    phrase.map((member) => (isReference(member) ? { ...member, setting: nameOf(member.setting) } : member));
  return {
    found: inPhrase(found),
    expected: expected && inPhrase(expected),
    setting: setting === undefined ? undefined : nameOf(setting),
    advice: advice.map(inPhrase),
  };
}

function partsOf({ found, expected, setting, advice }: LampError): MessageParts {
  return { found, expected, setting, advice };
}

/** An error of the same class with other parts. */
function withParts(error: LampError, parts: MessageParts): LampError {
  const Kind = error.constructor as typeof LampError;
  return new Kind(parts, { cause: error.cause ?? error });
}

function isReference(member: Phrase[number]): member is Extract<Phrase[number], { setting: string }> {
  return typeof member === 'object' && 'setting' in member;
}
