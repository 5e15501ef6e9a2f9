import * as fs from 'node:fs';
import * as path from 'node:path';
import { type Day, day } from '@app/kernel';
import fc from 'fast-check';
import { parse } from '../../../../test/support/csv';
import { authorityAfter, joined, MoveText, portion, primaryAuthority, readMove, samePlace } from './portability.rules';
import { type OldClaim, type ParameterRow, type Period, type Place, RULES } from './portability.types';

const here = (name: string) => fs.readFileSync(path.join(__dirname, name), 'utf8');
const ROWS = parse(here('portability.parameters.csv')).map((row) => ({
  ...(row as unknown as ParameterRow),
  until: row.until ? day(row.until) : null,
}));

/** The tables of a file, each as rows by column. */
const [PRIMARY, READINGS] = here('portability.cases.md')
  .split(/^# /m)
  .slice(1)
  .map((part) => {
    const [head, , ...lines] = part
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .map((line) =>
        line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );
    return lines.map((cells) => Object.fromEntries(head!.map((name, i) => [name, cells[i]!])));
  }) as [Record<string, string>[], Record<string, string>[]];

const place = (text: string): Place => ({
  county: text.replace('!', '').padEnd(12, '0'),
  isElsewhere: text.startsWith('!'),
});
const known = (text: string): Day | null => (text === '' ? null : day(text));

function periodOf(text: string): Period {
  const [from, until] = text.includes('..') ? text.split('..') : [`${text}-01-01`, `${Number(text) + 1}-01-01`];
  return { from: day(from!), until: known(until!) };
}

const claimOf = (row: Record<string, string>): OldClaim | null =>
  row.submitted
    ? {
        submittedOn: day(row.submitted),
        confirmedOn: known(row.confirmed!),
        isPaid: row.paid === 'yes',
        isSettledHere: row.settled === 'yes',
      }
    : null;

describe('who is primary for a period after a move', () => {
  it('is read from a table in which every row has its source', () => {
    expect(ROWS.filter(({ source, value }) => source === '' || value === '')).toEqual([]);
    for (const region of ['11', '31', '35', '50', '54', '23']) expect(ROWS.map((row) => row.region)).toContain(region);
    expect(PRIMARY.length).toBeGreaterThanOrEqual(40);
  });

  it.each(PRIMARY.map((row) => [row.case, row] as const))('%s', (_, row) => {
    const move = { from: place(row.from!), to: place(row.to!), leftOn: day(row.left!) };
    const facts = {
      move,
      period: periodOf(row.period!),
      standing: place(row.standing || row.from!),
      claim: claimOf(row),
    };
    const found = primaryAuthority(new MoveText(ROWS, row.programme!, move.leftOn), facts);
    expect({ ...found.place, rule: found.rule }).toEqual({ ...place(row.primary!), rule: row.rule });
    expect(found.source).not.toBe('');
  });

  it('uses every rule there is in some row, but for the return of what was reported wrongly', () => {
    const used = new Set(PRIMARY.map((row) => row.rule));
    expect(Object.keys(RULES).filter((rule) => !used.has(rule))).toEqual(['reported-wrongly']);
  });

  it('is one place for every day from the first on, the old or the new one, whatever was asked and paid', () => {
    const counties = ['340202', '340203', '110101', '350102', '230102', '!440305'].map(place);
    const days = fc
      .date({ min: new Date('2025-01-01'), max: new Date('2028-12-31'), noInvalidDate: true })
      .map((at) => at.toISOString().slice(0, 10) as Day);
    const claim = fc.record({
      submittedOn: days,
      confirmedOn: fc.option(days),
      isPaid: fc.boolean(),
      isSettledHere: fc.boolean(),
    });
    const claims = fc.dictionary(fc.constantFrom('2025', '2026', '2027', '2028'), claim);
    const programmes = fc.constantFrom('YEB', 'YEB-TOP-UP');
    const property = fc.property(
      fc.constantFrom(...counties),
      fc.constantFrom(...counties),
      days,
      claims,
      programmes,
      (from, to, leftOn, byYear, programme) => {
        fc.pre(!samePlace(from, to));
        const text = new MoveText(ROWS, programme, leftOn);
        const old = new Map(Object.entries(byYear).map(([year, one]) => [Number(year), one]));
        const found = authorityAfter(text, { move: { from, to, leftOn }, standing: [], claims: old });
        expect(found.at(-1)!.valid.until).toBeNull();
        expect(samePlace(found.at(-1)!.place, to)).toBe(true);
        for (const [n, stretch] of found.entries()) {
          if (n > 0) expect(stretch.valid.from).toBe(found[n - 1]!.valid.until);
          expect([from.county, to.county]).toContain(stretch.place.county);
        }
        const wide = joined(found);
        expect(wide[0]!.valid.from).toBe(found[0]!.valid.from);
        for (const [n, stretch] of wide.entries())
          if (n > 0) expect([stretch.place, stretch.rule]).not.toEqual([wide[n - 1]!.place, wide[n - 1]!.rule]);
      },
    );
    fc.assert(property, { numRuns: 500 });
  });
});

describe('what a change in the register means', () => {
  it.each(READINGS.map((row) => [row.case, row] as const))('%s', (_, row) => {
    const long = (code: string) => code.padEnd(12, '0');
    const [from, to, on] = row.last!.split(' ');
    const reading = readMove(
      {
        county: long(row.now!),
        status: Number(row.status),
        born: known(row.born!),
        died: known(row.died!),
        movedInOn: known(row.in!),
        movedOutOn: known(row.out!),
        isNumberShared: row.shared === 'yes',
      },
      row.responsible!.split(' ').filter(Boolean).map(long),
      row.last ? { from: long(from!), to: long(to!), leftOn: day(on!) } : null,
      day('2026-07-01'),
    );
    const shown = { nothing: '', back: '', clear: 'leftOn', unclear: 'doubt' }[reading.is];
    const detail = shown && (reading as unknown as Record<string, string>)[shown];
    expect([reading.is, detail].filter(Boolean).join(' ')).toBe(row.reading);
  });
});

describe('the part of an amount that is another place’s', () => {
  const year = { from: day('2026-01-01'), until: day('2027-01-01') };
  it.each([
    ['2026-01-01', null, 360_000n],
    ['2026-07-01', null, 180_000n],
    ['2026-07-01', '2026-10-01', 90_000n],
    ['2027-01-01', null, 0n],
    ['2025-01-01', '2026-02-01', 30_000n],
  ] as const)('from %s until %s is %d fen', (from, until, fen) => {
    expect(portion(360_000n, year, { from: day(from), until: until && day(until) })).toBe(fen);
  });

  it('never adds up to more than the whole', () => {
    const parts = ['2026-01-01', '2026-04-01', '2026-09-01'].map((from, n, all) => ({
      from: day(from),
      until: all[n + 1] ? day(all[n + 1]!) : null,
    }));
    expect(parts.reduce((sum, part) => sum + portion(100_001n, year, part), 0n)).toBeLessThanOrEqual(100_001n);
  });
});
