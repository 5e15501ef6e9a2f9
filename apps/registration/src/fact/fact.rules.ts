import { type Answer, answerOn, type Day, type DaySpan, type UncertainPeriod } from '@app/kernel';
import type { FactContent, FactKind } from './fact.types';

/** A death is an event: from the day it surely happened by, the person is dead; within its days, possibly. */
function diedBy({ valid }: UncertainPeriod, on: Day, isDisputed: boolean): Answer {
  if (valid.from !== null && on < valid.from) return 'no';
  if (isDisputed) return 'under-investigation';
  return valid.until !== null && nextDay(on) >= valid.until ? 'yes' : 'possible';
}

const nextDay = (at: Day): string => new Date(Date.parse(at) + 86_400_000).toISOString().slice(0, 10);

/** Whether a fact held on a day; of a death, whether the person was dead by then. */
export const answerOf = (fact: { kind: FactKind; period: UncertainPeriod; isDisputed: boolean }, on: Day): Answer =>
  fact.kind === 'death' ? diedBy(fact.period, on, fact.isDisputed) : answerOn(fact.period, on, fact.isDisputed);

/** The part of a period before a day; undefined when nothing is left. */
export function until(period: UncertainPeriod, end: Day): UncertainPeriod | undefined {
  const valid = cut(period.valid, end);
  if (!valid) return undefined;
  return { valid, certain: period.certain === null ? null : (cut(period.certain, end) ?? null) };
}

function cut({ from, until: to }: DaySpan, end: Day): DaySpan | undefined {
  if (from !== null && from >= end) return undefined;
  return { from, until: to === null || to > end ? end : to };
}

/** Whether two facts say the same thing of a person, days apart. */
export const saysTheSame = (
  a: FactContent & { numberKey?: Buffer | null },
  b: FactContent & { numberKey?: Buffer | null },
): boolean =>
  a.kind === b.kind &&
  a.code === b.code &&
  (a.otherPersonId ?? null) === (b.otherPersonId ?? null) &&
  (a.householdId ?? null) === (b.householdId ?? null) &&
  (a.words ?? null) === (b.words ?? null) &&
  (a.numberKey?.toString('hex') ?? null) === (b.numberKey?.toString('hex') ?? null);

/** Whether the days of two spans meet. */
const meet = (a: DaySpan, b: DaySpan): boolean =>
  (a.from === null || b.until === null || a.from < b.until) &&
  (b.from === null || a.until === null || b.from < a.until);

/** Whether the database would refuse both of them to stand: the EXCLUDE constraints of the table, for asking beforehand. */
export function excludes(
  a: FactContent & { period: UncertainPeriod; isDisputed: boolean },
  b: FactContent & { period: UncertainPeriod; isDisputed: boolean },
): boolean {
  if (a.kind !== b.kind || a.isDisputed || b.isDisputed) return false;
  const isSamePerson = a.personId === b.personId;
  if (a.kind === 'death') return isSamePerson;
  if (a.period.certain === null || b.period.certain === null || !meet(a.period.certain, b.period.certain)) return false;
  switch (a.kind) {
    case 'identity':
      return isSamePerson && a.code === b.code;
    case 'membership':
      return isSamePerson || (a.householdId === b.householdId && isHead(a.code) && isHead(b.code));
    case 'kinship':
      return isSamePerson && a.code === b.code && (a.code !== 'guardian' || a.otherPersonId === b.otherPersonId);
    case 'marriage':
      return isSamePerson;
    default:
      return false;
  }
}

export const isHead = (relation: string): boolean => relation === '01' || relation === '02';

/** Whether one names another mother or father than the other does, or both a household: two answers to one question. */
export function takesThePlaceOf(a: FactContent, b: FactContent): boolean {
  if (a.kind !== 'kinship' || b.kind !== 'kinship' || a.personId !== b.personId) return false;
  const [place, other] = [a.code.split('-')[1], b.code.split('-')[1]];
  return place !== undefined && place === other && a.otherPersonId !== b.otherPersonId;
}
