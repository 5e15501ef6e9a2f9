import type { Day } from '@app/kernel';
import type { SupportVisitState } from './support-visit.state';

export const PURPOSES = ['home-visit', 'call', 'health-guidance', 'school-contact', 'errands'] as const;
export type Purpose = (typeof PURPOSES)[number];

/** What a family may ask to be told of after a visit; nothing else is noted. */
export const TOPICS = [
  'message-from-family',
  'medicine',
  'repairs',
  'school-papers',
  'subsidy-papers',
  'other-help',
] as const;
export type Topic = (typeof TOPICS)[number];

export interface ConsentInput {
  readonly division: string;
  readonly kind: 'child' | 'elder';
  readonly personId: string | null;
  readonly name: string;
  readonly guardianName: string | null;
  readonly scope: readonly Purpose[];
  readonly startsOn: Day | null;
  readonly endsOn: Day;
  /** The signed consent, at the counter. */
  readonly document: string | null;
}

export interface ConsentRow {
  readonly id: string;
  readonly divisionCode: string;
  readonly personId: string | null;
  readonly name: string;
  readonly kind: 'child' | 'elder';
  readonly scope: readonly Purpose[];
  readonly givenBy: 'self' | 'guardian';
  readonly guardianName: string | null;
  readonly startsOn: Day;
  readonly endsOn: Day;
  readonly isOwn: boolean;
}

export interface VisitRow {
  readonly id: string;
  readonly consentId: string;
  readonly purpose: Purpose;
  readonly plannedOn: Day;
  readonly state: SupportVisitState;
  readonly offeredBy: string;
  readonly doneOn: Day | null;
  readonly topics: readonly Topic[];
  readonly isOwn: boolean;
  readonly divisionCode: string;
}

export interface NoteRow {
  readonly visitId: string;
  readonly topic: Topic;
  readonly words: string;
  readonly writtenBy: string;
  readonly at: Date;
}

export interface VisitFilter {
  readonly prefix: string;
  readonly state?: SupportVisitState;
}
