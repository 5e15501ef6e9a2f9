import type { Day } from '@app/kernel';

/** An authority for a programme: a county, of this installation or of another one. */
export interface Place {
  /** Twelve digits. */
  readonly county: string;
  readonly isElsewhere: boolean;
}

/** Days from, up to and not including, until; null is without end. */
export interface Period {
  readonly from: Day;
  readonly until: Day | null;
}

export const PARAMETER_NAMES = [
  'follows',
  'completes',
  'unit',
  'year-paid',
  'cross-check-months',
  'cross-check-after-silence-days',
] as const;
export type ParameterName = (typeof PARAMETER_NAMES)[number];

/** One dated value of a region's text about people who move. */
export interface ParameterRow {
  readonly region: string;
  /** Code of a programme, or `*` for all that have no row of their own. */
  readonly programme: string;
  readonly name: ParameterName;
  readonly value: string;
  readonly from: Day;
  readonly until: Day | null;
  readonly source: string;
}

/** Somebody moved from one authority's place to another's. */
export interface Move {
  readonly from: Place;
  readonly to: Place;
  /** The day of leaving; where only the arrival is known, that day. */
  readonly leftOn: Day;
}

/** What the old place has of a claim for one year. */
export interface OldClaim {
  readonly submittedOn: Day;
  readonly confirmedOn: Day | null;
  /** Its money is on its way or with the family. */
  readonly isPaid: boolean;
  /** An officer has settled, with a document, that this place completes it. */
  readonly isSettledHere: boolean;
}

/** The names of the rules, as a decision records them. */
export const RULES = {
  'not-of-this-move': 'another place than the one moved from is responsible for the period, and stays so',
  'over-before-the-move': 'the period was over before the move',
  'settled-by-officer': 'an officer has settled, with a document, that the old place completes it',
  'year-paid': 'the old place has paid the year, and the text of the new place has a year claimed once only',
  'later-year': 'the period begins after the move',
  'nothing-submitted': 'nothing was asked of the old place before the move',
  'submitted-after': 'submitted on or after the day of the move: the new place',
  'submitted-before': 'submitted before the move: the old place completes',
  'confirmed-before': 'confirmed before the day of leaving: the old place pays',
  'not-confirmed-before': 'not confirmed before the day of leaving: the new place goes on with it',
  'from-the-month-after': 'paid by months: the new place from the month after the move',
  'reported-wrongly': 'the move was reported wrongly: who was responsible before is so again',
} as const;
export type RuleName = keyof typeof RULES;

/** Who is primary for a period, by which rule, and where that is written. */
export interface Primary {
  readonly place: Place;
  readonly rule: RuleName;
  readonly source: string;
}

/** A stretch of days with one primary authority. */
export interface AuthorityStretch extends Primary {
  readonly valid: Period;
}

/** A claim of a child as a move sees it. */
export interface ChildClaim {
  readonly id: string;
  readonly programme: string;
  readonly claimYear: number;
  readonly county: string | null;
  readonly state: string;
  readonly submittedOn: Day;
  readonly confirmedOn: Day | null;
  readonly isSettledHere: boolean;
  /** An instruction of it is alive: its money is on its way, with the family, or came back and is being sent again. */
  readonly hasMoney: boolean;
}

/** A stretch of days for which somebody stands as responsible now. */
export interface StandingPeriod {
  readonly id: string;
  readonly decisionId: string;
  readonly valid: Period;
  readonly place: Place;
  readonly rule: string;
  readonly source: string;
}

export interface DecisionView {
  readonly id: string;
  readonly programme: string;
  readonly fromCounty: string;
  readonly fromElsewhere: boolean;
  readonly toCounty: string;
  readonly toElsewhere: boolean;
  readonly leftOn: Day;
  readonly basis: 'register' | 'officer' | 'other-place';
  readonly documentNo: string | null;
  readonly note: string | null;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly rules: readonly Readonly<Record<string, unknown>>[];
  readonly undoes: string | null;
  readonly decidedBy: string;
  readonly decidedAt: Date;
  readonly personId: string | null;
}

export interface AuthorityPeriodView {
  readonly id: string;
  readonly programme: string;
  readonly from: Day;
  readonly until: Day | null;
  readonly county: string;
  readonly isElsewhere: boolean;
  readonly rule: string;
  readonly source: string;
  readonly decisionId: string;
  readonly begunBy: string;
  readonly begunAt: Date;
  readonly endedBy: string | null;
  readonly endedAt: Date | null;
}

/** What became of a claim when its place changed. */
export interface CarriedClaim {
  readonly decisionId: string;
  readonly claimId: string | null;
  readonly becameId: string | null;
}

/** Whoever follows a move: a part of the system by the register's word, another place, or an officer with a document. */
export interface MoveBasis {
  readonly basis: 'register' | 'officer' | 'other-place';
  readonly actor: string;
  readonly documentNo?: string;
  readonly note?: string;
}
