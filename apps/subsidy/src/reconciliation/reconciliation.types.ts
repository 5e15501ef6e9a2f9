import type { FileStatus } from '@app/bankfile';
import type { Fen } from '@app/kernel';
import type { BatchState } from '../disbursement/batch.state';

/** What an answer changed. */
export interface Received {
  readonly batchId: string;
  readonly answerId: string;
  readonly fileStatus: FileStatus;
  readonly lines: number;
  /** Lines that said something not heard before. */
  readonly newLines: number;
  /** Lines of the batch by state afterwards. */
  readonly settled: number;
  readonly failed: number;
  readonly open: number;
  readonly batchState: BatchState;
}

/** The same money three times, in fen: as we listed it, as the bank says, as the ledger has it. */
export interface ThreeWay {
  readonly list: Side;
  readonly bank: Side;
  readonly ledger: Side;
}

export interface Side {
  readonly paidFen: Fen;
  readonly returnedFen: Fen;
  /** With the bank, no final word yet. */
  readonly openFen: Fen;
  readonly totalFen: Fen;
}

export interface Difference {
  /** UNANSWERED, BANK_DIFFERS, LEDGER_DIFFERS, FILE_DIFFERS. */
  readonly kind: string;
  readonly line: number | null;
  readonly endToEndId: string | null;
  readonly listState: string | null;
  readonly bankState: string | null;
  readonly listFen: Fen | null;
  readonly bankFen: Fen | null;
  readonly ledgerFen: Fen | null;
}

export interface Reconciled {
  readonly batchId: string;
  readonly isReconciled: boolean;
  readonly batchState: BatchState;
  readonly threeWay: ThreeWay;
  /** At most 1,000, in line order. */
  readonly differences: readonly Difference[];
  readonly differenceCount: number;
}

/** An answer file that was refused as a whole; nothing of it counts. */
export interface RefusedAnswer {
  readonly id: string;
  readonly fileName: string;
  /** The batch it answers; null where that cannot be told. */
  readonly batchId: string | null;
  readonly code: string;
  readonly reason: string;
  readonly refusedAt: Date;
}

/** An account that returned money may be paid to: live, of the applicant, the child, or the holder it failed for. */
export interface RepairAccount {
  readonly id: string;
  readonly holderName: string;
  readonly accountMask: string;
  readonly bankCode: string;
  readonly isFailed: boolean;
}
