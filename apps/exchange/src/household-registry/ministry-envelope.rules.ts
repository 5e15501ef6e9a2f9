import type { FailureKind, RegistryQuestion } from './household-registry.types';
import { fail } from './registry-failure.rules';

/** The services of the ministry's platform that are used; that of the household fields is the province's own. */
export const SERVICES = {
  /** 身份核查: whether a name and number belong together, with the death mark. */
  verify: 'GK_GXFW_SFHC',
  /** 人口基础信息查询: no household and no address. */
  base: 'GK_JZCX_RKJCXXCX',
  /** 户籍信息查询: named differently in every province. */
  household: 'SJ_HJXX_RKHJCX',
  /** 批量比对. */
  batch: 'SJ_HJXX_PLBD',
  /** 变更推送. */
  changes: 'SJ_HJXX_BGTS',
} as const;

/** 返回代码 of an answer. The ministry publishes 10 and 11 only; each platform numbers the others as it likes. */
export const RETURN_CODES: Readonly<Record<string, FailureKind>> = {
  '30': 'unauthorised',
  '31': 'clock-skew',
  '32': 'key-expired',
  '40': 'quota',
  '41': 'out-of-hours',
  '50': 'overloaded',
};

export const isGood = (returnCode: string): boolean => returnCode === '10' || returnCode === '11';

/** Who we are to the ministry: set at the connection, the same for every question. */
export interface Requester {
  /** 请求部委. */
  readonly ministry: { readonly code: string; readonly name: string };
  /** 数据来源系统 and 请求业务系统. */
  readonly system: { readonly code: string; readonly name: string };
}

/** PACKAGEHEAD of a question: who asks, for which unit, what for. The legal basis is the name of the business. */
export function headOf(
  question: RegistryQuestion,
  { ministry, system }: Requester,
  count: number,
  at: Date,
): Record<string, string> {
  return {
    FWQQBH: question.requestId,
    QQBWDM: ministry.code,
    QQBWMC: ministry.name,
    SJLYXTDM: system.code,
    SJLYXTMC: system.name,
    JLS: String(count),
    FSSJ: stampOf(at),
    QQRGMSFHM: question.clerk.idNumber,
    QQRXM: question.clerk.name,
    QQRDWDM: question.unit.code,
    QQRDWMC: question.unit.name,
    QQYWLXDM: question.purpose,
    QQYWLXMC: question.legalBasis,
    QQYWXTDM: system.code,
    QQYWXTMC: system.name,
  };
}

export function packageText(
  head: Readonly<Record<string, string>>,
  records: readonly Readonly<Record<string, string>>[],
  encoding: 'UTF-8' | 'GB18030',
): string {
  const lines = records.map((record, i) => `<RECORD no="${i + 1}">${elements(record)}</RECORD>`);
  return (
    `<?xml version="1.0" encoding="${encoding}"?>\n` +
    `<PACKAGE><PACKAGEHEAD>${elements(head)}</PACKAGEHEAD><DATA>${lines.join('')}</DATA></PACKAGE>`
  );
}

const elements = (fields: Readonly<Record<string, string>>): string =>
  Object.entries(fields)
    .map(([name, value]) => `<${name}>${escaped(value)}</${name}>`)
    .join('');

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

function escaped(text: string): string {
  assertWritable(text);
  return text.replace(/[&<>]/g, (c) => ENTITIES[c]!);
}

/** What neither XML nor GB18030 can carry is not asked about. */
export function assertWritable(text: string): void {
  if (/[\u0000-\u001f\u007f\ufffd-\uffff]/u.test(text) || /\p{Surrogate}/u.test(text))
    throw fail.refused('it holds a character that cannot be sent');
}

/** yyyyMMddHHmmss in China. */
export const stampOf = (at: Date): string =>
  new Date(at.getTime() + 8 * 3_600_000).toISOString().replace(/\D/g, '').slice(0, 14);

/** The instant of a yyyyMMddHHmmss in China; undefined when there is no such moment. */
export function instantOf(stamp: string): Date | undefined {
  const [, year, month, date, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(stamp) ?? [];
  if (!year) return undefined;
  const at = new Date(`${year}-${month}-${date}T${hour}:${minute}:${second}+08:00`);
  return Number.isNaN(at.getTime()) || stampOf(at) !== stamp ? undefined : at;
}
