import type { Day, Sentence } from '@app/kernel';

/** What is wrong, or odd, in one row of a file. */
export interface RowProblem {
  readonly column: string;
  readonly code: string;
  readonly sentence: Sentence;
}

export type Relation = 'father' | 'mother' | 'parent' | 'guardian' | 'institution' | 'other';

export interface ClaimRow {
  readonly claimNo: string;
  readonly childIdNumber: string | null;
  readonly childBirthCertificateNo: string | null;
  readonly applicantIdNumber: string;
  readonly relation: Relation;
  readonly claimYear: number;
  readonly submittedOn: Day;
  readonly channel: string;
  readonly accountNo: string | null;
}

export interface AccountRow {
  readonly holderIdNumber: string;
  readonly holderName: string;
  readonly bankCode: string;
  readonly accountNo: string;
  readonly kind: string;
}

export interface FindingRow {
  readonly personIdNumber: string;
  readonly finding: string;
  readonly value: string;
  readonly validFrom: Day;
  readonly documentNo: string;
  readonly issuedBy: string;
}

/** A row that was read, with the oddities that do not stop it; or the reasons why it cannot go in. */
export type Parsed<Row> =
  | { readonly ok: true; readonly row: Row; readonly warnings: readonly RowProblem[] }
  | { readonly ok: false; readonly errors: readonly RowProblem[] };

export interface ImportSummary {
  readonly batchId: string;
  readonly kind: 'claims' | 'accounts' | 'findings';
  readonly total: number;
  readonly accepted: number;
  readonly unchanged: number;
  readonly rejected: number;
  readonly warnings: number;
  readonly resumedAtLine: number | null;
  readonly perCode: Readonly<Record<string, number>>;
  readonly rejectsFile: string | null;
}
