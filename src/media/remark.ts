/** @file What is remarkable about clips, in parts. */
import { type GivenParts, libraryVocabulary, type MessageParts, messageParts, wordFor } from '../phrases.ts';

/** Something remarkable about a clip or a set of clips, in parts; `message` says them in the library's words. */
export interface Remark<Kind extends string = string> extends MessageParts {
  readonly kind: Kind;
  /** Whether training refuses the clip, or learns something that is not meant; else it is only worth knowing. */
  readonly serious: boolean;
  readonly message: string;
}

/** A remark of its parts, or of one text that is all of it `found`. */
export function remark<Kind extends string>(
  kind: Kind,
  serious: boolean,
  said: string | GivenParts,
): Remark<Kind> {
  const parts = messageParts(said);
  return { kind, serious, message: wordFor(parts, libraryVocabulary), ...parts };
}
