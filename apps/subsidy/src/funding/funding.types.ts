import type { Day, DivisionCode, Fen } from '@app/kernel';

/** Levels of government that bear a benefit, the highest first; rounding is borne by the lowest that shares. */
export const LEVELS = ['central', 'province', 'city', 'county'] as const;
export type Level = (typeof LEVELS)[number];

/** Basis points (1/10 000) of each level; together 10 000. */
export type Shares = Readonly<Record<Level, number>>;

/** Who bears how much of a programme in a county on a day: dated parameters of the programme. */
export interface FundingShares {
  of(programme: string, county: DivisionCode, day: Day): Shares | Promise<Shares>;
}

/** Nest injection token. */
export const FUNDING_SHARES = Symbol('FundingShares');

export interface Release {
  readonly programme: string;
  readonly county: DivisionCode;
  readonly year: number;
  readonly level: Level;
  readonly amountFen: Fen;
  /** Number of the document that released it; the same document is counted once. */
  readonly documentNo: string;
  readonly releasedOn: Day;
  /** Officer id. */
  readonly actor: string;
}

/** What a level has released, and how much of it is still free, in fen. */
export interface Released {
  readonly level: Level;
  readonly releasedFen: Fen;
  readonly availableFen: Fen;
}
