import type { Day } from '@app/kernel';

export type VoucherState = 'valid' | 'superseded' | 'withdrawn' | 'cancelled';

/** What a voucher says, and no more. */
export interface VoucherContent {
  readonly registrationId: string;
  readonly version: number;
  readonly divisionCode: string;
  readonly officeName: string;
  readonly parties: readonly {
    readonly role: 'mother' | 'father';
    readonly name: string;
    readonly idMask: string | null;
  }[];
  /** `YYYY-MM`, before the birth. */
  readonly expectedMonth: string | null;
  readonly bornOn: readonly Day[];
  /** Where a reader may verify it; the code is put behind. */
  readonly verificationAddress: string | null;
}

export interface VoucherRow {
  readonly id: string;
  readonly registrationId: string;
  readonly no: string;
  readonly statusIndex: bigint;
  readonly officeCode: string;
  readonly officeName: string;
  readonly holderMasks: readonly string[];
  readonly content: Pick<VoucherContent, 'parties' | 'expectedMonth' | 'bornOn'>;
  readonly pdfSha256: Buffer;
  readonly issuedAt: Date;
  readonly state: VoucherState;
  readonly endedAt: Date | null;
}

/** What anybody with the code is told. */
export interface Verified {
  readonly status: VoucherState | 'unknown';
  readonly holders: readonly string[];
  readonly office: string | null;
  /** Whether the file that was named is the delivered one, to the byte; null where none was named. */
  readonly isSameFile: boolean | null;
}

/** What the voucher's key and fonts come from; given from outside, each may be missing. */
export interface VoucherSettings {
  /** PEM of the Ed25519 private key, or the file that holds it and is made when there is none. */
  readonly keyPem?: string;
  readonly keyFile?: string;
  /** Font files for characters that the built-in font lacks, in this order. */
  readonly fonts?: readonly string[];
}

/** Nest injection token of VoucherSettings. */
export const VOUCHER_SETTINGS = Symbol('VoucherSettings');
