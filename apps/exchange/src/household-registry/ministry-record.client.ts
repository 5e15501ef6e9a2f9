import { type Day, findDay } from '@app/kernel';
import { z } from 'zod';
import type { RegistryEvent, RegistryRecord } from './household-registry.types';
import { instantOf } from './ministry-envelope.rules';
import { isSameName } from './registry-echo.rules';
import { fail } from './registry-failure.rules';

/** What is not told stands as an empty element or not at all. */
const told = z
  .string()
  .max(400)
  .optional()
  .transform((text) => text || null);
const must = z.string().min(1).max(400);
const yesNo = z.enum(['0', '1']).transform((text) => text === '1');
const maybe = z
  .enum(['', '0', '1'])
  .optional()
  .transform((text) => (text ? text === '1' : null));

/** yyyyMMdd. */
const dayTold = told.transform((text, context): Day | null => {
  if (text === null) return null;
  const found = findDay(text.replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3'));
  if (found) return found;
  context.addIssue('no calendar day');
  return z.NEVER;
});

const instant = must.transform((text, context): string => {
  const found = instantOf(text);
  if (found) return found.toISOString();
  context.addIssue('no moment');
  return z.NEVER;
});

const sexTold = z
  .enum(['0', '1', '2', '9'])
  .optional()
  .transform((text) => Number(text ?? 9) as 0 | 1 | 2 | 9);
const divisionTold = z
  .string()
  .regex(/^(\d{12})?$/)
  .optional()
  .transform((text) => text || null);

/** GK_GXFW_SFHC. */
export const verifyRecord = z.object({
  GMSFHM: must,
  XM: must,
  GMSFHM_PPDDM: yesNo,
  XM_PPDDM: maybe,
  SWBS: maybe,
});

/** GK_JZCX_RKJCXXCX. */
export const baseRecord = z.object({
  GMSFHM: must,
  XM: must,
  XBDM: sexTold,
  MZDM: told,
  CSRQ: dayTold,
});

const TYPES = { '': null, '0': 'unified', '1': 'urban', '2': 'rural' } as const;

/** The province's household service, and the person in a change. A newborn may have no number yet. */
export const householdRecord = z.object({
  RYNBID: must,
  GMSFHM: told,
  XM: must,
  XBDM: sexTold,
  MZDM: told,
  CSRQ: dayTold,
  SWRQ: dayTold,
  RYZT: z.enum(['0', '1', '8', '9']).transform((text) => Number(text) as RegistryRecord['status']),
  HH: told,
  YHZGX: told,
  HBDM: z
    .enum(['', '0', '1', '2'])
    .optional()
    .transform((text) => TYPES[text ?? '']),
  XZQHDM: divisionTold,
  XZ: told,
  FQGMSFHM: told,
  MQGMSFHM: told,
  CSZMBH: told,
  HYZKDM: told,
  QRRQ: dayTold,
  QCRQ: dayTold,
  GXSJ: instant,
});

/** One line of the change feed: the person after the change, and what happened. */
export const changeRecord = householdRecord.extend({
  BGBH: must,
  BGLXDM: z.enum(['01', '02', '03', '04', '05', '06', '07', '08']),
  BGSJ: instant,
  /** 冲销标志: this change takes another back. */
  CXBZ: yesNo,
  CXBGBH: told,
  YGMSFHM: told,
  HBRYNBID: told,
});

/** What came in the shape that is expected, or nothing. Which field was wrong stays untold: it could quote a person. */
export function readAs<Shape extends z.ZodType>(shape: Shape, fields: unknown): z.output<Shape> {
  const read = shape.safeParse(fields);
  if (!read.success) throw fail.unreadable('a field is missing or means nothing');
  return read.data;
}

export function recordOf(one: z.output<typeof householdRecord>): RegistryRecord {
  return {
    registryPersonId: one.RYNBID,
    name: one.XM,
    idNumber: one.GMSFHM,
    sex: one.XBDM,
    ethnicity: one.MZDM,
    born: one.CSRQ,
    died: one.SWRQ,
    status: one.RYZT,
    householdNo: one.HH,
    relationToHead: one.YHZGX,
    householdType: one.HBDM,
    divisionCode: one.XZQHDM,
    address: one.XZ,
    fatherNumber: one.FQGMSFHM,
    motherNumber: one.MQGMSFHM,
    birthCertificateNo: one.CSZMBH,
    maritalStatus: one.HYZKDM,
    movedInOn: one.QRRQ,
    movedOutOn: one.QCRQ,
    updatedAt: one.GXSJ,
  };
}

/** What the household service leaves out, from the national base, where it is the same name. */
export const filledFrom = (record: RegistryRecord, base: z.output<typeof baseRecord> | undefined): RegistryRecord =>
  base && isSameName(base.XM, record.name)
    ? {
        ...record,
        sex: record.sex === 9 ? base.XBDM : record.sex,
        ethnicity: record.ethnicity ?? base.MZDM,
        born: record.born ?? base.CSRQ,
      }
    : record;

const KINDS = {
  '01': 'birth',
  '02': 'death',
  '03': 'moved-in',
  '04': 'moved-out',
  '05': 'cancelled',
  '06': 'corrected',
  '07': 'number-changed',
  '08': 'merged',
} as const;

export function eventOf(one: z.output<typeof changeRecord>): RegistryEvent {
  const kind = KINDS[one.BGLXDM];
  if (one.CXBZ && !one.CXBGBH) throw fail.unreadable('it takes back it does not say what');
  if (kind === 'number-changed' && !one.YGMSFHM) throw fail.unreadable('a number changed without the one before');
  if (kind === 'merged' && !one.HBRYNBID) throw fail.unreadable('a record was merged without saying which');
  return {
    eventId: one.BGBH,
    kind: kind === 'death' && one.CXBZ ? 'death-reversed' : kind,
    happenedAt: one.BGSJ,
    record: recordOf(one),
    formerIdNumber: one.YGMSFHM,
    mergedRegistryPersonId: one.HBRYNBID,
    reverses: one.CXBZ ? one.CXBGBH : null,
  };
}
