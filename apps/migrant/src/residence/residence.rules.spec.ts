import * as fs from 'node:fs';
import * as path from 'node:path';
import {
  addDays,
  type Answer,
  day,
  type Day,
  type DaySpan,
  findDivisionCode,
  divisionPrefix,
  findPartialDay,
} from '@app/kernel';
import fc from 'fast-check';
import { placeOn, writtenUnder } from './place.rules';
import { livedIn, livedInFrom, periodsOf } from './residence.rules';
import type { HeldPeriod, ResidenceBasis, StatedDay, StatedResidence, Succession } from './residence.types';

const PLACES: Readonly<Record<string, string>> = {
  A: '340202001001',
  B: '340202001002',
  C: '340202002001',
  D: '340202001004',
  T: '340202001000',
  U: '340202002000',
  W: '340202009000',
  K: '340202000000',
  X: '420102003007',
};
const ANSWERS: Readonly<Record<string, Answer>> = {
  resident: 'yes',
  possible: 'possible',
  investigated: 'under-investigation',
  not: 'no',
};

const place = (mark: string): string => {
  const code = PLACES[mark];
  if (!code) throw new Error(`no place ${mark}`);
  return code;
};
const stated = (text: string): StatedDay => {
  const at = text === '?' ? 'unknown' : findPartialDay(text);
  if (!at) throw new Error(`no day ${text}`);
  return at;
};

function said(text: string): { notices: StatedResidence[]; successions: Succession[] } {
  const [notices, successions]: [StatedResidence[], Succession[]] = [[], []];
  for (const part of text.split(';').map((one) => one.trim())) {
    const words = part.split(' ');
    const isUpheld = words[0] === 'upheld';
    if (isUpheld) words.shift();
    const [first, second, third, fourth, fifth] = words as [string, string, string?, string?, string?];
    const none = { cameFrom: null, starts: null, isUpheld };
    if (/^(merged|renamed|recoded|split|splitoff)$/.test(second)) {
      const kind = second.replace('off', '') as Succession['kind'];
      const isOldKept = second === 'splitoff';
      successions.push({ oldCode: place(first), newCode: place(third!), kind, onDay: day(fourth!), isOldKept });
    } else if (first === 'end') {
      notices.push({
        ...none,
        kind: 'end',
        placeCode: place(second),
        ends: stated(third!),
        basis: fourth as ResidenceBasis,
      });
    } else if (first === 'died') {
      notices.push({ ...none, kind: 'death', placeCode: null, ends: stated(second), basis: third as ResidenceBasis });
    } else {
      const [starts, ends] = third!.split('..');
      notices.push({
        kind: 'stay',
        placeCode: place(second),
        cameFrom: fourth === 'from' ? place(fifth!) : null,
        starts: stated(starts!),
        ends: ends === undefined ? null : stated(ends),
        basis: first as ResidenceBasis,
        isUpheld,
      });
    }
  }
  return { notices, successions };
}

function readCases(): string[][] {
  const lines = fs.readFileSync(path.join(__dirname, 'residence.cases.md'), 'utf8').split('\n');
  const rows = lines
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  return rows.filter(([name]) => name !== 'case' && !/^-+$/.test(name!));
}

const CASES = readCases();
const prefixOf = (mark: string): string => divisionPrefix(findDivisionCode(place(mark))!);

describe('residence.cases.md, row by row', () => {
  it('has at least sixty rows, each with a name of its own', () => {
    expect(CASES.length).toBeGreaterThanOrEqual(60);
    expect(new Set(CASES.map(([name]) => name)).size).toBe(CASES.length);
  });

  it.each(CASES)('%s', (_name, text, asked, when, answer) => {
    const { notices, successions } = said(text);
    const periods = periodsOf(notices);
    const prefix = prefixOf(asked);
    const [from, until] = when.split('..');
    if (until === undefined) {
      expect(livedIn(periods, prefix, day(from!), successions)).toBe(ANSWERS[answer]);
    } else {
      const spans = livedInFrom(periods, prefix, { from: day(from!), until: day(until) }, successions);
      const marks = Object.fromEntries(Object.entries(ANSWERS).map(([mark, code]) => [code, mark]));
      const printed = spans.map((span) => `${span.from}..${span.until} ${marks[span.answer]}`);
      expect(printed.join(', ') || '–').toBe(answer);
    }
  });
});

const dayText = fc
  .record({
    year: fc.integer({ min: 2018, max: 2024 }),
    month: fc.integer({ min: 1, max: 12 }),
    date: fc.integer({ min: 1, max: 28 }),
  })
  .chain(({ year, month, date }) => {
    const two = (n: number) => String(n).padStart(2, '0');
    const full = `${year}-${two(month)}-${two(date)}`;
    return fc.constantFrom(full, full, full.slice(0, 7), full.slice(0, 4), 'unknown');
  })
  .map((text) => text as StatedDay);
const village = fc.constantFrom('A', 'B', 'C', 'X').map(place);
const basis = fc.constantFrom<ResidenceBasis>('registry', 'agency', 'document', 'declared');
const notice: fc.Arbitrary<StatedResidence> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('stay' as const),
      placeCode: village,
      cameFrom: fc.option(village),
      starts: dayText,
      ends: fc.option(dayText, { freq: 3 }),
      basis,
      isUpheld: fc.constant(false),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('end' as const),
      placeCode: village,
      cameFrom: fc.constant(null),
      starts: fc.constant(null),
      ends: dayText,
      basis,
      isUpheld: fc.constant(false),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('death' as const),
      placeCode: fc.constant(null),
      cameFrom: fc.constant(null),
      starts: fc.constant(null),
      ends: dayText,
      basis: fc.constant<ResidenceBasis>('registry'),
      isUpheld: fc.constant(false),
    }),
  },
);
const notices = fc.array(notice, { minLength: 1, maxLength: 7 });

const meet = (a: DaySpan, b: DaySpan): boolean =>
  (a.from === null || b.until === null || a.from < b.until) &&
  (b.from === null || a.until === null || b.from < a.until);
const printed = (held: readonly HeldPeriod[]): string[] =>
  held.map(({ placeCode, period, basis, isDisputed }) => JSON.stringify([placeCode, period, basis, isDisputed])).sort();

describe('where somebody lived', () => {
  it('does not depend on the order in which it was said, nor on saying it twice', () => {
    fc.assert(
      fc.property(notices, fc.infiniteStream(fc.nat()), (all, numbers) => {
        const shuffled = [...all, ...all.slice(0, 2)]
          .map((one) => ({ one, at: numbers.next().value as number }))
          .sort((a, b) => a.at - b.at)
          .map(({ one }) => one);
        expect(printed(periodsOf(shuffled))).toEqual(printed(periodsOf(all)));
      }),
      { numRuns: 2_000 },
    );
  });

  it('is never surely in two places at once, and surely only where it is possible', () => {
    fc.assert(
      fc.property(notices, (all) => {
        const held = periodsOf(all);
        const sure = held
          .filter(({ isDisputed }) => !isDisputed)
          .flatMap(({ period }) => (period.certain ? [period.certain] : []));
        for (const [i, span] of sure.entries())
          for (const other of sure.slice(i + 1)) expect(meet(span, other)).toBe(false);
        for (const {
          period: { valid, certain },
        } of held) {
          if (!certain) continue;
          expect(valid.from === null || (certain.from !== null && certain.from >= valid.from)).toBe(true);
          expect(valid.until === null || (certain.until !== null && certain.until <= valid.until)).toBe(true);
        }
      }),
      { numRuns: 3_000 },
    );
  });

  it('is answered for a period as for each of its days', () => {
    fc.assert(
      fc.property(
        notices,
        fc.integer({ min: 0, max: 2_500 }),
        fc.integer({ min: 1, max: 60 }),
        (all, start, length) => {
          const periods = periodsOf(all);
          const from = addDays(day('2017-12-01'), start);
          const until = addDays(from, length);
          const spans = livedInFrom(periods, prefixOf('T'), { from, until });
          for (let at: Day = from; at < until; at = addDays(at, 1)) {
            const found = spans.find((span) => span.from <= at && at < span.until)?.answer ?? 'no';
            expect(found).toBe(livedIn(periods, prefixOf('T'), at));
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is never less sure of a larger division than of a part of it', () => {
    const sureness: Record<Answer, number> = { no: 0, possible: 1, 'under-investigation': 1, yes: 2 };
    fc.assert(
      fc.property(notices, village, fc.integer({ min: 0, max: 2_500 }), (all, code, start) => {
        const periods = periodsOf(all);
        const on = addDays(day('2017-12-01'), start);
        const [small, large] = [livedIn(periods, code, on), livedIn(periods, code.slice(0, 6), on)];
        expect(sureness[large]).toBeGreaterThanOrEqual(sureness[small]);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a place of then', () => {
  const list: Succession[] = [
    { oldCode: place('A'), newCode: place('B'), kind: 'merged', onDay: day('2012-01-01'), isOldKept: false },
    { oldCode: place('T'), newCode: place('W'), kind: 'renamed', onDay: day('2015-01-01'), isOldKept: false },
  ];

  it('is followed from one succession to the next', () => {
    expect(placeOn(place('A'), day('2016-01-01'), list)).toEqual({ codes: ['340202009002'], isSure: true });
  });

  it('is looked for under every name it had', () => {
    expect(writtenUnder('340202009', list)).toEqual(['340202001', '340202009']);
    expect(writtenUnder('420102', list)).toEqual(['420102']);
  });
});
