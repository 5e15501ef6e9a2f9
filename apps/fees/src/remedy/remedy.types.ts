import type { Day } from '@app/kernel';
import type { RemedyKind } from './remedy.rules';
import type { RemedyState } from './remedy.state';

export type Outcome = 'upheld' | 'upheld-in-part' | 'quashed' | 'dismissed' | 'withdrawn';
export type Channel = 'online' | 'paper' | 'mail' | 'court';
export type SuspensionBasis = 'unit' | 'authority' | 'applicant' | 'law';

/** A decision against which remedies are open, as the slice that made it says. */
export interface NewContestable {
  readonly matterId: string;
  /** The letter that says it; its periods run from the day on which that was served. */
  readonly letterId: string;
  readonly fen: bigint;
  /** Whether the letter tells of the right, the authority and the period; default yes. */
  readonly toldOfRights?: boolean;
}

export interface Contestable {
  readonly id: string;
  readonly matterId: string;
  readonly letterId: string;
  readonly divisionCode: string;
  readonly debtorName: string;
  readonly debtorKey: Buffer | null;
  readonly fen: bigint;
  readonly toldOfRights: boolean;
  readonly learnedOn: Day | null;
  readonly madeOn: Day;
  readonly madeBy: string;
}

export interface NewRemedy {
  readonly matterId: string;
  readonly kind: RemedyKind;
  readonly channel: Channel;
  /** The day it came in; never later than today. */
  readonly filedOn: Day;
  /** Number at the court; for suits. */
  readonly reference: string | null;
  /** Which court; for suits. */
  readonly body: string | null;
  readonly grounds: string | null;
  /** Why it is late, where the applicant asks for a late one to be taken. */
  readonly lateReason: string | null;
}

export interface Remedy {
  readonly id: string;
  readonly decisionId: string;
  readonly matterId: string;
  readonly divisionCode: string;
  readonly kind: RemedyKind;
  readonly channel: Channel;
  readonly body: string;
  readonly reference: string | null;
  readonly groundsSealed: Buffer | null;
  readonly filedOn: Day;
  readonly lastDay: Day | null;
  readonly isLate: boolean;
  readonly lateReason: string | null;
  readonly state: RemedyState;
  readonly events: number;
  readonly checkDueOn: Day | null;
  readonly supplementDueOn: Day | null;
  readonly acceptedOn: Day | null;
  readonly decideDueOn: Day | null;
  readonly isExtended: boolean;
  readonly outcome: Outcome | null;
  readonly newFen: bigint | null;
  readonly reasons: string | null;
  readonly proposedBy: string | null;
  readonly decidedBy: string | null;
  readonly decidedOn: Day | null;
  readonly decisionLetterId: string | null;
}

/** What a remedy came to, for the slice whose matter it is. */
export interface RemedyOutcome {
  readonly matterId: string;
  readonly outcome: Outcome;
  /** With `upheld-in-part`: what is owed now. */
  readonly newFen: bigint | null;
  readonly decidedOn: Day;
}

export interface RemedyEvent {
  readonly remedyId: string;
  readonly seq: number;
  readonly kind: string;
  readonly from: 'new' | RemedyState;
  readonly to: RemedyState;
  readonly note: string | null;
  readonly actor: string;
  readonly at: Date;
}

export interface Suspension {
  readonly remedyId: string;
  readonly seq: number;
  readonly kind: 'suspended' | 'resumed';
  readonly basis: SuspensionBasis;
  readonly body: string;
  readonly reason: string;
  readonly decidedOn: Day;
}

/** How a matter stands. */
export interface RemedyStanding {
  /** A decision to suspend holds, or the law itself suspends. */
  readonly isSuspended: boolean;
  /** A remedy is under way. */
  readonly isOpen: boolean;
  /** What a reconsideration came to was not served yet, so that the days to go to court do not run. */
  readonly awaitsService: boolean;
  /** The day after which nothing can be contested any more; null while that cannot be said: not served, a remedy open, no calendar. */
  readonly lastDayToApply: Day | null;
  readonly lastDayToReconsider: Day | null;
  readonly lastDayToSue: Day | null;
}
