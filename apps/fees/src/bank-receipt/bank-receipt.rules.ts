import { type Day, dayInChina, type Fen, findDay, type Sentence } from '@app/kernel';
import type { StatedEntry, StatedReceipt } from './bank-receipt.types';

export const NOTICE_COLUMNS = {
  required: ['bank_ref', 'booked_on', 'amount_yuan', 'payer_name'],
  optional: ['remittance', 'payer_account', 'payer_bank', 'direction', 'reversal', 'currency', 'status', 'account'],
} as const;
export type NoticeColumn = (typeof NOTICE_COLUMNS)['required'][number] | (typeof NOTICE_COLUMNS)['optional'][number];

/** Why a booking is not taken in as a receipt; the sentence says what to do. */
const PROBLEMS = {
  DEBIT: ['direction', '这是支出，不是到账。请财务核实原因', 'money went out, nothing came in; have it looked into'],
  REVERSAL: [
    'reversal',
    '银行冲正了一笔记账。请核对原到账及其匹配后处理',
    'the bank took a booking back; look at the receipt and its matches and act on them',
  ],
  CURRENCY: ['currency', '不是人民币。请与银行联系', 'is not in CNY; ask the bank'],
  AMOUNT: [
    'amount_yuan',
    '不是大于零、精确到分的金额。请向银行核对',
    'is no amount above zero in whole fen; have the bank check it',
  ],
  DAY: ['booked_on', '不是日历上的日期，应为 YYYY-MM-DD', 'is no day of the calendar; write YYYY-MM-DD'],
  DAY_TO_COME: ['booked_on', '记账日期在今天之后。请向银行核对', 'lies after today; have the bank check it'],
  NO_REFERENCE: [
    'bank_ref',
    '没有可用的银行流水号，无法防止重复入账。请向银行索取',
    'has no usable reference of the bank, so that it could be taken in twice; ask the bank for it',
  ],
  NOT_BOOKED: [
    'status',
    '银行尚未记账。记账后会再次通知，无需处理',
    'is not booked yet; the bank tells again once it is',
  ],
  DIRECTION: ['direction', '应为 CRDT（收入）或 DBIT（支出）', 'is neither CRDT (came in) nor DBIT (went out)'],
  SUM_DIFFERS: [
    'amount_yuan',
    '汇总金额与明细之和不符。请向银行核对',
    'is part of a sum that its parts do not add up to; have the bank check it',
  ],
  OTHER_ACCOUNT: ['account', '不是本账户的记账', 'is of another account'],
  REFERENCE_REUSED: [
    'bank_ref',
    '该银行流水号已用于日期或金额不同的另一笔到账。请向银行核对',
    'was used for another receipt of another day or amount; have the bank check it',
  ],
} as const satisfies Record<string, readonly [column: string, zh: string, en: string]>;

export type ProblemCode = keyof typeof PROBLEMS;
/** What comes again by itself, or belongs elsewhere, needs nobody's eyes here. */
export const needsEyes = (code: ProblemCode): boolean => code !== 'NOT_BOOKED' && code !== 'OTHER_ACCOUNT';

export function remarkOf(code: ProblemCode): { column: string; code: ProblemCode; sentence: Sentence } {
  const [column, zh, en] = PROBLEMS[code];
  return { column, code, sentence: { zh: `${column}：${zh}。`, en: `${column} ${en}.` } };
}

/** Whether a booking is money that came in on this account until today, to the fen. */
export function judgeEntry(entry: StatedEntry, account: string, today: Day): StatedReceipt | ProblemCode {
  if (entry.account !== '' && entry.account !== account) return 'OTHER_ACCOUNT';
  if (entry.status !== '' && entry.status !== 'BOOK') return 'NOT_BOOKED';
  if (entry.isReversal) return 'REVERSAL';
  if (entry.direction === 'DBIT') return 'DEBIT';
  if (entry.direction !== 'CRDT') return 'DIRECTION';
  if (entry.currency !== 'CNY') return 'CURRENCY';
  if (entry.isSumWrong) return 'SUM_DIFFERS';
  const fen = exactFen(entry.amount);
  if (fen === undefined || fen === 0n) return 'AMOUNT';
  const bookedOn = bookedDay(entry.bookedAt);
  if (bookedOn === undefined) return 'DAY';
  if (bookedOn > today) return 'DAY_TO_COME';
  const bankRef = entry.bankRef.trim();
  if (bankRef === '' || bankRef.length > 64 || UNPRINTABLE.test(bankRef)) return 'NO_REFERENCE';
  return {
    bankRef,
    bookedOn,
    fen,
    payerName: printable(entry.payerName, 140),
    payerAccount: printable(entry.payerAccount, 34).replaceAll(' ', '') || null,
    payerBank: printable(entry.payerBank, 140),
    remittance: printable(entry.remittance, 1_000),
  };
}

/** Yuan as a schema allows them, with up to five decimals, as long as it is whole fen; nothing is rounded. */
export function exactFen(text: string): Fen | undefined {
  const match = /^\+?(\d{1,13})(?:\.(\d{0,2})0{0,3})?$/.exec(text.trim());
  return match ? BigInt(match[1]!) * 100n + BigInt((match[2] ?? '').padEnd(2, '0')) : undefined;
}

const INSTANT = /^(\d{4}-\d{2}-\d{2})(?:T\d{2}:\d{2}:\d{2}(?:\.\d+)?(Z|[+-]\d{2}:\d{2})?|Z|[+-]\d{2}:\d{2})?$/;

/** The day in China; a time without a zone is China's. */
export function bookedDay(text: string): Day | undefined {
  const match = INSTANT.exec(text.trim());
  const stated = match && findDay(match[1]!);
  if (!stated) return undefined;
  if (match[2] === undefined) return stated;
  const at = new Date(text.trim());
  return Number.isNaN(at.getTime()) ? undefined : dayInChina(at);
}

const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\ufffd]/u;
const UNPRINTABLES = new RegExp(UNPRINTABLE, 'gu');

/** Money is not turned away for a character: what cannot be shown is left out, and what is too long is cut. */
const printable = (text: string, max: number): string =>
  [...text.replace(UNPRINTABLES, ' ').replace(/ {2,}/g, ' ').trim()].slice(0, max).join('');

const DIRECTIONS: Readonly<Record<string, string>> = { '': 'CRDT', 收入: 'CRDT', 贷: 'CRDT', 支出: 'DBIT', 借: 'DBIT' };
const YES = new Set(['1', 'true', 'yes', 'y', '是']);

/** A row of a list, as a notice would state it. */
export function entryOfRow(line: number, cells: Readonly<Record<NoticeColumn, string>>): StatedEntry {
  const direction = cells.direction.toUpperCase();
  return {
    line,
    account: cells.account,
    bankRef: cells.bank_ref,
    status: cells.status.toUpperCase() || 'BOOK',
    direction: DIRECTIONS[direction] ?? direction,
    isReversal: YES.has(cells.reversal.toLowerCase()),
    bookedAt: cells.booked_on,
    amount: cells.amount_yuan,
    currency: cells.currency.toUpperCase() || 'CNY',
    payerName: cells.payer_name,
    payerAccount: cells.payer_account,
    payerBank: cells.payer_bank,
    remittance: cells.remittance,
    isSumWrong: false,
  };
}

/** The last four characters, which its holder knows an account by. */
export const maskAccount = (account: string): string => '*'.repeat(Math.max(0, account.length - 4)) + account.slice(-4);
