import type { BankReason, FileStatus, LineStatus } from './bank-answer.types';

/** What a bank's own code means for one line. */
interface CodeMeaning {
  readonly status: LineStatus;
  readonly reason?: BankReason;
}

const failed = (reason: BankReason): CodeMeaning => ({ status: 'REJECTED', reason });

/**
 * Codes of ISO 20022 (external status reasons) and of banks whose lists are known. A code that is not here is not
 * guessed: the line's reason is UNKNOWN and the code is kept. DUPL is not here on purpose: the bank has that reference
 * already, so nothing is wrong with the account, and paying again is what must not happen before asking the bank.
 */
const CODES: Readonly<Record<string, CodeMeaning>> = {
  AC01: failed('ACCOUNT_NOT_FOUND'),
  AC03: failed('ACCOUNT_NOT_FOUND'),
  AC04: failed('ACCOUNT_CLOSED'),
  AC06: failed('ACCOUNT_FROZEN'),
  AC07: failed('ACCOUNT_CLOSED'),
  AM04: failed('BANK_ERROR'), // The payer's account has not enough: nothing to repair at the payee.
  AM14: failed('DORMANT'), // Over the account's agreed limit, as of a class II or III account.
  BE01: failed('NAME_MISMATCH'),
  // China Construction Bank
  '000000': { status: 'SETTLED' },
  '0130Z0100005': failed('NAME_MISMATCH'),
  '0130Z1101007': failed('ACCOUNT_FROZEN'), // 账户状态异常
  // China Guangfa Bank
  '200': { status: 'SETTLED' },
  '201': failed('ACCOUNT_NOT_FOUND'),
  '202': failed('ACCOUNT_CLOSED'), // 户况不正常或已结清
  '203': failed('ACCOUNT_FROZEN'), // 质权
  // Bank of China
  B001: { status: 'SETTLED' },
  B002: { status: 'PENDING' }, // Accepted, not finished: ask before paying again.
  B998: failed('BANK_ERROR'),
  B999: failed('BANK_ERROR'),
  // The canonical words themselves, for what has no code elsewhere.
  ACCOUNT_NOT_FOUND: failed('ACCOUNT_NOT_FOUND'),
  ACCOUNT_CLOSED: failed('ACCOUNT_CLOSED'),
  ACCOUNT_FROZEN: failed('ACCOUNT_FROZEN'),
  NAME_MISMATCH: failed('NAME_MISMATCH'),
  DORMANT: failed('DORMANT'),
  ID_EXPIRED: failed('ID_EXPIRED'),
  BANK_ERROR: failed('BANK_ERROR'),
  UNKNOWN: failed('UNKNOWN'),
};

const known = <T>(table: Readonly<Record<string, T>>, word: string): T | undefined =>
  Object.hasOwn(table, word) ? table[word] : undefined;

/** The status that a code alone tells, for lists that have no status column; undefined when the code is not known. */
export const statusOfCode = (code: string): LineStatus | undefined => known(CODES, code)?.status;

/** The canonical reason of a bank's code; UNKNOWN for no code and for codes not in the table. */
export const reasonOfCode = (code: string | undefined): BankReason =>
  (code === undefined ? undefined : known(CODES, code)?.reason) ?? 'UNKNOWN';

/** The code we write for a reason when the bank's own is not given. */
export const codeOfReason: Readonly<Record<BankReason, string>> = {
  ACCOUNT_NOT_FOUND: 'AC01',
  ACCOUNT_CLOSED: 'AC04',
  ACCOUNT_FROZEN: 'AC06',
  NAME_MISMATCH: 'BE01',
  DORMANT: 'DORMANT',
  ID_EXPIRED: 'ID_EXPIRED',
  BANK_ERROR: 'BANK_ERROR',
  UNKNOWN: 'UNKNOWN',
};

/**
 * ISO 20022 payment transaction status. pain.002 has no code for a credit that came back later (banks tell it by
 * camt.054); RTND is ours, between this product and a bank that agrees to it.
 */
const LINE_STATUS: Readonly<Record<string, LineStatus>> = {
  ACSC: 'SETTLED',
  ACCC: 'SETTLED',
  ACCP: 'ACCEPTED',
  ACSP: 'ACCEPTED',
  ACTC: 'ACCEPTED',
  ACWC: 'ACCEPTED',
  PDNG: 'PENDING',
  RCVD: 'PENDING',
  RJCT: 'REJECTED',
  RTND: 'RETURNED',
};

const FILE_STATUS: Readonly<Record<string, FileStatus>> = {
  ACSC: 'ACCEPTED',
  ACCC: 'ACCEPTED',
  ACCP: 'ACCEPTED',
  ACSP: 'ACCEPTED',
  ACTC: 'ACCEPTED',
  ACWC: 'ACCEPTED',
  PART: 'PARTIAL',
  PDNG: 'PENDING',
  RCVD: 'PENDING',
  RJCT: 'REJECTED',
};

export const isoLineStatus = (code: string): LineStatus | undefined => known(LINE_STATUS, code);
export const isoFileStatus = (code: string): FileStatus | undefined => known(FILE_STATUS, code);

export const ISO_OF_LINE: Readonly<Record<LineStatus, string>> = {
  ACCEPTED: 'ACCP',
  PENDING: 'PDNG',
  SETTLED: 'ACSC',
  REJECTED: 'RJCT',
  RETURNED: 'RTND',
};

export const ISO_OF_FILE: Readonly<Record<FileStatus, string>> = {
  ACCEPTED: 'ACCP',
  PARTIAL: 'PART',
  PENDING: 'PDNG',
  REJECTED: 'RJCT',
};

/** The words of the answer list. */
export const WORD_OF_LINE: Readonly<Record<LineStatus, string>> = {
  ACCEPTED: '受理',
  PENDING: '处理中',
  SETTLED: '成功',
  REJECTED: '失败',
  RETURNED: '退票',
};

export const WORD_OF_FILE: Readonly<Record<FileStatus, string>> = {
  ACCEPTED: '受理',
  PARTIAL: '部分成功',
  PENDING: '处理中',
  REJECTED: '拒绝',
};

const inverse = <T extends string>(words: Readonly<Record<T, string>>): Readonly<Record<string, T>> =>
  Object.fromEntries(Object.entries(words).map(([status, word]) => [word, status])) as Record<string, T>;

const LINE_OF_WORD = inverse(WORD_OF_LINE);
const FILE_OF_WORD = inverse(WORD_OF_FILE);

export const wordLineStatus = (word: string): LineStatus | undefined => known(LINE_OF_WORD, word);
export const wordFileStatus = (word: string): FileStatus | undefined => known(FILE_OF_WORD, word);
