import * as fs from 'node:fs';
import * as path from 'node:path';
import { type Day, day } from '@app/kernel';
import { parse } from '../../../../test/support/csv';
import {
  type BirthFacts,
  COMMITMENT_TEXT,
  type EarlierChild,
  isSilent,
  judge,
  orderOf,
  type ParameterRow,
  type PartyFacts,
  ServiceText,
} from './birth-registration.rules';
import type { PartyRole } from './birth-registration.types';

const here = (name: string) => fs.readFileSync(path.join(__dirname, name), 'utf8');
const ROWS = parse(here('birth-registration.parameters.csv')).map((row): ParameterRow => ({
  ...(row as unknown as ParameterRow),
  until: row.until ? day(row.until) : null,
}));

const [HEAD, , ...LINES] = here('birth-registration.cases.md')
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
const CASES = LINES.map((cells) => Object.fromEntries(HEAD!.map((name, i) => [name, cells[i]!])));

const known = (text: string): string | null => (text === '-' || text === '' ? null : text);

function partyOf(role: PartyRole, text: string): PartyFacts[] {
  if (text === '') return [];
  const [hukou, residence, since, permit, marital] = text.split('/').map(known);
  return [
    {
      role,
      hukou: hukou!,
      residence: residence!,
      residentSince: since as Day | null,
      hasPermit: permit === null ? null : permit === 'yes',
      marital: marital!,
    },
  ];
}

const joint: EarlierChild = { isJoint: true, isAdopted: false, isLiving: true, isBeforeMarriage: false };
const CHILDREN: Record<string, EarlierChild> = {
  J: joint,
  B: { ...joint, isBeforeMarriage: true },
  O: { ...joint, isJoint: false },
  A: { ...joint, isAdopted: true },
  D: { ...joint, isLiving: false },
};

describe('the text of a place', () => {
  it('is read from a table that has all eight provinces, each row with its source', () => {
    const regions = new Set(ROWS.map(({ region }) => region));
    expect(['CN', '44', '51', '61', '34', '13', '43', '33', '31'].filter((code) => !regions.has(code))).toEqual([]);
    expect(ROWS.filter(({ source, value }) => source === '' || value === '')).toEqual([]);
    expect(CASES.length).toBeGreaterThan(30);
  });

  it.each(CASES.map((one) => [one.case, one] as const))('%s', (_, one) => {
    const facts: BirthFacts = {
      filedOn: day(one.filed!),
      parties: [...partyOf('mother', one.mother!), ...partyOf('father', one.father!)],
      bornOn: known(one.born!) as Day | null,
      earlier: [...one.earlier!].map((letter) => CHILDREN[letter]!),
    };
    const text = new ServiceText(ROWS, one.place!.padEnd(12, '0'), facts.filedOn);
    const { reasons, favourable } = judge(text, facts);
    expect({
      looks: reasons.map(({ code }) => code).join(' '),
      order: orderOf(text, facts)?.toString() ?? '-',
      favourable: favourable.join(' '),
    }).toEqual({ looks: one.looks, order: one.order, favourable: one['more favourable'] });
    expect(reasons.filter(({ source }) => source === '')).toEqual([]); // Whoever looks is told which text asks.
  });

  it('is free, for anyone and without limits where no row says anything', () => {
    const text = new ServiceText([], '340202000000', day('2026-03-02'));
    const alone = partyOf('mother', '340202/340202/-/-/-');
    expect(judge(text, { filedOn: day('2026-03-02'), parties: alone, bornOn: day('1999-01-01'), earlier: [] })).toEqual(
      {
        reasons: [],
        favourable: [],
      },
    );
    expect(orderOf(text, { parties: alone, earlier: [CHILDREN.J!] })).toBeNull();
  });

  it.each([
    ['joint', 2, 'JOAD', 2],
    ['joint', 2, 'BB', 3],
    ['joint', 1, 'OO', 1],
    ['joint-living', 2, 'JOAD', 2],
    ['joint-living', 2, 'BBJ', 2],
    ['joint-living', 1, 'OO', 3],
    ['joint-living', 1, 'OAD', 2],
    ['none', 2, 'JJJ', null],
  ])('counted by %s with %d parents and %s before is the order %s', (rule, parents, earlier, order) => {
    const rows = [
      { region: 'CN', name: 'order-rule', value: rule },
      { region: 'CN', name: 'earlier-children', value: 'asked' },
    ].map((row) => ({ ...row, from: day('2020-01-01'), until: null, source: 'x' }) as ParameterRow);
    const text = new ServiceText(rows, '230102000000', day('2026-03-02'));
    const both = [...partyOf('mother', '-/-/-/-/-'), ...partyOf('father', '-/-/-/-/-')];
    const facts = { parties: both.slice(0, parents), earlier: [...earlier].map((letter) => CHILDREN[letter]!) };
    expect(orderOf(text, facts)).toBe(order);
  });
});

describe('a deadline', () => {
  it('passes at the end of its day, and one that is not known never does', () => {
    expect([isSilent(day('2026-03-09'), day('2026-03-09')), isSilent(day('2026-03-09'), day('2026-03-10'))]).toEqual([
      false,
      true,
    ]);
    expect(isSilent(null, day('2036-01-01'))).toBe(false);
  });
});

describe('the commitment', () => {
  it('says that it is free, that no right depends on it, and threatens with nothing', () => {
    expect(COMMITMENT_TEXT.zh).toMatch(/不影响.*任何权利.*免费.*不是许可/);
    expect(COMMITMENT_TEXT.zh).not.toMatch(/罚款|处罚|失信|征信/);
  });
});
