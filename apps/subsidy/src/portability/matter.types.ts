import type { CoordinationOutcome } from '@app/contracts';
import type { Day, Fen } from '@app/kernel';

/** Something wanted of another place. */
export interface Matter {
  readonly id: string;
  readonly kind: 'transfer-case' | 'settle-payment';
  readonly programme: string;
  readonly personId: string;
  readonly fromCounty: string;
  readonly toCounty: string;
  readonly movedOn: Day | null;
  readonly outcome: Exclude<CoordinationOutcome, 'waiting'> | null;
  readonly fen: Fen | null;
  readonly from: Day | null;
  readonly until: Day | null;
  readonly reimbursementState: string | null;
}

/** A case as it is handed over. */
export interface CaseValues {
  readonly claimYear: number;
  readonly submittedOn: Day;
  readonly relation: string;
  readonly accountId: string | null;
  readonly holderName: string | null;
  readonly holderSealed: Buffer | null;
  readonly accountSealed: Buffer | null;
  readonly bankCode: string | null;
  readonly accountKind: string | null;
  readonly holderIsApplicant: boolean | null;
  readonly responsibleUntil: Day | null;
  readonly paidUntil: Day | null;
  readonly isHandedOver: boolean;
}

/** What is asked of a case that is to be handed over; no more is answered. */
export const CASE_FIELDS = [
  'responsible_until',
  'paid_until',
  'claim_year',
  'submitted_on',
  'relation',
  'applicant_id_number',
  'holder_name',
  'bank_code',
  'account_no',
  'account_kind',
] as const;
