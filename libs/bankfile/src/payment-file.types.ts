import type { Day, Fen } from '@app/kernel';

/** The two ways a payment file is written: ISO 20022 pain.001.001.09 (UTF-8), or the one-card list (GB18030, fixed columns). */
export type Format = 'pain.001' | 'csv';

/** One credit to one payee. Texts are as the payer holds them: nothing is trimmed, folded or coerced on the way. */
export interface CreditTransfer {
  /** Position in the file, from 1, ascending. */
  readonly sequence: number;
  /** The payer's reference, 1–35 of `0-9A-Za-z._-` beginning with a letter or digit. A bank credits it once, whatever file it comes in. */
  readonly endToEndId: string;
  /** More than zero. */
  readonly amountFen: Fen;
  readonly payeeName: string;
  readonly payeeIdNumber: string;
  /** 1–34 letters, digits and dashes; leading zeros count. */
  readonly payeeAccount: string;
  /** Twelve digits are a CNAPS clearing number; anything else is the bank's name or code. */
  readonly payeeBank: string;
  /** What the payee reads on the statement; may be empty. */
  readonly remark: string;
}

/** What a payment file says about itself. Count and total are promises that the lines must keep. */
export interface PaymentFileHead {
  /** 1–35 of `0-9A-Za-z._-`; the bank refuses a second file of the same id and other content. */
  readonly messageId: string;
  readonly createdAt: Date;
  readonly executionDay: Day;
  readonly debtorName: string;
  readonly debtorAccount: string;
  readonly debtorBank: string;
  /** 6, 9 or 12 digits. */
  readonly divisionCode: string;
  /** Code of the paid item, and year or batch: letters, digits, dots and dashes, at most 35, because both stand in the file name. */
  readonly itemCode: string;
  readonly batch: string;
  readonly count: number;
  readonly totalFen: Fen;
}

/** A payment file that was read to its end and whose controls held. */
export interface PaymentFile {
  readonly format: Format;
  readonly head: PaymentFileHead;
  /** Of the file's bytes, in hex. */
  readonly sha256: string;
  readonly transfers: readonly CreditTransfer[];
}

/** The same with constant memory: checked once to its end, then read again line by line. */
export interface OpenPaymentFile extends Omit<PaymentFile, 'transfers'> {
  transfers(): AsyncIterable<CreditTransfer>;
}

/** The bytes of a file, in order. A Readable is one. */
export type ByteSource = AsyncIterable<Buffer>;
