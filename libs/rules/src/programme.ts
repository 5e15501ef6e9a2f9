import type { Sentence } from '@app/kernel';
import type { Expression, Value, ValueType } from './expression';
import type { Parameters } from './parameters';

/** What a programme decides about: one application, or one person of the population. */
export type Unit = 'claim' | 'person';

/** A fact a programme looks at, and the authority or app that owns it. */
export interface Fact {
  readonly name: string;
  readonly type: ValueType;
  readonly label: Sentence;
  readonly source: Sentence;
  /** True when it is never null; then SQL may rely on it. */
  readonly required: boolean;
}

export interface Term {
  readonly name: string;
  readonly label: Sentence;
  readonly cel: string;
  readonly expression: Expression;
}

export interface Condition {
  readonly code: string;
  readonly cel: string;
  readonly expression: Expression;
  readonly sentence: Sentence;
  /** The article it comes from. */
  readonly rule: string;
  /** What to ask a person when it is unknown. */
  readonly question: Sentence | null;
}

/** Two programmes that may not both be paid for one person and year: the higher amount stays. */
export interface Conflict {
  readonly with: string;
  readonly resolve: 'higher';
}

/** An immutable version of a programme; `version` changes with every change of meaning in its files. */
export interface Programme {
  readonly code: string;
  readonly title: Sentence;
  readonly legalBasis: readonly string[];
  readonly unit: Unit;
  readonly scope: Expression;
  readonly facts: ReadonlyMap<string, Fact>;
  readonly terms: ReadonlyMap<string, Term>;
  readonly conditions: readonly Condition[];
  /** Fen. */
  readonly amount: Expression;
  readonly amountCel: string;
  readonly conflicts: readonly Conflict[];
  /** Blocks that other parts of the product read; the engine does not. */
  readonly calendar: Readonly<Record<string, unknown>>;
  readonly publicity: Readonly<Record<string, unknown>>;
  readonly funding: Readonly<Record<string, unknown>>;
  readonly parameters: Parameters;
  /** sha256 (hex) over the normalised content of programme.yaml and parameters.csv. */
  readonly version: string;
}

/** The expressions of a programme's terms by name, as the executors want them. */
export const termExpressions = (programme: Programme): ReadonlyMap<string, Expression> =>
  new Map([...programme.terms.values()].map(({ name, expression }) => [name, expression]));

/** Facts by dotted name. Ints are bigint or safe integers, days ISO text, null or absent: not known. */
export type FactValues = Readonly<Record<string, Value | number | undefined>>;
