import type { CreditTransfer, Format } from '@app/bankfile';
import type { Day, Fen } from '@app/kernel';

export type TreasuryFileKind = 'remittance' | 'refund';

export interface TreasuryFile {
  readonly id: string;
  readonly countyCode: string;
  readonly kind: TreasuryFileKind;
  readonly day: Day;
  readonly no: number;
  readonly messageId: string;
  readonly format: Format;
  readonly name: string;
  readonly sha256: Buffer;
  readonly lineCount: number;
  readonly totalFen: Fen;
  readonly state: 'written' | 'handed';
  readonly path: string;
  readonly writtenAt: Date;
}

/** What a file is to hold: the same every time it is asked for, so that the same bytes are written after a crash. */
export interface FilePlan {
  readonly id: string;
  readonly countyCode: string;
  readonly kind: TreasuryFileKind;
  readonly day: Day;
  readonly no: number;
  readonly writtenAt: Date;
  readonly itemCode: string;
  readonly lines: readonly Omit<CreditTransfer, 'sequence'>[];
}

/** Where files for the treasury's bank are put; its own transfer empties it. */
export interface TreasuryFolder {
  readonly out: string;
  readonly format: Format;
}

/** Nest injection token; a process that is not told it hands nothing over by itself. */
export const TREASURY_FOLDER = Symbol('TreasuryFolder');

/** `collecting`: the county's own account; else the level of government whose treasury it is. */
export interface TreasuryAccount {
  readonly id: string;
  readonly countyCode: string;
  readonly purpose: string;
  readonly validFrom: Day;
  readonly validUntil: Day | null;
  readonly holderName: string;
  readonly account: string;
  readonly bank: string;
  readonly document: string;
}

export type NewTreasuryAccount = Omit<TreasuryAccount, 'id' | 'validUntil'>;
