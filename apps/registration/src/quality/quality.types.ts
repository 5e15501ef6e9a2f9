import type { Day } from '@app/kernel';

export type OwnerLevel = 'township' | 'county';
export type FindingState = 'open' | 'corrected' | 'right';
export type SubjectType = 'person' | 'household' | 'division' | 'import';

/** A kind of contradiction as the catalogue has it today. */
export interface QualityKind {
  readonly code: string;
  readonly zh: string;
  readonly en: string;
  readonly ownerLevel: OwnerLevel;
  readonly workingDays: number;
  readonly severity: 'stops' | 'misleads' | 'untidy';
  readonly source: string;
}

/** A contradiction in the register. */
export interface FindingView {
  readonly id: string;
  readonly kind: string;
  readonly zh: string;
  readonly en: string;
  readonly severity: string;
  readonly subjectType: SubjectType;
  readonly subjectId: string;
  readonly otherId: string | null;
  readonly divisionCode: string;
  readonly ownerLevel: OwnerLevel;
  readonly dueOn: Day;
  readonly state: FindingState;
  readonly openedAt: Date;
  readonly closedAt: Date | null;
  readonly reason: string | null;
  readonly saidBy: string | null;
}

/** Which findings; what is undefined does not narrow. */
export interface FindingFilter {
  /** Leading digits of the division. */
  readonly prefix: string;
  readonly state?: FindingState;
  readonly kind?: string;
  /** Due before this day and still open. */
  readonly overdueOn?: Day;
}

/** What a look through the register found. */
export interface Refreshed {
  readonly opened: number;
  readonly corrected: number;
  /** Confirmed as right once, and different now. */
  readonly askedAgain: number;
}

export interface KindCount {
  readonly kind: string;
  readonly zh: string;
  readonly en: string;
  readonly open: number;
  readonly overdue: number;
}

/** How right the register of a division was in a month. */
export interface MonthView {
  readonly divisionCode: string;
  readonly month: Day;
  readonly records: bigint;
  /** As the month was closed. */
  readonly corrections: bigint;
  /** What was learned later. */
  readonly later: bigint;
}

export interface StatedSummary {
  readonly added: number;
  readonly rejected: number;
}
