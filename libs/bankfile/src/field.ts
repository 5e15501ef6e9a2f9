import { type Day, type Fen, findDay, parseYuan } from '@app/kernel';
import { type FieldLabel, type Line, refuse } from './bankfile.errors';

interface FieldRule {
  readonly zh: string;
  /** Code points; 140 and 35 are the limits of ISO 20022 texts. */
  readonly max: number;
  readonly pattern?: RegExp;
  /** The pattern in words. */
  readonly shape?: string;
  readonly optional?: true;
}

const REFERENCE = {
  max: 35,
  pattern: /^[0-9A-Za-z][0-9A-Za-z._-]*$/,
  shape: '1-35: 0-9 A-Z a-z . _ -',
} as const;
const ACCOUNT = { max: 34, pattern: /^[0-9A-Za-z][0-9A-Za-z-]*$/, shape: '1-34: 0-9 A-Z a-z -' } as const;
const CODES = {
  max: 140,
  pattern: /^[0-9A-Za-z][0-9A-Za-z._-]{0,34}(,[0-9A-Za-z][0-9A-Za-z._-]{0,34})*$/,
  shape: '1-35: 0-9 A-Z a-z . _ -, commas between',
  optional: true,
} as const;
/** They stand in file names, between underscores. */
const CODE = { max: 35, pattern: /^[\p{L}\p{N}][\p{L}\p{N}.-]*$/u, shape: '1-35: letters digits . -' } as const;

const RULES = {
  messageId: { zh: '报文编号', ...REFERENCE },
  endToEndId: { zh: '付款号', ...REFERENCE },
  answerId: { zh: '回盘编号', ...REFERENCE },
  originalMessageId: { zh: '原报文编号', ...REFERENCE },
  debtorName: { zh: '付款单位', max: 140 },
  debtorAccount: { zh: '付款账号', ...ACCOUNT },
  debtorBank: { zh: '付款银行', max: 140 },
  divisionCode: { zh: '区划码', max: 12, pattern: /^(\d{6}|\d{9}|\d{12})$/, shape: '6, 9, 12 digits' },
  itemCode: { zh: '补贴项目编码', ...CODE },
  batch: { zh: '补贴年度/批次', ...CODE },
  payeeName: { zh: '领款人姓名', max: 140 },
  payeeIdNumber: {
    zh: '身份证号',
    max: 35,
    pattern: /^[0-9A-Za-z][0-9A-Za-z()/-]*$/,
    shape: '1-35: 0-9 A-Z a-z ( ) / -',
  },
  payeeBank: { zh: '开户银行', max: 140 },
  payeeAccount: { zh: '银行账号', ...ACCOUNT },
  phone: { zh: '联系电话', max: 35, pattern: /^[0-9][0-9 -]*$/, shape: 'digits', optional: true },
  remark: { zh: '备注', max: 140, optional: true },
  bankRef: {
    zh: '银行流水号',
    max: 35,
    pattern: /^[0-9A-Za-z][0-9A-Za-z._/-]*$/,
    shape: '1-35: 0-9 A-Z a-z . _ / -',
    optional: true,
  },
  rawCode: { zh: '返回码', ...CODES },
  fileCode: { zh: '文件返回码', ...CODES },
} as const satisfies Record<string, FieldRule>;

export type FieldName = keyof typeof RULES;

/** Fields that are not plain text and have checks of their own below. */
export const LABELS = {
  createdAt: { name: 'createdAt', zh: '生成时间' },
  executionDay: { name: 'executionDay', zh: '付款日期' },
  count: { name: 'count', zh: '笔数' },
  total: { name: 'total', zh: '合计金额' },
  amount: { name: 'amount', zh: '金额' },
  at: { name: 'at', zh: '处理时间' },
  status: { name: 'status', zh: '状态' },
  fileStatus: { name: 'fileStatus', zh: '文件状态' },
  bankRef: { name: 'bankRef', zh: '银行流水号' },
} as const satisfies Record<string, FieldLabel>;

/** Most values: ASCII without controls, and the common ideographs. They need none of the slower questions. */
const PLAIN = /^[ -~\u00b7\u3400-\u9fa5]*$/;
/** Controls, lone surrogates, non-characters, the replacement character, line separators, and invisible format characters (a joiner is spelling, a bidi override is a trap). */
const NEVER = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\ufffd]|(?![\u200c\u200d])\p{Cf}/u;
/** Spreadsheets execute a cell that begins so; the full-width forms work too in Chinese ones. */
const FORMULA = /^[=+\-@＝＋－＠]/;
/**
 * GB18030-2000/2005 and GB18030-2022 give the bytes A6D9–A6F3 and FE59–FEA0 to different code points (private-use
 * ones before, U+9FB4–9FBB and U+FE10–FE19 since), and the four-byte forms the other way round. Which of a pair the
 * bank sees depends on its edition, so neither travels. U+E5E5 has no code at all.
 */
const TWINS = /[\ue5e5\ue78d-\ue796\ue81e\ue826\ue82b\ue82c\ue832\ue843\ue854\ue864\u9fb4-\u9fbb\ufe10-\ufe19]/;

/** How the text will travel, or came: GB18030 cannot carry everything that UTF-8 can. */
export type Carrier = 'UTF-8' | 'GB18030';

/** Throws the refusal that names the field, unless the text may stand in a bank file exactly as it is. */
export function checkText(name: FieldName, value: string, line: Line, carrier: Carrier): void {
  const rule: FieldRule = RULES[name];
  const label = { name, zh: rule.zh };
  if (value === '') {
    if (rule.optional) return;
    throw refuse.missing(line, label);
  }
  if (!PLAIN.test(value)) {
    const found = NEVER.exec(value) ?? (carrier === 'GB18030' ? TWINS.exec(value) : null);
    if (found) throw refuse.character(line, label, codePointName(found[0]), carrier);
  }
  if (FORMULA.test(value)) throw refuse.formula(line, label);
  if (rule.pattern ? !rule.pattern.test(value) : value.trim() === '')
    throw refuse.field(line, label, rule.shape ?? 'text');
  if (value.length > rule.max && [...value].length > rule.max) throw refuse.field(line, label, `≤ ${rule.max}`);
}

/** As `checkText`, for reading: what is not there at all is missing, an optional field is empty. */
export function readText(name: FieldName, value: string | undefined, line: Line, carrier: Carrier): string {
  checkText(name, value ?? '', line, carrier);
  return value ?? '';
}

export function checkEqual(name: FieldName, value: string, expected: string, line: Line): void {
  if (value !== expected) throw refuse.field(line, { name, zh: RULES[name].zh }, `= ${expected}`);
}

/** `\d+(\.\d{1,2})?` yuan above zero; no sign, blank, exponent or grouping. */
export function readAmount(value: string | undefined, line: Line): Fen {
  const fen = readTotal(value, line);
  if (fen === 0n) throw refuse.amount(line, value!);
  return fen;
}

/** As an amount, but an empty answer totals zero. */
export function readTotal(value: string | undefined, line: Line): Fen {
  if (!value) throw refuse.missing(line, LABELS.amount);
  const fen = value.startsWith('-') ? undefined : parseYuan(value);
  if (fen === undefined) throw refuse.amount(line, value);
  return fen;
}

/** Fifteen digits before the point are what both formats hold. */
export function checkAmount(fen: Fen, line: Line): void {
  if (fen <= 0n || fen >= 10n ** 17n) throw refuse.amount(line, fen.toString());
}

export function readCount(value: string | undefined, line: Line): number {
  if (!value) throw refuse.missing(line, LABELS.count);
  if (!/^\d{1,9}$/.test(value)) throw refuse.field(line, LABELS.count, 'digits');
  return Number(value);
}

export function readDay(value: string | undefined, line: Line): Day {
  if (!value) throw refuse.missing(line, LABELS.executionDay);
  const found = findDay(value);
  if (!found) throw refuse.field(line, LABELS.executionDay, 'YYYY-MM-DD');
  return found;
}

const INSTANT = /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})?$/;

/** An ISO date-time as it stands, with a zone: banks here leave theirs out and mean China's. */
export function readInstant(value: string | undefined, label: FieldLabel, line: Line): string {
  if (!value) throw refuse.missing(line, label);
  const match = INSTANT.exec(value);
  const withZone = match?.[4] ? value : `${value}+08:00`;
  if (!match || !findDay(match[1]!) || Number.isNaN(Date.parse(withZone)))
    throw refuse.field(line, label, 'YYYY-MM-DDThh:mm:ss+08:00');
  return withZone;
}

const codePointName = (character: string): string =>
  `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
