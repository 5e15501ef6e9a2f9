import * as fs from 'node:fs';
import * as path from 'node:path';
import { checkStatedTable, findStatedCount, type StatedFigure, type StatedGroup } from './stated-table.rules';

const figuresOf = (text: string): StatedFigure[] =>
  text.split(';').map((part, at) => {
    const [, group, item, cell] = /^\s*(\S+) (.+)=(.*)$/.exec(part.trimEnd())!;
    return { line: at + 2, group: group as StatedGroup, item: item!, count: findStatedCount(cell!)! };
  });

const CASES = fs
  .readFileSync(path.join(__dirname, 'stated-table.cases.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .slice(2)
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, name, stated, total, found]) => ({ name: name!, stated: stated!, total: total!, found: found! }));

describe('a stated table', () => {
  it.each(CASES)('$name', ({ stated, total, found }) => {
    const { figures, findings } = checkStatedTable(figuresOf(stated));
    const taken = figures.find(({ group }) => group === 'total')?.count ?? null;
    expect(taken === null ? '' : String(taken)).toBe(total);
    const codes = findings.map(({ code, item }) => `${code} ${item}`).sort();
    expect(codes).toEqual(found === '' ? [] : found.split(', ').sort());
  });

  it('solves the masked part and keeps what was written', () => {
    const { figures } = checkStatedTable(figuresOf('total total=2861; sex male=13x0; sex female=1551'));
    expect(figures.find(({ item }) => item === 'male')).toMatchObject({ count: 1310, mask: '13x0' });
  });

  it('never makes up a figure that was not given', () => {
    const { figures } = checkStatedTable(figuresOf('total total=2861; sex male=不详; sex female=1551'));
    expect(figures.find(({ item }) => item === 'male')).toMatchObject({ count: null, mask: null });
  });
});

describe('a cell', () => {
  it.each([
    ['2,861', { kind: 'known', count: 2861 }],
    ['２８６１', { kind: 'known', count: 2861 }],
    ['0', { kind: 'known', count: 0 }],
    ['', { kind: 'missing' }],
    ['不详', { kind: 'missing' }],
    ['N/A', { kind: 'missing' }],
    ['20××', { kind: 'masked', mask: '20xx' }],
    ['20XX', { kind: 'masked', mask: '20xx' }],
  ])('"%s" is read', (cell, read) => expect(findStatedCount(cell)).toEqual(read));

  it.each(['16、2万', '5.6', '69万', '-3', '约300', '近300名', '28,61', 'xxxx', '12345678901'])(
    '"%s" is no count',
    (cell) => expect(findStatedCount(cell)).toBeUndefined(),
  );
});
