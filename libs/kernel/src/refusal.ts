import { isPlain, TYPED, withoutNumbers } from './typed';

/** A sentence for people, in the two languages the product speaks. */
export interface Sentence {
  readonly zh: string;
  readonly en: string;
}

export type Facts = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

/**
 * A foreseen "no": a stable code (part of the API: add, never rename), a sentence that says the place and
 * the remedy, and the facts. Anything else that is thrown is a bug.
 */
export class Refusal extends Error {
  readonly sentence: Sentence;
  readonly facts: Facts;

  constructor(
    readonly code: string,
    sentence: Sentence,
    facts: Facts = {},
  ) {
    const told = tellable(sentence, facts);
    super(`${told.sentence.en} ${told.sentence.zh}`);
    this.name = 'Refusal';
    this.sentence = told.sentence;
    this.facts = told.facts;
  }
}

/** Facts that name a place for whoever has to put things right there: files and their columns. */
const PLACES = new Set(['file', 'folder', 'path', 'column', 'columns']);

/** What somebody typed is said back to them, but for numbers and names: an error travels further than they think. */
function tellable(sentence: Sentence, facts: Facts): { sentence: Sentence; facts: Facts } {
  let { zh, en } = { zh: withoutNumbers(sentence.zh), en: withoutNumbers(sentence.en) };
  const told = Object.entries(facts).map(([name, value]) => {
    if (typeof value !== 'string') return [name, value] as const;
    const masked = withoutNumbers(value);
    if (PLACES.has(name) || isPlain(masked)) return [name, masked] as const;
    [zh, en] = [zh.replaceAll(masked, TYPED), en.replaceAll(masked, TYPED)];
    return [name, TYPED] as const;
  });
  return { sentence: { zh, en }, facts: Object.fromEntries<Facts[string]>(told) };
}

/** Words that somebody has to give: trimmed, of four to `most` characters; refuses as told otherwise. */
export function wordsOf(text: string, most: number, refuse: () => Refusal): string {
  const words = text.trim();
  const count = [...words].length;
  if (count < 4 || count > most) throw refuse();
  return words;
}
