/** @file Errors of functions whose values come from settings with other names. */
import { LampError } from './errors.ts';
import type { MessageParts, Phrase } from './phrases.ts';

/**
 * What `work` returns. If it throws an error that refers to the setting `from`, an error of the same class is thrown
 * that refers to `to`: the value that was checked as `base`, say, was given as `firstFrameBase`.
 */
export async function calledSetting<T>(from: string, to: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof LampError && refersTo(error, from) ? renamed(error, from, to) : error;
  }
}

/**
 * What `work` returns. If it throws an error that refers to no setting, an error of the same class is thrown that
 * refers to `setting`: a picture that cannot be read was given as `firstFrame`, say.
 */
export async function concerning<T>(setting: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const nameless = error instanceof LampError && error.setting === undefined;
    throw nameless ? withParts(error, { ...partsOf(error), setting }) : error;
  }
}

function refersTo({ found, expected = [], setting, advice }: MessageParts, name: string): boolean {
  const members = [...found, ...expected, ...advice.flat()];
  return setting === name || members.some((member) => isReference(member) && member.setting === name);
}

function renamed(error: LampError, from: string, to: string): LampError {
  const inPhrase = (phrase: Phrase): Phrase =>
    phrase.map((member) =>
      isReference(member) && member.setting === from ? { ...member, setting: to } : member,
    );
  return withParts(error, {
    found: inPhrase(error.found),
    expected: error.expected && inPhrase(error.expected),
    setting: error.setting === from ? to : error.setting,
    advice: error.advice.map(inPhrase),
  });
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
