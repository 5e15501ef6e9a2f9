import * as fs from 'node:fs';
import * as path from 'node:path';
import { day, type Day, type Fen, parseYuan, yuanText } from '@app/kernel';
import fc from 'fast-check';
import {
  affordableOf,
  boundsOf,
  dueAsPublished,
  dueDay,
  graceEnd,
  isBroken,
  isMissed,
  isOverdue,
  later,
  nominalDays,
  partsByMonthly,
  partsByMonths,
  preview,
  spreadEarly,
  spreadEven,
  spreadFirst,
  spreadLast,
  wantedRequests,
} from './instalment.rules';
import { MOVES } from './instalment.state';
import type { Declaration, InstalmentRule, Terms } from './instalment.types';

const RULE: InstalmentRule = {
  mostMonths: 24,
  leastFen: 100_00n,
  longestPauseMonths: 3,
  hardshipPauseMonths: 6,
  hardshipMonths: 60,
  livingFen: 800_00n,
  affordablePercent: 50,
  graceDays: 10,
  breakAfter: 2,
  earlyDays: 15,
  restDays: 15,
};

/** The rows under a heading of the table, by column name. */
function casesUnder(heading: string): [string, Record<string, string>][] {
  const text = fs.readFileSync(path.join(__dirname, 'instalment.cases.md'), 'utf8');
  const lines = text.split(`## ${heading}\n`)[1]!.split('\n## ')[0]!.split('\n');
  const [head, , ...rows] = lines.filter((line) => line.startsWith('|')).map((line) => line.split('|').slice(1, -1));
  const names = head!.map((cell) => cell.trim());
  return rows.map((cells) => {
    const row = Object.fromEntries(names.map((name, at) => [name, cells[at]!.trim()]));
    return [row.case!, row];
  });
}

const fen = (text: string): Fen => parseYuan(text)!;
const fens = (text: string): Fen[] => text.split(' ').map(fen);
const yesNo = (is: boolean): string => (is ? 'yes' : 'no');
const sum = (parts: readonly Fen[]): Fen => parts.reduce((all, part) => all + part, 0n);

/** `2 × 333.00; 334.00` */
function partsText(parts: readonly Fen[]): string {
  const runs: { part: Fen; count: number }[] = [];
  for (const part of parts) {
    if (runs.at(-1)?.part === part) runs.at(-1)!.count++;
    else runs.push({ part, count: 1 });
  }
  return runs.map(({ part, count }) => `${count > 1 ? `${count} × ` : ''}${yuanText(part)}`).join('; ');
}

const pauseOf = (text: string) => {
  const [after, months] = text.split('/').map(Number);
  return text === '' ? null : { after: after!, months: months! };
};

/** Words of a person that come to this as affordable. */
const declaring = (affordable: string): Declaration | null =>
  affordable === '-' ? null : { incomeFen: 800_00n + 2n * fen(affordable), outlaysFen: 0n, people: 1 };

describe('parts', () => {
  it.each(casesUnder('Into which parts'))('%s', (_name, { sum: total, months, monthly, parts }) => {
    const made =
      monthly === '' ? partsByMonths(fen(total!), Number(months)) : partsByMonthly(fen(total!), fen(monthly!));
    expect(partsText(made)).toBe(parts);
  });

  const total = fc.bigInt(1n, 10_000_000_000_00n);

  it('sum to the fen for any amount and number of months, whole yuan but the last, none of them nothing', () => {
    fc.assert(
      fc.property(total, fc.integer({ min: 1, max: 600 }), (amount, months) => {
        const parts = partsByMonths(amount, months);
        expect(sum(parts)).toBe(amount);
        expect(parts.length).toBeLessThanOrEqual(months);
        const last = parts.at(-1)!;
        const others = parts.slice(0, -1);
        expect(others.every((part) => part === parts[0] && part % 100n === 0n && part >= 100n && part <= last)).toBe(
          true,
        );
        expect(last > 0n && last - parts[0]! < BigInt(parts.length) * 100n).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('sum to the fen for any amount and monthly sum, and no month asks for more than that', () => {
    fc.assert(
      fc.property(
        fc.bigInt(100n, 1_000_000n),
        fc.integer({ min: 1, max: 600 }),
        fc.bigInt(0n, 99n),
        (part, n, rest) => {
          const amount = (part / 100n) * 100n * BigInt(n) - rest;
          const parts = partsByMonthly(amount, part);
          expect(sum(parts)).toBe(amount);
          expect(parts.every((one) => one > 0n && one <= part)).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe('due days', () => {
  it.each(casesUnder('When they are due'))('%s', (_name, { first, parts, pause, due }) => {
    expect(nominalDays(day(first!), Number(parts), pauseOf(pause!)).map(dueDay).join(' ')).toBe(due);
  });

  it('are never taken back to before the day that was told', () => {
    expect(dueAsPublished(day('2026-10-01'), day('2026-10-01'))).toBe('2026-10-08');
    expect(dueAsPublished(day('2026-10-09'), day('2026-10-12'))).toBe('2026-10-12');
  });

  it('go on after a suspension where they lie ahead, whole months later', () => {
    const nominal = nominalDays(day('2026-01-31'), 3, null);
    expect(later(nominal, day('2026-01-15'))).toEqual(nominal);
    expect(later(nominal, day('2026-04-10'))).toEqual(['2026-04-30', '2026-05-28', '2026-06-30']);
    expect(later(nominal, day('2026-04-30'))[0]).toBe('2026-05-31');
  });

  it('lie ahead after any suspension, and none comes earlier than it was', () => {
    const aDay = fc
      .integer({ min: 0, max: 3_000 })
      .map((n) => new Date(Date.UTC(2024, 0, 1) + n * 86_400_000).toISOString().slice(0, 10) as Day);
    fc.assert(
      fc.property(aDay, fc.integer({ min: 1, max: 40 }), aDay, (first, count, today) => {
        const before = nominalDays(first, count, null);
        const after = later(before, today);
        expect(dueDay(after[0]!) > today).toBe(true);
        expect(after.every((one, at) => one >= before[at]! && (at === 0 || one > after[at - 1]!))).toBe(true);
      }),
    );
  });
});

describe('what somebody can pay', () => {
  it.each(casesUnder('What a person can pay, and the bounds'))('%s', (_name, row) => {
    const declared =
      row.income === '-'
        ? null
        : { incomeFen: fen(row.income!), outlaysFen: fen(row.outlays!), people: Number(row.people) };
    const bounds = boundsOf(fen(row.sum!), RULE, declared);
    expect({
      affordable: bounds.affordableFen === null ? '-' : yuanText(bounds.affordableFen),
      hardship: yesNo(bounds.isHardship),
      least: yuanText(bounds.leastFen),
      most: String(bounds.mostMonths),
      waiver: yesNo(bounds.asksWaiver),
    }).toEqual({
      affordable: row.affordable,
      hardship: row.hardship,
      least: row.least,
      most: row.most,
      waiver: row.waiver,
    });
  });

  it('is no more than is left beside needs, and less income never makes it more', () => {
    const sums = fc.bigInt(0n, 100_000_00n);
    fc.assert(
      fc.property(sums, sums, fc.integer({ min: 1, max: 12 }), sums, (incomeFen, outlaysFen, people, less) => {
        const affordable = affordableOf({ incomeFen, outlaysFen, people }, RULE);
        expect(affordable >= 0n && (affordable === 0n || affordable <= incomeFen - outlaysFen)).toBe(true);
        const poorer = incomeFen > less ? incomeFen - less : 0n;
        expect(affordableOf({ incomeFen: poorer, outlaysFen, people }, RULE) <= affordable).toBe(true);
      }),
    );
  });

  it('never refuses a debtor who declared anything what one who declared nothing may have', () => {
    const sums = fc.bigInt(0n, 20_000_00n);
    const terms = fc.record({ months: fc.integer({ min: 1, max: 24 }), first: fc.integer({ min: 1, max: 90 }) });
    fc.assert(
      fc.property(
        fc.bigInt(1n, 100_000_00n),
        sums,
        sums,
        fc.integer({ min: 1, max: 9 }),
        terms,
        (amount, incomeFen, outlaysFen, people, at) => {
          const today = day('2026-03-02');
          const asked: Terms = {
            months: at.months,
            monthlyFen: null,
            firstOn: nominalDays(day('2026-03-03'), 4, null)[at.first % 4]!,
            pause: null,
          };
          const without = preview(amount, asked, 'debtor', today, RULE, null);
          const declared = preview(amount, asked, 'debtor', today, RULE, { incomeFen, outlaysFen, people });
          expect(declared.faults.filter((fault) => !without.faults.includes(fault))).toEqual([]);
        },
      ),
    );
  });
});

describe('a plan', () => {
  it.each(casesUnder('Whether a plan may be put forward'))('%s', (_name, row) => {
    const terms: Terms = {
      months: row.monthly === '' ? Number(row.months) : null,
      monthlyFen: row.monthly === '' ? null : fen(row.monthly!),
      firstOn: day(row.first!),
      pause: pauseOf(row.pause!),
    };
    const declared = declaring(row.affordable!);
    const made = preview(fen(row.sum!), terms, row.side as 'debtor' | 'officer', day('2026-03-02'), RULE, declared);
    expect(made.faults.join(' ') || '-').toBe(row.faults);
  });

  it('moves as this says', () => {
    expect(MOVES).toEqual({
      proposed: ['agreed', 'declined', 'withdrawn', 'lapsed'],
      agreed: ['suspended', 'settled', 'broken', 'replaced'],
      suspended: ['agreed', 'settled', 'replaced'],
      settled: [],
      broken: [],
      replaced: [],
      declined: [],
      withdrawn: [],
      lapsed: [],
    });
  });
});

describe('shrinking', () => {
  it.each(casesUnder('Which instalments shrink'))('%s', (_name, row) => {
    const open = fens(row.open!);
    const taken =
      row.how === 'first'
        ? spreadFirst(open, fen(row.sum!))
        : spreadEarly(row.how as 'shorten' | 'lower', open, fen(row.sum!));
    expect(open.map((part, at) => yuanText(part - taken[at]!)).join(' ')).toBe(row.left);
  });

  it('takes exactly what there is to take, of nobody more than is open', () => {
    const parts = fc.array(fc.bigInt(0n, 5_000_00n), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(parts, fc.bigInt(0n, 100_000_00n), (open, amount) => {
        const all = sum(open);
        for (const spread of [spreadFirst, spreadLast, spreadEven]) {
          const taken = spread(open, amount);
          expect(sum(taken)).toBe(amount < all ? amount : all);
          expect(taken.every((one, at) => one >= 0n && one <= open[at]!)).toBe(true);
        }
        for (const how of ['shorten', 'lower'] as const) {
          expect(sum(wantedRequests(open, { openFen: amount, how }).map((one) => one.fen))).toBe(all);
        }
        expect(sum(wantedRequests(open, null).map((one) => one.fen))).toBe(all);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a missed payment', () => {
  it.each(casesUnder('What a missed payment does'))('%s', (_name, row) => {
    const today = day(row.today!);
    const parts = row.parts!.split('; ').map((part) => {
      const [due, open, reminded] = part.split('/');
      const graceUntil = reminded === undefined ? null : graceEnd(day(reminded), RULE.graceDays);
      return { openFen: fen(open!), nominalOn: day(due!), dueOn: day(due!), graceUntil };
    });
    expect({
      remind: String(parts.filter((part) => isOverdue(part, today) && part.graceUntil === null).length),
      missed: String(parts.filter((part) => isMissed(part, today)).length),
      broken: yesNo(isBroken(parts, today, RULE.breakAfter)),
    }).toEqual({ remind: row.remind, missed: row.missed, broken: row.broken });
  });
});
