import type { Day, Fen } from '@app/kernel';
import type { PlanState } from './instalment.state';

/** Who put a plan forward; `rule`: it follows from one that was agreed, as after a suspension. */
export type Side = 'debtor' | 'officer' | 'rule';

/** Which instalments a sum ahead of its time takes away: the last ones, or a part of each. */
export type EarlyHow = 'shorten' | 'lower';

/** For so many months after so many instalments nothing falls due. */
export interface Pause {
  readonly after: number;
  readonly months: number;
}

/** What somebody proposes: a number of months or a monthly sum, one of them, from a first day on. */
export interface Terms {
  readonly months: number | null;
  readonly monthlyFen: Fen | null;
  readonly firstOn: Day;
  readonly pause: Pause | null;
}

/** A person's own words on what they can pay: sums of a month and a number of people, and nothing else. */
export interface Declaration {
  readonly incomeFen: Fen;
  readonly outlaysFen: Fen;
  readonly people: number;
}

/** The dated rows that plans go by, as they hold on a day in a place. */
export interface InstalmentRule {
  readonly mostMonths: number;
  readonly leastFen: Fen;
  readonly longestPauseMonths: number;
  /** In hardship the pause may be longer, and beyond so many months the rest is a question of waiving. */
  readonly hardshipPauseMonths: number;
  readonly hardshipMonths: number;
  /** Protected of every person's monthly needs, whatever the outlays. */
  readonly livingFen: Fen;
  /** Of what is left, so many hundredths are affordable. */
  readonly affordablePercent: number;
  readonly graceDays: number;
  readonly breakAfter: number;
  /** Days to pay: what is paid early, and the rest of a broken plan. */
  readonly earlyDays: number;
  readonly restDays: number;
}

/** The bounds of one plan, after what the person declared. */
export interface Bounds {
  readonly mostMonths: number;
  readonly leastFen: Fen;
  readonly longestPauseMonths: number;
  /** Null where nothing was declared. */
  readonly affordableFen: Fen | null;
  readonly isHardship: boolean;
  readonly asksWaiver: boolean;
}

export type Fault =
  'too-many-months' | 'too-little' | 'more-than-affordable' | 'pause-too-long' | 'begins-too-soon' | 'pause-nowhere';

/** One instalment of a plan as it is put forward. */
export interface PlannedInstalment {
  readonly no: number;
  readonly fen: Fen;
  /** The day of the month that was meant, and the working day on which it is due. */
  readonly nominalOn: Day;
  readonly dueOn: Day;
}

export interface Preview {
  readonly totalFen: Fen;
  readonly instalments: readonly PlannedInstalment[];
  readonly bounds: Bounds;
  readonly faults: readonly Fault[];
}

export interface PlanRow {
  readonly id: string;
  readonly receivableId: string;
  readonly caseId: string;
  readonly divisionCode: string;
  readonly debtorName: string;
  readonly debtorKey: Buffer | null;
  readonly version: number;
  readonly state: PlanState;
  readonly side: Side;
  readonly fen: Fen;
  readonly receivedBaseFen: Fen;
  readonly cutBaseFen: Fen;
  readonly affordableFen: Fen | null;
  readonly isHardship: boolean;
  readonly asksWaiver: boolean;
  readonly follows: string | null;
  readonly note: string | null;
  readonly proposedBy: string;
  readonly proposedOn: Day;
  readonly answeredBy: string | null;
  readonly agreedOn: Day | null;
  readonly suspendedOn: Day | null;
  readonly endedOn: Day | null;
  readonly isOwn: boolean;
}

export interface InstalmentRow extends PlannedInstalment {
  readonly id: string;
  readonly planId: string;
  readonly paidFen: Fen;
  /** What came in on its own payment requests. */
  readonly namedFen: Fen;
  readonly droppedFen: Fen;
  readonly openFen: Fen;
  readonly remindedOn: Day | null;
  readonly graceUntil: Day | null;
  readonly missedOn: Day | null;
  readonly paidOn: Day | null;
}

export interface EarlyRow {
  readonly id: string;
  readonly planId: string;
  readonly fen: Fen;
  readonly paidFen: Fen;
  readonly how: EarlyHow;
  readonly dueOn: Day;
  readonly state: 'open' | 'paid' | 'lapsed';
}

export type ActKind =
  | 'propose'
  | 'agree'
  | 'decline'
  | 'withdraw'
  | 'lapse'
  | 'replace'
  | 'count'
  | 'early'
  | 'early-lapsed'
  | 'remind'
  | 'miss'
  | 'suspend'
  | 'resume'
  | 'break'
  | 'settle';

export interface ActRow {
  readonly planId: string;
  readonly kind: ActKind;
  readonly actor: string;
  readonly state: PlanState;
  readonly openFen: Fen;
  readonly note: string | null;
  readonly at: Date;
}

/** How a receivable stands with plans: whether one holds, or the last one was broken. */
export interface InstalmentStanding {
  readonly receivableId: string;
  readonly hasPlan: boolean;
  readonly isBroken: boolean;
  /** A declared hardship raises the question whether the rest is waived; recovery decides it. */
  readonly asksWaiver: boolean;
}

/** What somebody puts forward. */
export interface Proposal {
  readonly caseId: string;
  readonly terms: Terms;
  readonly declaration: Declaration | null;
  readonly note: string | null;
  /** At the counter: an officer writes down what the debtor proposes. */
  readonly forDebtor: boolean;
}
