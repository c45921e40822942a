/**
 * @file What errors and notices say, in parts: settings and calls are named by reference, so that each interface words them as its
 * users know them (`firstFrameSize` in the library, `--first-frame-size` on the command line).
 */

/** A value of a setting as a message can hold it. */
export type SettingValue = string | number | boolean | { readonly width: number; readonly height: number };

/** A setting of the library, by its key; a dot leads into a nested object (`drawing.samplerSteps`). */
export interface SettingReference {
  readonly setting: string;
  /** What to set it to. */
  readonly value?: SettingValue;
}

/** A function of the library, and the options to call it with. */
export interface CallReference {
  readonly call: string;
  readonly options: Readonly<Record<string, SettingValue>>;
}

/** A text in which settings and calls are references. Made by the tag {@link phrase}. */
export type Phrase = readonly (string | SettingReference | CallReference)[];

/** What an error or a notice says. */
export interface MessageParts {
  /** What was found. */
  readonly found: Phrase;
  /** What would have been right. */
  readonly expected?: Phrase | undefined;
  /** Key of the setting concerned; a dot leads into a nested object. */
  readonly setting?: string | undefined;
  /** What can be done: whole sentences. */
  readonly advice: readonly Phrase[];
}

/** Parts as they are given: texts stand for phrases without references, and what is not said is left out. */
export interface GivenParts {
  readonly found: string | Phrase;
  readonly expected?: string | Phrase | undefined;
  readonly setting?: string | undefined;
  readonly advice?: string | Phrase | readonly (string | Phrase)[] | undefined;
}

/** How an interface names what messages refer to. */
export interface Vocabulary {
  /** The name of a setting; with a value, how one sets it to that. */
  readonly setting: (name: string, value: SettingValue | undefined) => string;
  /** How one calls a function of the library; without options, what it is called. */
  readonly call: (name: string, options: CallReference['options']) => string;
}

/** A reference to a setting, and to the value it should have. */
export function setting(name: string, value?: SettingValue): SettingReference {
  return value === undefined ? { setting: name } : { setting: name, value };
}

/** A reference to a function of the library, with the options that it should be called with. */
export function call(name: string, options: CallReference['options'] = {}): CallReference {
  return { call: name, options };
}

/** Template tag: a text with references, and with other phrases, which become part of it. */
export function phrase(
  texts: TemplateStringsArray,
  ...values: readonly (string | number | SettingReference | CallReference | Phrase)[]
): Phrase {
  const members = texts.flatMap((text, i) => {
    const value = i < values.length ? values[i]! : '';
    return [text, ...(isPhrase(value) ? value : [typeof value === 'number' ? String(value) : value])];
  });
  return joined(members);
}

/** Phrases one after the other, with `between` between them. */
export function joinPhrases(phrases: readonly Phrase[], between: string): Phrase {
  return joined(phrases.flatMap((one, i) => (i === 0 ? one : [between, ...one])));
}

/** Phrases as a list: `a`, `a or b`, `a, b, or c`. */
export function alternatives(phrases: readonly Phrase[], word = 'or'): Phrase {
  const [last, ...others] = [...phrases].reverse() as [Phrase, ...Phrase[]];
  if (others.length === 0) return last;
  const comma = others.length > 1 ? ',' : '';
  return phrase`${joinPhrases(others.reverse(), ', ')}${comma} ${word} ${last}`;
}

/** Texts next to each other become one; empty ones go. */
function joined(members: Phrase): Phrase {
  const result: Phrase[number][] = [];
  for (const member of members) {
    const before = result.at(-1);
    if (typeof member === 'string' && typeof before === 'string') result[result.length - 1] = before + member;
    else if (member !== '') result.push(member);
  }
  return result;
}

function isPhrase(value: unknown): value is Phrase {
  return Array.isArray(value);
}

function asPhrase(given: string | Phrase): Phrase {
  return typeof given === 'string' ? [given] : given;
}

/** A list of phrases, or one; a phrase's own members are texts and references, never lists. */
function asPhrases(given: GivenParts['advice']): readonly Phrase[] {
  if (given === undefined) return [];
  if (typeof given === 'string') return [[given]];
  if (given.some(isPhrase)) return (given as readonly (string | Phrase)[]).map(asPhrase);
  return given.length === 0 ? [] : [given as Phrase];
}

/** The parts of what is said; a text alone is all of it `found`. */
export function messageParts(said: string | GivenParts): MessageParts {
  if (typeof said === 'string') return { found: [said], advice: [] };
  const { found, expected, setting, advice } = said;
  return {
    found: asPhrase(found),
    ...(expected !== undefined && { expected: asPhrase(expected) }),
    ...(setting !== undefined && { setting }),
    advice: asPhrases(advice),
  };
}

/** What was found and what was expected, for the `found` of a message about a message. */
export function foundOf({ found, expected }: MessageParts): Phrase {
  return expected ? phrase`${found}; expected ${expected}` : found;
}

/** A phrase in the words of a vocabulary. */
export function wordPhrase(said: Phrase, vocabulary: Vocabulary): string {
  return said
    .map((member) => {
      if (typeof member === 'string') return member;
      return 'call' in member
        ? vocabulary.call(member.call, member.options)
        : vocabulary.setting(member.setting, member.value);
    })
    .join('');
}

/**
 * An error or notice in the words of a vocabulary: `FOUND; expected EXPECTED. ADVICE`. What was found is closed by a full stop where
 * something follows it; alone, it is said as it is.
 */
export function wordFor({ found, expected, advice }: MessageParts, vocabulary: Vocabulary): string {
  const said = wordPhrase(found, vocabulary);
  if (!expected && advice.length === 0) return said;
  const sentences = [
    closed(expected ? `${said}; expected ${wordPhrase(expected, vocabulary)}` : said),
    ...advice.map((one) => wordPhrase(one, vocabulary)),
  ];
  return sentences.join(' ');
}

function closed(sentence: string): string {
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}

/** The parts in the words of a vocabulary, and the whole as `message`; for programs that read texts. */
export interface WordedParts {
  readonly message: string;
  readonly found: string;
  readonly expected?: string;
  readonly setting?: string;
  readonly advice: readonly string[];
}

/** Every part in the words of a vocabulary. */
export function wordParts(parts: MessageParts, vocabulary: Vocabulary): WordedParts {
  const { found, expected, setting, advice } = parts;
  return {
    message: wordFor(parts, vocabulary),
    found: wordPhrase(found, vocabulary),
    ...(expected && { expected: wordPhrase(expected, vocabulary) }),
    ...(setting !== undefined && { setting }),
    advice: advice.map((one) => wordPhrase(one, vocabulary)),
  };
}

/** The library's words: `"frames"`, `frames: 8`, `learnMotion({ out: "walk", resume: true })`. */
export const libraryVocabulary: Vocabulary = {
  setting(name, value) {
    if (name === 'size') return typeof value === 'object' ? sides(value) : '"width" and "height"';
    return value === undefined ? `"${name}"` : `${name}: ${literal(value)}`;
  },
  call(name, options) {
    const listed = Object.entries(options).map(([key, value]) => this.setting(key, value));
    return listed.length === 0 ? name : `${name}({ ${listed.join(', ')} })`;
  },
};

function literal(value: SettingValue): string {
  return typeof value === 'object' ? `{ ${sides(value)} }` : JSON.stringify(value);
}

function sides({ width, height }: { readonly width: number; readonly height: number }): string {
  return `width: ${width}, height: ${height}`;
}
