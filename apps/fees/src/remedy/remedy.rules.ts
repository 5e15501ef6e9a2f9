import type { Day } from '@app/kernel';
import { type Deadline, daysOf, lastDay, monthsOf, yearsOf } from '../delivery/deadline.rules';

export type RemedyKind = 'reconsideration' | 'suit';

/** What holds of time and place where a decision is contested; dated parameters. */
export interface RemedyTerms {
  readonly reconsiderationDays: number;
  readonly untoldYears: number;
  readonly capYears: number;
  readonly suitMonths: number;
  readonly suitAfterDays: number;
}

/** What a period is counted from. */
export interface Known {
  /** The day of the decision itself. */
  readonly madeOn: Day;
  /** The day on which the person came to know it: its letter was served. Null while it was not. */
  readonly knownOn: Day | null;
  /** Whether they were told of the right, the authority and the period. */
  readonly toldOfRights: boolean;
  /** When they learned of them otherwise. */
  readonly learnedOn: Day | null;
}

/** A reconsideration of the same decision, where there was one. */
export interface Reconsidered {
  readonly outcome: 'decided' | 'withdrawn' | 'overdue';
  /** The day on which its decision was served, or its time to decide was over. Null while neither is known. */
  readonly on: Day | null;
}

/**
 * The last day to apply for reconsideration, before it rolls forward; null while no period runs. 行政复议法 art 20: 60 days
 * from knowing; untold, from learning of the right, at most a year from knowing; art 21: five years after the decision.
 */
export const lastReconsideration = (known: Known, terms: RemedyTerms): Day | null =>
  earliest(known, terms, daysOf('reconsideration', terms.reconsiderationDays));

/**
 * The last day to sue, before it rolls forward; null while no period runs. 行政诉讼法 art 46: six months from knowing; art 45:
 * 15 days after the decision on reconsideration, or after the time for it was over.
 */
export function lastSuit(known: Known, reconsidered: Reconsidered | null, terms: RemedyTerms): Day | null {
  if (reconsidered && reconsidered.outcome !== 'withdrawn')
    return reconsidered.on && lastDay(daysOf('litigation', terms.suitAfterDays), reconsidered.on);
  return earliest(known, terms, monthsOf('litigation', terms.suitMonths));
}

function earliest({ madeOn, knownOn, toldOfRights, learnedOn }: Known, terms: RemedyTerms, period: Deadline) {
  if (knownOn === null) return null;
  const cap = lastDay(yearsOf('reconsideration', terms.capYears), madeOn);
  const year = lastDay(yearsOf('reconsideration', terms.untoldYears), knownOn);
  const ends = toldOfRights
    ? [lastDay(period, knownOn), cap]
    : [...(learnedOn === null ? [] : [lastDay(period, learnedOn > knownOn ? learnedOn : knownOn)]), year, cap];
  return ends.sort()[0]!;
}
