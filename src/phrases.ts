/**
 * @file Errors and notices in parts, with references to settings and functions, so that each interface can name these
 * as its users know them (`firstFrameSize` in the library, `--first-frame-size` on the command line).
 */

/** A value of a setting that can be shown in a message. */
export type SettingValue = string | number | boolean | { readonly width: number; readonly height: number };

/** A reference to a setting of the library by name, with a dot for nested objects (`drawing.samplerSteps`). */
export interface SettingReference {
  readonly setting: string;
  /** The value to set. */
  readonly value?: SettingValue;
}

/** A reference to a function of the library, and options to call it with. */
export interface CallReference {
  readonly call: string;
  readonly options: Readonly<Record<string, SettingValue>>;
}

/** A text in which settings and functions are references. Created by the tag {@link phrase}. */
export type Phrase = readonly (string | SettingReference | CallReference)[];

/** The parts of an error or notice. */
export interface MessageParts {
  /** What was found. */
  readonly found: Phrase;
  /** What would have been right. */
  readonly expected?: Phrase | undefined;
  /** Name of the setting concerned, with a dot for nested objects. */
  readonly setting?: string | undefined;
  /** What to do, in whole sentences. */
  readonly advice: readonly Phrase[];
}

/** Parts as given by a caller: plain texts instead of phrases are allowed, and parts may be omitted. */
export interface GivenParts {
  readonly found: string | Phrase;
  readonly expected?: string | Phrase | undefined;
  readonly setting?: string | undefined;
  readonly advice?: string | Phrase | readonly (string | Phrase)[] | undefined;
}

/** The names that an interface uses for settings and functions. */
export interface Vocabulary {
  /** The name of a setting; with a value, how to set it to that value. */
  readonly setting: (name: string, value: SettingValue | undefined) => string;
  /** How to call a function of the library; without options, its name. */
  readonly call: (name: string, options: CallReference['options']) => string;
}

/** Creates a reference to a setting, optionally with a value. */
export function setting(name: string, value?: SettingValue): SettingReference {
  return value === undefined ? { setting: name } : { setting: name, value };
}

/** Creates a reference to a function of the library, optionally with options. */
export function call(name: string, options: CallReference['options'] = {}): CallReference {
  return { call: name, options };
}

/** Template tag for phrases: a text with references, and with other phrases, which are inlined. */
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

/** Joins phrases with a separator. */
export function joinPhrases(phrases: readonly Phrase[], between: string): Phrase {
  return joined(phrases.flatMap((one, i) => (i === 0 ? one : [between, ...one])));
}

/** Joins phrases as a list: `a`, `a or b`, `a, b, or c`. */
export function alternatives(phrases: readonly Phrase[], word = 'or'): Phrase {
  const [last, ...others] = [...phrases].reverse() as [Phrase, ...Phrase[]];
  if (others.length === 0) return last;
  const comma = others.length > 1 ? ',' : '';
  return phrase`${joinPhrases(others.reverse(), ', ')}${comma} ${word} ${last}`;
}

/** Merges adjacent texts and drops empty ones. */
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

/**
 * Normalises one phrase or a list of them. A phrase's own members are never lists, and never several texts without a
 * reference, since adjacent texts are merged.
 */
function asPhrases(given: GivenParts['advice']): readonly Phrase[] {
  if (given === undefined) return [];
  if (typeof given === 'string') return [[given]];
  const areTexts = given.every((member) => typeof member === 'string');
  if (areTexts || given.some(isPhrase)) return (given as readonly (string | Phrase)[]).map(asPhrase);
  return given.length === 0 ? [] : [given as Phrase];
}

/** Normalises parts; a single text becomes `found`. */
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

/** The same parts with a text before `found`, such as `cannot read "a.json": `. */
export function introduced(introduction: string, said: GivenParts): GivenParts {
  return { ...said, found: phrase`${introduction}${asPhrase(said.found)}` };
}

/** Combines `found` and `expected`, for the `found` of another message. */
export function foundOf({ found, expected }: MessageParts): Phrase {
  return expected ? phrase`${found}; expected ${expected}` : found;
}

/** Words a phrase in a vocabulary. */
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
 * Words an error or notice in a vocabulary: `FOUND; expected EXPECTED. ADVICE`. A full stop is added after `found` if
 * something follows.
 */
export function wordFor(parts: MessageParts, vocabulary: Vocabulary): string {
  const { found, expected, advice } = parts;
  const said = wordPhrase(found, vocabulary);
  if (!expected && advice.length === 0) return said;
  const sentences = [
    closed(expected ? `${said}; expected ${wordPhrase(expected, vocabulary)}` : said),
    ...advice.map((one) => wordPhrase(one, vocabulary)),
  ];
  return sentences.join(' ');
}

function closed(sentence: string): string {
  return /[.!?…]$/.test(sentence) ? sentence : `${sentence}.`;
}

/** The parts as texts, and the whole text as `message`. */
export interface WordedParts {
  readonly message: string;
  readonly found: string;
  readonly expected?: string;
  readonly setting?: string;
  readonly advice: readonly string[];
}

/** Words every part in a vocabulary. */
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

/**
 * Settings that messages refer to by one name, as interfaces show them: `size` stands for the options `width` and
 * `height` together, except where a function has an option `size` of its own (`readPicture`).
 */
export const jointSettings = { size: ['width', 'height'] } as const;

/** The library's vocabulary: `"frames"`, `frames: 8`, `learnMotion({ out: "walk", resume: true })`. */
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
