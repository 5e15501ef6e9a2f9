import type { OverpaymentGround, OverpaymentShare } from '@app/contracts';
import type { Day } from '@app/kernel';
import type { RecoveryAct, RecoveryOutcome, RecoveryState } from './recovery.state';

/** What the law asks about how it came to be paid; a person judges it from the facts, never a programme. */
export const RECOVERY_CAUSES = ['authority-error', 'unreported-change', 'fraud'] as const;
export type RecoveryCause = (typeof RECOVERY_CAUSES)[number];

/** A recovery case as it stands. */
export interface RecoveryRow {
  readonly id: string;
  readonly caseNo: string;
  readonly source: 'subsidy' | 'officer';
  readonly ground: OverpaymentGround;
  readonly programme: string;
  /** Twelve digits: the county that paid. */
  readonly divisionCode: string;
  readonly beneficiaryId: string | null;
  readonly payeeId: string | null;
  readonly payeeName: string;
  readonly payeeKey: Buffer | null;
  readonly payeeMask: string | null;
  readonly wrongFrom: Day;
  readonly wrongUntil: Day;
  readonly paidOn: Day;
  readonly wrongFen: bigint;
  /** What of it is not owed as is known now. */
  readonly stillFen: bigint;
  readonly reference: string;
  readonly foundOn: Day;
  readonly openedOn: Day;
  readonly openedBy: string;
  readonly state: RecoveryState;
  readonly outcome: RecoveryOutcome | null;
  readonly events: number;
  readonly limitationEnds: Day;
  readonly cause: RecoveryCause | null;
  readonly isInGoodFaith: boolean | null;
  /** What is no longer there of it, where it was taken in good faith. */
  readonly goneFen: bigint | null;
  readonly finding: string | null;
  readonly documentNo: string | null;
  readonly factsBy: string | null;
  readonly noticeLetterId: string | null;
  readonly noticeServedOn: Day | null;
  /** Last day to say something and to ask for a hearing; null while the notice is not served. */
  readonly statementEnds: Day | null;
  readonly hearingAskedOn: Day | null;
  readonly hearingHeldOn: Day | null;
  readonly decidedFen: bigint | null;
  /** What of it stands: what was decided, less what a remedy took off. */
  readonly owedFen: bigint | null;
  readonly reasons: string | null;
  readonly answer: string | null;
  readonly decidedBy: string | null;
  readonly decidedOn: Day | null;
  readonly decisionLetterId: string | null;
  readonly decisionServedOn: Day | null;
  readonly payBy: Day | null;
  /** Last day on which it may still be contested. */
  readonly appealEnds: Day | null;
  /** Last day to apply to the court. */
  readonly courtUntil: Day | null;
  readonly receivableId: string | null;
  readonly reminderLetterId: string | null;
  readonly reminderServedOn: Day | null;
  readonly reminderEnds: Day | null;
  readonly courtRef: string | null;
  readonly waiverRule: string | null;
  readonly referredTo: string | null;
  readonly closedOn: Day | null;
  readonly closedWhy: string | null;
  /** The next day on which something of the office’s ends or falls due. */
  readonly dueOn: Day | null;
}

/** A line of a case's history. */
export interface RecoveryEvent {
  readonly caseId: string;
  readonly seq: number;
  readonly act: RecoveryAct;
  readonly fromState: RecoveryState;
  readonly toState: RecoveryState;
  readonly actor: string;
  readonly note: string | null;
  readonly onDay: Day;
  readonly at: Date;
}

/** Something that the person said, in their own words. */
export interface RecoveryStatement {
  readonly id: string;
  readonly caseId: string;
  readonly words: string;
  readonly isOwnHand: boolean;
  readonly saidOn: Day;
  readonly takenBy: string;
}

/** A payment that an officer states as wrong, in whole or in part. */
export interface RecoveryLine {
  readonly paymentRef: string;
  readonly paidOn: Day;
  readonly paidFen: bigint;
  readonly wrongFen: bigint;
}

export type RecoveryShare = OverpaymentShare;

/** What a new case is opened with. */
export interface NewRecovery {
  readonly overpaymentId: string | null;
  readonly ground: OverpaymentGround;
  readonly programme: string;
  readonly divisionCode: string;
  readonly beneficiaryId: string | null;
  readonly payee: {
    readonly id: string | null;
    readonly name: string;
    readonly key: Buffer | null;
    readonly mask: string | null;
  };
  readonly from: Day;
  readonly until: Day;
  readonly paidOn: Day;
  readonly fen: bigint;
  readonly stillFen: bigint;
  readonly shares: readonly RecoveryShare[];
  readonly lines: readonly RecoveryLine[];
  readonly foundOn: Day;
  readonly reference: string;
  /** What an officer states, for the file; null where subsidy told it. */
  readonly note: string | null;
}

/** What the days and bounds of a case's place and day are. */
export interface RecoveryTerms {
  readonly statementWorkingDays: number;
  readonly payDays: number;
  readonly reconsiderationDays: number;
  readonly suitMonths: number;
  readonly reminderWorkingDays: number;
  readonly courtMonths: number;
  readonly limitationYears: number;
  readonly limitationAbsoluteYears: number;
}

export interface RecoveryFilter {
  readonly prefix: string;
  readonly states: readonly RecoveryState[] | null;
  readonly cause: RecoveryCause | null;
  readonly ground: OverpaymentGround | null;
  readonly payeeKey: Buffer | null;
  readonly caseNo: string | null;
  /** Where something has to be done until this day. */
  readonly dueUntil: Day | null;
}
