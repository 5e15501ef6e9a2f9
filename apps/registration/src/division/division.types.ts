import type { Day, DivisionCode } from '@app/kernel';

/** A line of a list of divisions. */
export interface DivisionRow {
  readonly code: DivisionCode;
  readonly name: string | null;
}

/** A division as the graph shows it. */
export interface DivisionView {
  readonly code: string;
  readonly name: string | null;
  readonly level: string;
  readonly parentCode: string | null;
  readonly status: string;
  /** The first day of the code, where it is known. */
  readonly validFrom: Day | null;
  /** The day from which the code is no more. */
  readonly validTo: Day | null;
}

export const SUCCESSION_KINDS = ['merged', 'renamed', 'split', 'recoded'] as const;
export type SuccessionKind = (typeof SUCCESSION_KINDS)[number];

/** A line of a list of successions. */
export interface SuccessionRow {
  readonly oldCode: DivisionCode;
  readonly newCode: DivisionCode;
  readonly kind: SuccessionKind;
  readonly onDay: Day;
  readonly source: string;
  /** A part was split off and the old division goes on. */
  readonly isOldKept: boolean;
}

/** One division followed another. */
export interface SuccessionView {
  readonly oldCode: string;
  readonly newCode: string;
  readonly kind: SuccessionKind;
  readonly onDay: Day;
  readonly source: string;
}

/** What became of a list of successions. */
export interface SuccessionSummary {
  readonly added: number;
  readonly unchanged: number;
  readonly rejected: number;
  readonly perCode: Readonly<Record<string, number>>;
  readonly refiled: Refiled;
}

/** How many were filed under another code because their division changed. */
export interface Refiled {
  readonly persons: number;
  readonly households: number;
}
