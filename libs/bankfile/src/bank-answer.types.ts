import type { Fen } from '@app/kernel';

/** What the bank says about one transfer. ACCEPTED and PENDING promise nothing; SETTLED may still be followed by RETURNED. */
export type LineStatus = 'ACCEPTED' | 'PENDING' | 'SETTLED' | 'REJECTED' | 'RETURNED';

/** What the bank says about the file. It never decides about a line: always read the lines. */
export type FileStatus = 'ACCEPTED' | 'PARTIAL' | 'REJECTED' | 'PENDING';

/** Why a credit failed, in the words every bank's own code is translated to. */
export type BankReason =
  | 'ACCOUNT_NOT_FOUND'
  | 'ACCOUNT_CLOSED'
  | 'ACCOUNT_FROZEN'
  | 'NAME_MISMATCH'
  | 'DORMANT' // Sleeping, or a class II/III account over its limit.
  | 'ID_EXPIRED'
  | 'BANK_ERROR' // Nothing to repair at the payee: the bank or the payer's own account.
  | 'UNKNOWN';

export interface AnswerLine {
  readonly endToEndId: string;
  readonly status: LineStatus;
  /** Only with REJECTED and RETURNED; UNKNOWN when the bank's code is not in the table. */
  readonly reason?: BankReason;
  /** The bank's own code, as given. Several codes of one line are joined by a comma. */
  readonly rawCode?: string;
  /** The bank's reference of this credit; always there with SETTLED and RETURNED, else possibly empty. */
  readonly bankRef: string;
  readonly amountFen: Fen;
  /** ISO instant with its zone. */
  readonly at: string;
}

/** One answer file. Count and total are those of its own lines, which may be fewer than the payment file had. */
export interface BankAnswer {
  readonly answerId: string;
  readonly originalMessageId: string;
  readonly fileStatus: FileStatus;
  /** The bank's code about the whole file, such as DUPL. */
  readonly fileCode?: string;
  readonly createdAt: Date;
  readonly count: number;
  readonly totalFen: Fen;
  readonly lines: readonly AnswerLine[];
}

export type AnswerFormat = 'pain.002' | 'csv';

/** An answer that was read to its end and whose controls held. */
export interface ReadBankAnswer extends BankAnswer {
  readonly format: AnswerFormat;
  /** Of the file's bytes, in hex: the same answer under another file name has the same. */
  readonly sha256: string;
}

/** The same with constant memory: checked once to its end, then read again line by line. */
export interface OpenBankAnswer extends Omit<ReadBankAnswer, 'lines'> {
  lines(): AsyncIterable<AnswerLine>;
}
