/** @file English captions: articles, adjectives, and whole captions. */

/** The noun phrase without its article: "a panda" gives "panda". */
export function withoutArticle(phrase: string): string {
  return phrase.replace(/^an? /, '');
}

/** The noun phrase with an adjective after its article: "an elephant" and "small" give "a small elephant". */
export function withAdjective(phrase: string, adjective: string): string {
  const noun = withoutArticle(phrase);
  return noun === phrase ? `${adjective} ${phrase}` : `${articleFor(adjective)} ${adjective} ${noun}`;
}

/** "an" before a vowel, "a" otherwise; right for the words of this world, not for every English word. */
export function articleFor(word: string): 'a' | 'an' {
  return /^[aeiou]/i.test(word) ? 'an' : 'a';
}

/** The parts of a caption. */
export interface CaptionParts {
  /** With its article, such as "a panda". */
  readonly thing: string;
  /** Such as "small". */
  readonly adjective?: string | undefined;
  /** What it does, such as "jumps". */
  readonly verb?: string | undefined;
  /** Such as "on the beach". */
  readonly place?: string | undefined;
  /** Such as "on the left" or "in the air"; comes last, after a comma when there is a place. */
  readonly where?: string | undefined;
}

/** A caption such as "a small panda on the beach, on the left". */
export function captionOf({ thing, adjective, verb, place, where }: CaptionParts): string {
  const subject = adjective ? withAdjective(thing, adjective) : thing;
  const words = [subject, verb, place].filter(Boolean).join(' ');
  return where ? `${words}${place || verb ? ',' : ''} ${where}` : words;
}
