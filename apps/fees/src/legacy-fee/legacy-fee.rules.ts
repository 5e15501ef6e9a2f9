import {
  type Day,
  type Fen,
  findDay,
  findDivisionCode,
  normaliseIdNumber,
  parseCitizenId,
  parseYuan,
  type Sentence,
} from '@app/kernel';
import type { CloseOut, CourtState, LegacyRow, PaymentError, SortedPayment, StatedPayment } from './legacy-fee.types';

/** From this day on the fee is no more (second amendment of the 人口与计划生育法, in force the day it was made). */
const REPEALED_ON = '2021-08-20' as Day;

/** How an old case is closed (domain/01 §1.4): by what was decided and lawfully paid, and nothing else. */
export function closeOutOf(decidedOn: Day | null, leviedFen: Fen | null, paidFen: Fen): CloseOut {
  if (decidedOn === null || leviedFen === null) return 'CLOSED_NO_DECISION';
  if (paidFen >= leviedFen) return 'CLOSED_PAID';
  return paidFen > 0n ? 'CLOSED_PARTIAL_REMAINDER_CEASED' : 'CLOSED_UNPAID_CEASED';
}

/**
 * Which payments were what the law asked for, in the order of their days: those of somebody else, after the repeal, without a
 * decision, or beyond what was levied were made in error. One that goes beyond in part is told in two parts.
 */
export function sortPayments(leviedFen: Fen | null, payments: readonly StatedPayment[]): SortedPayment[] {
  const inOrder = [...payments].sort((a, b) => (a.paidOn ?? '').localeCompare(b.paidOn ?? ''));
  let left = leviedFen ?? 0n;
  return inOrder.flatMap(({ isWrongPerson, ...payment }): SortedPayment[] => {
    const error = errorOf(payment.paidOn, isWrongPerson, leviedFen);
    if (error !== null) return [{ ...payment, error }];
    const lawful = payment.fen < left ? payment.fen : left;
    left -= lawful;
    const beyond = payment.fen - lawful;
    return [
      ...(lawful > 0n ? [{ ...payment, fen: lawful, error: null }] : []),
      ...(beyond > 0n ? [{ ...payment, fen: beyond, error: 'twice' as const }] : []),
    ];
  });
}

function errorOf(paidOn: Day | null, isWrongPerson: boolean, leviedFen: Fen | null): PaymentError | null {
  if (isWrongPerson) return 'wrong-person';
  if (paidOn !== null && paidOn > REPEALED_ON) return 'after-repeal';
  return leviedFen === null ? 'without-decision' : null;
}

export const CASE_COLUMNS = {
  required: ['office_code', 'case_no', 'payer_name', 'decided_on', 'levied_yuan', 'paid_yuan'],
  optional: ['id_number', 'court_state', 'court_document', 'source_ref'],
} as const;
export const PAYMENT_COLUMNS = {
  required: ['office_code', 'case_no', 'amount_yuan'],
  optional: ['paid_on', 'receipt_no', 'payer_name'],
} as const;

const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\ufffd]/;

/** What can be wrong with a line, by code; the sentence names the column. */
const PROBLEMS: Readonly<Record<string, readonly [zh: string, en: string]>> = {
  MISSING: ['不能为空，请对照台账补填', 'is empty; fill it in from the ledger'],
  TOO_LONG: ['过长，请核对', 'is too long; check it'],
  UNPRINTABLE: ['含有不可见或损坏的字符', 'holds control or broken characters'],
  NOT_A_DAY: ['不是日历上的日期，应为 YYYY-MM-DD', 'is no day of the calendar; write YYYY-MM-DD'],
  OFFICE_SHAPE: ['不是 6、9 或 12 位区划代码', 'is no division code of 6, 9 or 12 digits'],
  NUMBER_SHAPE: ['证件号码有误，请对照台账核对', 'is no identity number; compare it with the ledger'],
  NOT_AN_AMOUNT: [
    '不是金额，应为元，最多两位小数，例如 1200.50',
    'is no amount; write yuan with at most two decimals, as 1200.50',
  ],
  DECIDED_AFTER_REPEAL: [
    '决定日期晚于2021年8月20日。该日起不得再作出决定，本登记册不予登记',
    'lies after 2021-08-20: from that day on nothing could be decided, and this register does not take it',
  ],
  DECISION_INCOMPLETE: [
    '有决定日期就应有决定金额，反之亦然',
    'a decision has both a day and an amount, or there was none',
  ],
  COURT_STATE_UNKNOWN: [
    '应为空、无、已申请执行、已撤回或已终结',
    'is none of: empty, none, pending, ended (无, 已申请执行, 已撤回, 已终结)',
  ],
  COURT_DOCUMENT_MISSING: [
    '已撤回或终结强制执行的，应填写法院文书号',
    'has to name the document by which the application to the court ended',
  ],
  COURT_CONTRADICTS: [
    '与其他各列矛盾：有文书即已终结，未作决定的案件不会申请执行',
    'contradicts the other columns: with a document it has ended, and what was not decided never went to a court',
  ],
  PAID_DIFFERS: [
    '与缴款明细之和不一致，请核对两份文件',
    'differs from the sum of the listed payments; compare the two files',
  ],
  CASE_UNKNOWN: ['缴款明细中的案件不在案件文件中', 'is a payment of a case that the file of cases does not have'],
  CASE_TWICE: ['同一文件中案号重复', 'stands twice in this file'],
  CASE_ON_RECORD: [
    '该案已登记且内容不同；登记后的金额不能更改',
    'is on record with other content; an amount that was taken in cannot be changed',
  ],
  REGISTER_SEALED: [
    '该单位的历史台账已封存，不再登记',
    'the old ledgers of this office are sealed; nothing goes in any more',
  ],
};

type Cells = Readonly<Record<string, string>>;
export interface Remark {
  readonly column: string;
  readonly code: string;
  readonly sentence: Sentence;
}

export function remarkOf(column: string, code: string): Remark {
  const [zh, en] = PROBLEMS[code]!;
  return { column, code, sentence: { zh: `${column}：${zh}。`, en: `${column} ${en}.` } };
}

/** Reads cells one by one and remembers what is wrong with them. */
class Line {
  readonly errors: Remark[] = [];

  constructor(private readonly cells: Cells) {}

  no(column: string, code: string): void {
    this.errors.push(remarkOf(column, code));
  }

  given(column: string): string {
    return (this.cells[column] ?? '').trim();
  }

  text(column: string, longest: number): string {
    const value = this.given(column);
    if (value === '') this.no(column, 'MISSING');
    else this.assertReadable(column, value, longest);
    return value;
  }

  maybe(column: string, longest: number): string | null {
    const value = this.given(column);
    if (value === '') return null;
    this.assertReadable(column, value, longest);
    return value;
  }

  day(column: string): Day | null {
    const value = this.given(column);
    if (value === '') return null;
    const found = findDay(value.replace(/^(\d{4})[/.]?(\d{2})[/.]?(\d{2})$/, '$1-$2-$3'));
    if (!found) this.no(column, 'NOT_A_DAY');
    return found ?? null;
  }

  fen(column: string): Fen | null {
    const value = this.given(column);
    if (value === '') return null;
    const fen = parseYuan(value);
    if (fen === undefined || fen < 0n) this.no(column, 'NOT_AN_AMOUNT');
    return fen ?? null;
  }

  office(): string {
    const code = findDivisionCode(this.text('office_code', 12));
    if (!code || code.endsWith('0000000000')) this.no('office_code', 'OFFICE_SHAPE');
    return code ?? '';
  }

  private assertReadable(column: string, value: string, longest: number): void {
    if ([...value].length > longest) this.no(column, 'TOO_LONG');
    else if (UNPRINTABLE.test(value) || !value.isWellFormed()) this.no(column, 'UNPRINTABLE');
  }
}

/** What ledgers write. Empty: a document tells that it has ended, and without one there was nothing. */
const COURT_WORDS: Readonly<Record<string, CourtState>> = {
  无: 'none',
  none: 'none',
  已申请执行: 'pending',
  pending: 'pending',
  已撤回: 'ended',
  已终结: 'ended',
  ended: 'ended',
};

function readCourt(line: Line): { courtState: CourtState; courtDocument: string | null } {
  const courtDocument = line.maybe('court_document', 100);
  const word = line.given('court_state');
  const courtState = word === '' ? (courtDocument === null ? 'none' : 'ended') : COURT_WORDS[word.toLowerCase()];
  if (courtState === undefined) line.no('court_state', 'COURT_STATE_UNKNOWN');
  else if (courtState === 'ended' && courtDocument === null) line.no('court_document', 'COURT_DOCUMENT_MISSING');
  else if (courtState !== 'ended' && courtDocument !== null) line.no('court_state', 'COURT_CONTRADICTS');
  else if (courtState !== 'none' && line.given('decided_on') === '') line.no('court_state', 'COURT_CONTRADICTS');
  return { courtState: courtState ?? 'none', courtDocument };
}

/** One line of the file of cases, or why it cannot go in. */
export function readCase(cells: Cells): { readonly row?: LegacyRow; readonly errors: readonly Remark[] } {
  const line = new Line(cells);
  const officeCode = line.office();
  const caseNo = line.text('case_no', 60);
  const payerName = line.text('payer_name', 50);
  const decidedOn = line.day('decided_on');
  const leviedFen = line.fen('levied_yuan');
  const paidFen = line.fen('paid_yuan');
  if (decidedOn !== null && decidedOn > REPEALED_ON) line.no('decided_on', 'DECIDED_AFTER_REPEAL');
  if ((line.given('decided_on') === '') !== (line.given('levied_yuan') === '') || leviedFen === 0n)
    line.no('levied_yuan', 'DECISION_INCOMPLETE');
  const number = line.given('id_number');
  const parsed = number === '' ? null : parseCitizenId(normaliseIdNumber(number));
  if (typeof parsed === 'string') line.no('id_number', 'NUMBER_SHAPE');
  const court = readCourt(line);
  const sourceRef = line.maybe('source_ref', 100) ?? 'ledger';
  if (line.errors.length > 0) return { errors: line.errors };
  const idNumber = parsed && typeof parsed !== 'string' ? parsed.number : null;
  const row = { officeCode, caseNo, payerName, idNumber, decidedOn, leviedFen, paidFen, ...court, sourceRef };
  return { row, errors: [] };
}

export interface StatedPaymentOf extends StatedPayment {
  readonly officeCode: string;
  readonly caseNo: string;
  /** Null: the person of the case. */
  readonly otherPayer: string | null;
}

/** One line of the file of payments. */
export function readPayment(cells: Cells): { readonly row?: StatedPaymentOf; readonly errors: readonly Remark[] } {
  const line = new Line(cells);
  const officeCode = line.office();
  const caseNo = line.text('case_no', 60);
  const fen = line.fen('amount_yuan');
  if (fen === null || fen === 0n) line.no('amount_yuan', 'NOT_AN_AMOUNT');
  const paidOn = line.day('paid_on');
  const receiptNo = line.maybe('receipt_no', 60);
  const otherPayer = line.maybe('payer_name', 50);
  if (line.errors.length > 0) return { errors: line.errors };
  const payment = { paidOn, fen: fen!, receiptNo, payerName: otherPayer ?? '', isWrongPerson: false };
  return { row: { officeCode, caseNo, otherPayer, ...payment }, errors: [] };
}

/** The payments of a case: as listed, or the one sum of its line. Undefined where the two differ. */
export function paymentsOf(row: LegacyRow, listed: readonly StatedPaymentOf[]): StatedPayment[] | undefined {
  const sum = listed.reduce((all, { fen }) => all + fen, 0n);
  if (listed.length > 0 && row.paidFen !== null && row.paidFen !== sum) return undefined;
  if (listed.length > 0)
    return listed.map(({ paidOn, fen, receiptNo, otherPayer }) => ({
      paidOn,
      fen,
      receiptNo,
      payerName: otherPayer ?? row.payerName,
      isWrongPerson: otherPayer !== null && otherPayer !== row.payerName,
    }));
  if (row.paidFen === null || row.paidFen === 0n) return [];
  return [{ paidOn: null, fen: row.paidFen, receiptNo: null, payerName: row.payerName, isWrongPerson: false }];
}
