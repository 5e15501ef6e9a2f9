import type { BankReason, FileStatus, Format, LineStatus } from '@app/bankfile';
import type { Clock, Fen } from '@app/kernel';

/** How often this bank does what, each a share from 0 to 1, none when left out. What is decided for a reference stays decided. */
export interface BankBehaviour {
  /** Of the lines, by reason; together at most 1. */
  readonly rejected?: Partial<Record<BankReason, number>>;
  /** Of the lines that are credited: settled in the first answer, returned in a later one. */
  readonly returned?: number;
  /** Of the files: the first answer covers only a part of the lines, a second one the rest. */
  readonly partial?: number;
  /** Of the files: the first answer comes again, byte by byte, under another file name. */
  readonly duplicated?: number;
  /** Of the files: the lines of every answer stand in another order than they were sent. */
  readonly reordered?: number;
  /** Of the credited lines: a last answer says less than an earlier one did, under the same bank reference. */
  readonly contradictory?: number;
  /** Of the files: credited, but no answer before one is asked for by `query`. */
  readonly silent?: number;
}

/** An account that fails until it is taken from the list. */
export interface PlantedFailure {
  readonly status: 'REJECTED' | 'RETURNED';
  readonly reason: BankReason;
}

export interface BankOptions {
  /** Where the book is kept; one bank at a time. Made when missing. */
  readonly folder: string;
  readonly clock: Clock;
  /** The same seed decides the same about the same reference. 1 when not given. */
  readonly seed?: number;
  readonly behaviour?: BankBehaviour;
  /** Account numbers, or their last digits; a plain reason rejects. Read at every line, so that entries may come and go. */
  readonly failAccounts?: ReadonlyMap<string, BankReason | PlantedFailure>;
}

/** What became of one line, for good. RETURNED was credited first. */
export interface BookLine {
  readonly endToEndId: string;
  readonly amountFen: Fen;
  readonly status: Extract<LineStatus, 'SETTLED' | 'REJECTED' | 'RETURNED'>;
  readonly reason?: BankReason;
  readonly rawCode?: string;
  readonly bankRef: string;
}

export interface BookFile {
  readonly messageId: string;
  readonly sha256: string;
  readonly format: Format;
  /** ISO instant. */
  readonly receivedAt: string;
  readonly fileStatus: FileStatus;
  readonly lines: readonly BookLine[];
}

/** Money in fen. Credited counts every credit ever made, also those that were returned later; net is what stayed. */
export interface BankTotals {
  readonly files: number;
  readonly lines: number;
  readonly creditedCount: number;
  readonly creditedFen: Fen;
  readonly returnedCount: number;
  readonly returnedFen: Fen;
  readonly rejectedCount: number;
  readonly rejectedFen: Fen;
  readonly netFen: Fen;
}
