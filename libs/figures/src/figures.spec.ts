import { day } from '@app/kernel';
import * as fc from 'fast-check';
import { differenceOfShares, medianInterval, quantile, wilson } from './compare';
import { daysOf, quarterEndedBy, quarterOfDay } from './quarter';
import { type AccessCounts, countAccess, gapOf, isCorrectable, showAccess, SMALLEST_SHOWN } from './small-cells';

describe('shares laid side by side', () => {
  // Newcombe, Statistics in Medicine 17 (1998) 873–890, table II, method 10.
  it.each([
    [56, 70, 48, 80, 0.0524, 0.3339],
    [9, 10, 3, 10, 0.1705, 0.809],
    [6, 7, 2, 7, 0.0582, 0.8062],
    [5, 56, 0, 29, -0.0381, 0.1926],
    [0, 10, 0, 20, -0.1611, 0.2775],
    [0, 10, 0, 10, -0.2775, 0.2775],
    [10, 10, 0, 20, 0.6791, 1],
    [10, 10, 0, 10, 0.6075, 1],
  ])('%d of %d against %d of %d differ by %f to %f, as printed', (yesA, ofA, yesB, ofB, low, high) => {
    const found = differenceOfShares({ yes: yesA, of: ofA }, { yes: yesB, of: ofB });
    expect(found.low).toBeCloseTo(low, 4);
    expect(found.high).toBeCloseTo(high, 4);
  });

  it('contain the share itself, and get narrower with more cases', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.double({ min: 0, max: 1, noNaN: true }), (of, part) => {
        const yes = Math.round(of * part);
        const one = wilson({ of, yes });
        const more = wilson({ of: of * 4, yes: yes * 4 });
        expect(one.low).toBeLessThanOrEqual(yes / of + 1e-12);
        expect(one.high).toBeGreaterThanOrEqual(yes / of - 1e-12);
        expect(more.high - more.low).toBeLessThan(one.high - one.low);
      }),
    );
  });

  it('are told of by days that occurred, and by an interval where there are enough of them', () => {
    expect([0.5, 0.9].map((part) => quantile([1, 2, 3, 4, 100], part))).toEqual([3, 100]);
    expect(quantile([], 0.5)).toBeNull();
    expect(medianInterval([1, 2, 3, 4, 5])).toBeNull();
    expect(medianInterval(Array.from({ length: 100 }, (_, i) => i + 1))).toEqual({ low: 40, high: 61 });
  });
});

describe('quarters', () => {
  it('begin and end on their days, and are published some days after', () => {
    expect(daysOf('2026Q4')).toEqual({ from: '2026-10-01', until: '2027-01-01' });
    expect(quarterOfDay(day('2026-03-31'))).toBe('2026Q1');
    expect([quarterEndedBy(day('2026-04-19'), 20), quarterEndedBy(day('2026-04-21'), 20)]).toEqual([
      '2025Q4',
      '2026Q1',
    ]);
  });
});

const household = fc.record({
  days: fc.integer({ min: 0, max: 60 }),
  isGranted: fc.boolean(),
  wasHeld: fc.boolean(),
  papers: fc.integer({ min: 0, max: 3 }),
  household: fc.constantFrom('local' as const, 'newcomer' as const),
});

describe('cells about fewer than five', () => {
  it('are neither shown nor to be had by taking one shown figure from another', () => {
    fc.assert(
      fc.property(fc.array(household, { maxLength: 40 }), (cases) => {
        const counts = (['local', 'newcomer'] as const).map((one) => countAccess(one, cases));
        const shown = showAccess(counts);
        const few = (count: number | null) => count !== null && count > 0 && count < SMALLEST_SHOWN;
        for (const one of shown) {
          for (const name of ['cases', 'granted', 'held', 'asked'] as const) {
            expect(few(one[name])).toBe(false);
            if (name !== 'cases' && one.household !== 'all' && one[name] !== null)
              expect(few(one.cases! - one[name])).toBe(false);
          }
          if (one.household !== 'all' && one.cases === null) expect(one.daysMedian).toBeNull();
        }
        for (const name of ['cases', 'granted', 'held', 'asked', 'papers'] as const) {
          const hidden = shown.filter((one) => one[name] === null).length;
          expect(hidden === 1 && shown[2]![name] !== null).toBe(false);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('leave no gap to be seen, and a gap about enough has its uncertainty', () => {
    const of = (more: Partial<AccessCounts>): AccessCounts => ({ ...countAccess('local', []), ...more });
    const locals = of({ cases: 100, granted: 90 });
    const few = of({ household: 'newcomer', cases: 4, granted: 1 });
    expect(gapOf(showAccess([locals, few]), 'granted')).toBeNull();
    const many = of({ household: 'newcomer', cases: 50, granted: 30 });
    expect(gapOf(showAccess([locals, many]), 'granted')).toEqual(
      differenceOfShares({ yes: 30, of: 50 }, { yes: 90, of: 100 }),
    );
  });

  it('do not come out by a correction of one to four', () => {
    const of = (cases: number): AccessCounts => ({ ...countAccess('local', []), cases });
    expect([20, 21, 24, 25].map((cases) => isCorrectable(of(20), of(cases)))).toEqual([false, false, false, true]);
  });
});
