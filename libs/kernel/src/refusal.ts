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
  constructor(
    readonly code: string,
    readonly sentence: Sentence,
    readonly facts: Facts = {},
  ) {
    super(`${sentence.en} ${sentence.zh}`);
    this.name = 'Refusal';
  }
}
