import * as fs from 'node:fs';
import * as path from 'node:path';
import { day } from '@app/kernel';
import { nameForMatching } from '../person/name.rules';
import {
  explain,
  FIELDS,
  levelsOf,
  nameLikeness,
  pointsOf,
  scoreOf,
  textsOf,
  verdictOf,
  WEIGHTS,
} from './duplicate.rules';
import { canMove, MOVES } from './duplicate.state';
import type { ComparedRecord } from './duplicate.types';

type Cells = Readonly<Record<string, string>>;

function readCases(): { heading: string; cells: Cells }[] {
  const cases: { heading: string; cells: Cells }[] = [];
  let heading = '';
  let header: string[] | undefined;
  for (const line of fs.readFileSync(path.join(__dirname, 'duplicate.cases.md'), 'utf8').split('\n')) {
    if (line.startsWith('#')) heading = line.replace(/^#+\s*/, '');
    if (!line.startsWith('|')) {
      header = undefined;
      continue;
    }
    const cells = line
      .trim()
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim());
    if (!header) header = cells;
    else if (!cells.every((cell) => /^-+$/.test(cell))) {
      cases.push({ heading, cells: Object.fromEntries(header.map((name, place) => [name, cells[place]!])) });
    }
  }
  return cases;
}

const PLACES: Readonly<Record<string, string>> = {
  v1: '340202100201',
  v2: '340202100202',
  t2: '340202101201',
  k2: '340203100201',
};
const PAPERS: Readonly<Record<string, string>> = { N: '111', P: 'PASSPORT', H: 'HMT_RESIDENCE' };

function recordOf(cells: Cells, side: 'a' | 'b'): ComparedRecord {
  const cell = (name: string): string | null => {
    const own = cells[`${side} ${name}`]!;
    const value = own === '' ? cells[`a ${name}`]! : own;
    return value === '–' ? null : value;
  };
  const number = cell('number');
  const born = cell('born');
  return {
    numberKey: number?.replace('/15', '') ?? null,
    legacyKey: number?.endsWith('/15') ? number : null,
    idType: number ? PAPERS[number[0]!]! : null,
    certificateKey: cell('certificate'),
    name: nameForMatching(cell('name')!),
    born: born === null ? null : day(born),
    sex: Number(cell('sex')),
    mother: cell('mother'),
    father: cell('father'),
    divisionCode: PLACES[cell('place')!]!,
  };
}

const CASES = readCases();

describe('two records', () => {
  it('have enough cases, a dozen of them about twins', () => {
    expect(CASES.length).toBeGreaterThanOrEqual(40);
    expect(CASES.filter(({ cells }) => /twin|triplet/.test(cells.case!)).length).toBeGreaterThanOrEqual(12);
  });

  it.each(CASES.map(({ heading, cells }) => [heading, cells.case!, cells.becomes!, cells] as const))(
    '%s: %s: %s',
    (_heading, _name, becomes, cells) => {
      const [a, b] = [recordOf(cells, 'a'), recordOf(cells, 'b')];
      expect(verdictOf(levelsOf(a, b))).toBe(becomes);
      expect(verdictOf(levelsOf(b, a))).toBe(becomes);
    },
  );

  it('are weighed by what their fields say: m over u, in tenths of a bit, nothing for what is not known', () => {
    expect(pointsOf('number', 'same')).toBe(232);
    expect(pointsOf('born', 'same')).toBe(151);
    for (const field of FIELDS)
      for (const level of Object.keys(WEIGHTS[field]))
        if (level === 'not comparable' || level === 'unnamed') expect(pointsOf(field, level)).toBe(0);
  });

  it('are explained in words, what speaks for one person first', () => {
    const { cells } = CASES.find(({ cells: c }) => c.case === 'a character of the name misheard, parents unknown')!;
    const levels = levelsOf(recordOf(cells, 'a'), recordOf(cells, 'b'));
    const words = explain(textsOf(levels));
    expect(words[0]).toMatchObject({ field: 'born', en: 'the same day of birth', zh: '出生日期相同' });
    expect(words.map(({ field }) => field).sort()).toEqual([...FIELDS].sort());
    expect(words.reduce((sum, { points }) => sum + points, 0)).toBe(scoreOf(levels));
  });
});

describe('names', () => {
  it.each([
    ['王伟', '王伟', 'same'],
    ['王伟', '王玮', 'near'],
    ['王国伟', '王伟', 'near'],
    ['王建国', '王国建', 'near'],
    ['王伟', '李强', 'different'],
    ['王伟', '伟王', 'different'],
    ['王', '李', 'different'],
    ['𠮷𬱖', '𠮷伟', 'near'],
    ['王国伟', '王', 'different'],
    ['王之子', '王伟', 'unnamed'],
    ['未取名', '未取名', 'unnamed'],
  ])('%s and %s are %s', (a, b, likeness) => {
    expect(nameLikeness(a, b)).toBe(likeness);
    expect(nameLikeness(b, a)).toBe(likeness);
  });
});

describe('a pair', () => {
  it('goes through these states', () => {
    expect(MOVES).toMatchInlineSnapshot(`
{
  "gone": [
    "open",
  ],
  "merged": [
    "open",
  ],
  "not-same": [
    "open",
  ],
  "open": [
    "not-same",
    "merged",
    "gone",
  ],
}
`);
    expect(canMove('merged', 'not-same')).toBe(false);
  });
});
