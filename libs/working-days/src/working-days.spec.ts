import * as fs from 'node:fs';
import * as path from 'node:path';
import { addDays, day, type Day } from '@app/kernel';
import * as fc from 'fast-check';
import { isPublished, isWorkingDay, periodEnd, workingDaysLater } from './working-days';

/** Rows of the n-th table of working-days.cases.md. */
const rows = (table: number): [Day, number, Day, string][] =>
  fs
    .readFileSync(path.join(__dirname, 'working-days.cases.md'), 'utf8')
    .split('## ')
    [table]!.split('\n')
    .filter((line) => /^\| 2/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, from, count, due, because]) => [day(from!), Number(count), day(due!), because!]);

const days = fc.integer({ min: 0, max: 364 }).map((count) => addDays(day('2026-01-01'), count));

describe('working days', () => {
  it.each(rows(1))('from %s, %i of them end on %s: %s', (from, count, due) => {
    expect(workingDaysLater(from, count)).toBe(due);
  });

  it('are 248 in 2026', () => {
    const all = Array.from({ length: 365 }, (_, count) => addDays(day('2026-01-01'), count));
    expect(all.filter((at) => isWorkingDay(at))).toHaveLength(248);
  });

  it('end on a working day with as many of them behind the first day as were asked for', () => {
    fc.assert(
      fc.property(days, fc.integer({ min: 1, max: 40 }), (from, count) => {
        const due = workingDaysLater(from, count, 'leave-open');
        if (due === null) return;
        let counted = 0;
        for (let at = addDays(from, 1); at <= due; at = addDays(at, 1)) if (isWorkingDay(at)) counted++;
        expect([counted, isWorkingDay(due)]).toEqual([count, true]);
      }),
    );
  });

  it.each([-1, 0.5, Number.NaN])('cannot be %d', (count) => {
    expect(() => workingDaysLater(day('2026-01-05'), count)).toThrow(RangeError);
  });
});

describe('a period of calendar days', () => {
  it.each(rows(2))('from %s, %i days end on %s: %s', (from, count, ends) => {
    expect(periodEnd(from, count)).toBe(ends);
  });
});

describe('beyond the published calendar', () => {
  it('a year is published when its October is, not by its New Year’s Day', () => {
    expect([2003, 2004, 2025, 2026, 2027, 2999].map(isPublished)).toEqual([false, true, true, true, false, false]);
  });

  it.each([
    ['working days', () => workingDaysLater(day('2026-12-30'), 2)],
    ['a period', () => periodEnd(day('2026-12-30'), 2)],
    ['a day', () => isWorkingDay(day('2027-01-04'))],
  ])('%s: nothing is guessed unless the caller says so', (_what, ask) => {
    expect(ask).toThrow(expect.objectContaining({ code: 'WORKING_DAYS_NOT_PUBLISHED' }));
  });

  it('a deadline can be left open, or Mondays to Fridays counted, by name', () => {
    const from = day('2026-12-30');
    expect([workingDaysLater(from, 1, 'leave-open'), workingDaysLater(from, 2, 'leave-open')]).toEqual([
      '2026-12-31',
      null,
    ]);
    expect(workingDaysLater(from, 3, 'count-weekdays')).toBe('2027-01-04');
    expect([periodEnd(from, 3, 'leave-open'), periodEnd(from, 3, 'count-weekdays')]).toEqual([null, '2027-01-04']);
    expect([day('2027-01-02'), day('2027-01-04')].map((at) => isWorkingDay(at, 'count-weekdays'))).toEqual([
      false,
      true,
    ]);
  });
});
