import type { Answer, Day, PartialDay, UncertainPeriod } from '@app/kernel';

/** Grades of evidence, the best first: what the household registry states, another agency, a paper, one's word. */
export const RESIDENCE_BASES = ['registry', 'agency', 'document', 'declared'] as const;
export type ResidenceBasis = (typeof RESIDENCE_BASES)[number];

/** Somebody came to a place, left it, or died. */
export type NoticeKind = 'stay' | 'end' | 'death';

/** Who says so: the person, the residence-permit authority, the household registry. */
export type NoticeSource = 'own' | 'permit' | 'registry';

/** A day as far as it is known, or that nobody knows it. */
export type StatedDay = PartialDay | 'unknown';

/** What was said of where somebody lives, as far as the rules look at it. */
export interface StatedResidence {
  readonly kind: NoticeKind;
  /** Twelve digits; null of a death. */
  readonly placeCode: string | null;
  /** The place lived in before, where it was said. */
  readonly cameFrom: string | null;
  /** The first day there; null of an end or a death. */
  readonly starts: StatedDay | null;
  /** The first day no longer there; null where nothing was said of it. */
  readonly ends: StatedDay | null;
  readonly basis: ResidenceBasis;
  /** An officer found it to be so, against another one. */
  readonly isUpheld: boolean;
}

/** Where somebody lives or lived, as all notices together say it. */
export interface HeldPeriod<N extends StatedResidence = StatedResidence> {
  /** The notice it rests on. */
  readonly notice: N;
  readonly placeCode: string;
  readonly cameFrom: string | null;
  readonly period: UncertainPeriod;
  readonly basis: ResidenceBasis;
  /** Contradicted by a stronger notice or an equal one: under investigation. */
  readonly isDisputed: boolean;
  /** It ends where the next one begins: somewhere else, and without a gap. */
  readonly isFollowed: boolean;
}

/** A period as the question about a place looks at it. */
export interface AskedPeriod {
  readonly placeCode: string;
  readonly period: UncertainPeriod;
  readonly isDisputed: boolean;
  readonly isFollowed: boolean;
}

/** One division followed another. */
export interface Succession {
  readonly oldCode: string;
  readonly newCode: string;
  readonly kind: 'merged' | 'renamed' | 'split' | 'recoded';
  readonly onDay: Day;
  /** A part was split off and the old division goes on. */
  readonly isOldKept: boolean;
}

/** The part of an asked period in which the answer is one and the same; `until` is the first day after it. */
export interface AnswerSpan {
  readonly from: Day;
  readonly until: Day;
  readonly answer: Exclude<Answer, 'no'>;
}

/** A notice as it is on record. */
export interface NoticeRow extends StatedResidence {
  readonly id: string;
  readonly residentId: string;
  readonly source: NoticeSource;
  readonly reference: string;
  readonly sourceRef: string | null;
  readonly recordedBy: string;
  readonly recordedAt: Date;
  readonly withdrawnAt: Date | null;
  readonly withdrawnWhy: 'corrected' | 'refuted' | null;
}

/** A notice as it comes. */
export interface NewNotice {
  readonly source: NoticeSource;
  readonly reference: string;
  readonly kind: NoticeKind;
  readonly placeCode: string | null;
  readonly cameFrom: string | null;
  readonly starts: StatedDay | null;
  readonly ends: StatedDay | null;
  readonly basis: ResidenceBasis;
  readonly sourceRef: string | null;
}

/** A period as it is on record. */
export interface PeriodRow extends AskedPeriod {
  readonly id: string;
  readonly residentId: string;
  readonly noticeId: string;
  readonly cameFrom: string | null;
  readonly basis: ResidenceBasis;
  readonly sourceRef: string | null;
  readonly recordedAt: Date;
  readonly endedAt: Date | null;
}

/** What came of a notice. */
export interface Noted {
  readonly reference: string;
  readonly residentId: string;
  /** False where it said nothing new: the same again, or what was found not to be so. */
  readonly isNew: boolean;
}

/** What became of a file of the residence-permit authority. */
export interface PermitSummary {
  readonly total: number;
  readonly accepted: number;
  readonly unchanged: number;
  readonly rejected: number;
  readonly perCode: Readonly<Record<string, number>>;
}
