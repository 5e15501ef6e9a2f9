import type { Day, Sentence } from '@app/kernel';
import type { CertificateState } from './certificate.state';

export type HolderRole = 'mother' | 'father';

/** Where a certificate is known from, the best first. */
export const GRADES = ['ledger', 'archive', 'card', 'declared'] as const;
export type Grade = (typeof GRADES)[number];

/** How an office numbered its certificates at a time. */
export interface SchemeRow {
  readonly id: string;
  readonly region: string;
  readonly pattern: string;
  readonly template: string | null;
  readonly from: Day | null;
  readonly until: Day | null;
}

export interface LedgerHolder {
  readonly role: HolderRole;
  readonly name: string;
  readonly number: string | null;
}

/** One line of an old ledger that can go in. */
export interface LedgerRow {
  readonly number: string;
  readonly officeCode: string;
  readonly issuedOn: Day;
  readonly childName: string;
  readonly childBorn: Day;
  readonly grade: Grade;
  readonly sourceRef: string;
  readonly holders: readonly LedgerHolder[];
}

export interface RowRemark {
  readonly column: string;
  readonly code: string;
  readonly sentence: Sentence;
}

export interface LedgerSummary {
  readonly total: number;
  readonly accepted: number;
  readonly unchanged: number;
  readonly rejected: number;
  readonly warnings: number;
  readonly resumedAtLine: null;
  readonly perCode: Readonly<Record<string, number>>;
  readonly rejectsFile: string | null;
}

export interface CertificateView {
  readonly id: string;
  readonly number: string;
  readonly officeCode: string;
  readonly fitsScheme: boolean;
  readonly issuedOn: Day;
  readonly childName: string;
  readonly childBorn: Day;
  readonly grade: Grade;
  readonly state: CertificateState;
  readonly events: number;
  readonly cancelFrom: Day | null;
  readonly cancelledOn: Day | null;
  readonly replacesId: string | null;
}

export interface HolderView {
  readonly id: string;
  readonly certificateId: string;
  readonly role: 'MOTHER' | 'FATHER';
  readonly name: string;
  readonly numberMask: string | null;
  readonly person: { readonly id: string } | null;
  readonly wishesCancellation: boolean;
}

export interface CertificateFilter {
  readonly prefix: string;
  readonly number: string | null;
  readonly holderId: string | null;
}
