import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { Refusal } from '@app/kernel';
import { assertConflictsClose } from './conflicts';
import { decide } from './decide';
import { loadProgramme } from './load-programme';
import { withParameters } from './override';
import type { Programme } from './programme';

const YAML = `code: TEST
title: { zh: 测试, en: Test }
legal_basis: [an act]
unit: person
scope: person.here
facts:
  person.here: { type: bool, zh: 在册, en: here, required: true, source: { zh: 户籍, en: register } }
  person.born: { type: day, zh: 出生, en: born, source: { zh: 户籍, en: register } }
  person.count: { type: int, zh: 数, en: count, source: { zh: 户籍, en: register } }
terms:
  old: { zh: 年长, en: old, cel: 'add_years(person.born, param("AGE")) <= year_end' }
conditions:
  - { code: OLD, cel: old, zh: 满龄, en: is old, rule: art 1 }
  - { code: SOME, cel: person.count > 0, zh: 有, en: has some, rule: art 2, question: { zh: 几个, en: how many } }
amount: person.count * param("RATE")
`;
const CSV = `code,region,valid_from,valid_to,value,unit,source,status
AGE,,2000-01-01,,60,years,an act,confirmed
RATE,,2000-01-01,,1000,fen,an act,confirmed
`;
const RUN = { year: 2025, asOf: '2025-06-30' as never, region: '340202' };

describe('a programme folder', () => {
  let folder: string;
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'programme-'));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  function load(yaml = YAML, csv = CSV): Programme {
    fs.writeFileSync(path.join(folder, 'programme.yaml'), yaml);
    fs.writeFileSync(path.join(folder, 'parameters.csv'), csv);
    return loadProgramme(folder);
  }

  /** The refusal, as "line: English problem". */
  function refused(yaml?: string, csv?: string): string {
    try {
      load(yaml, csv);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      expect(error.sentence.zh).toContain('请改正后重新加载');
      return `${String(error.facts.file).endsWith('.csv') ? 'csv ' : ''}${String(error.facts.line)}: ${error.sentence.en}`;
    }
    return 'accepted';
  }

  it.each([
    [
      'a fact nobody declared',
      'person.count > 0',
      'person.cuont > 0',
      /^14: .*conditions\.1\.cel.*no fact or earlier term is called "person\.cuont"/,
    ],
    ['types that do not fit', 'person.count > 0', 'person.count > day("2020-01-01")', /^14: .*must be int, but is day/],
    ['a condition that is no question', 'person.count > 0', 'person.count', /^14: .*should give bool, but gives int/],
    ['a parameter without rows', 'param("AGE")', 'param("AEG")', /^11: .*parameters\.csv has no row with code "AEG"/],
    ['a syntax error', 'person.count > 0', 'person.count >', /^14: .*not a CEL expression/],
    ['division', 'person.count * param', 'person.count / param', /^15: .*"\/" is not supported/],
    ['a method', 'person.count > 0', 'person.count.size() > 0', /^14: .*"rcall" is not supported/],
    ['a function it lacks', 'person.count > 0', 'has(person.count)', /^14: .*no function "has"/],
    [
      'a day that does not exist',
      'person.count > 0',
      'person.born < day("2023-02-29")',
      /^14: .*write a day that exists/,
    ],
    ['a number to add that comes from a fact', 'param("AGE")', 'person.count', /^11: .*not from facts/],
    [
      'what could overflow',
      'person.count * param',
      'person.count * person.count * person.count * param',
      /^15: .*overflow a 64-bit integer/,
    ],
    ['an unused term', 'cel: old,', 'cel: person.here,', /^11: .*is never used/],
    ['an unknown key', 'unit: person', 'unit: person\nunti: person', /^1: .*Unrecognized key: "unti"/],
    ['a missing sentence', 'en: is old, ', '', /^13: .*conditions\.0\.en/],
    ['a code used twice', 'code: SOME', 'code: OLD', /^14: .*OLD is used twice/],
    ['an unknown unit', 'unit: person', 'unit: household', /^4: .*unit/],
    ['broken YAML', 'unit: person', 'unit: [person', /^\d+: .*YAML/],
  ])('is refused with line and remedy for %s', (_what, from, to, expected) => {
    expect(YAML).toContain(from);
    expect(refused(YAML.replace(from, to))).toMatch(expected);
  });

  it.each([
    ['a day that does not exist', '2000-01-01,,60', '2000-02-30,,60', /^csv 2: .*valid_from.*must be a day/],
    ['an end before its beginning', '2000-01-01,,60', '2000-01-01,1999-12-31,60', /^csv 2: .*lies before valid_from/],
    ['a fraction', ',1000,fen', ',10.5,fen', /^csv 3: .*whole number/],
    ['no source', 'fen,an act', 'fen,', /^csv 3: .*names its source/],
    ['a region that is none', 'RATE,,', 'RATE,340,', /^csv 3: .*2, 4, 6, 9 or 12 digits/],
    ['the same row twice', 'RATE,,2000-01-01,,1000', 'AGE,,2000-01-01,,61', /^csv 3: .*those of line 2/],
    ['a status of its own', 'confirmed\nRATE', 'sure\nRATE', /^csv 2: .*status/],
    ['a row that is too short', 'RATE,,2000-01-01,,1000,fen,an act,confirmed', 'RATE,1000', /^csv 3: /],
  ])('has its parameters refused with their line for %s', (_what, from, to, expected) => {
    expect(CSV).toContain(from);
    expect(refused(YAML, CSV.replace(from, to))).toMatch(expected);
  });

  it('that is not there is refused by name', () => {
    expect(() => loadProgramme(path.join(folder, 'nowhere'))).toThrow(/the file is missing/);
  });

  it('keeps its version through comments, blanks and the order of rows, and changes it with every meaning', () => {
    const { version } = load();
    const [header, ...rows] = CSV.trim().split('\n');
    expect(load(`# a comment\n${YAML}`, [header, ...rows.reverse(), '', '# note'].join('\n')).version).toBe(version);
    expect(load(YAML.replace('<= year_end', '<=   year_end').replace('unit: person', 'unit:  person')).version).toBe(
      version,
    );
    expect(load(YAML.replace('> 0', '>= 0')).version).not.toBe(version);
    expect(load(YAML.replace('is old', 'is aged')).version).not.toBe(version);
    expect(load(YAML, CSV.replace('1000', '1001')).version).not.toBe(version);
    expect(load(YAML, CSV.replace('1000,fen,an act', '1000,fen,another act')).version).not.toBe(version);
    expect(withParameters(load(), { RATE: 1n }).version).not.toBe(version);
  });

  it('is immutable', () => {
    const programme = load();
    expect(() => ((programme as { code: string }).code = 'X')).toThrow(TypeError);
    expect(() => ((programme.conditions[0] as { rule: string }).rule = 'X')).toThrow(TypeError);
    expect(() => ((programme.parameters.rows[0] as { value: bigint }).value = 1n)).toThrow(TypeError);
  });

  it.each([
    [{ 'person.born': '1960-01-01', 'person.count': 2 }, 'ELIGIBLE', 2000n, undefined],
    [{ 'person.born': '1966-01-01', 'person.count': null }, 'NOT_ELIGIBLE', null, undefined],
    [{ 'person.born': '1960-01-01', 'person.count': null }, 'UNKNOWN', null, undefined],
    [{ 'person.born': null, 'person.count': 2 }, 'UNKNOWN', null, undefined],
    [{ 'person.born': '1960-01-01', 'person.count': 2, 'person.here': false }, 'OUT_OF_SCOPE', null, undefined],
  ])('decides by what is known: %j is %s', (facts, outcome, amountFen, reason) => {
    expect(decide(load(), { 'person.here': true, ...facts }, RUN)).toMatchObject({ outcome, amountFen });
    expect(reason).toBeUndefined();
  });

  it('gives the reserved reason when everything is met and nothing is to be paid', () => {
    const zero = withParameters(load(), { RATE: 0n });
    const facts = { 'person.here': true, 'person.born': '1960-01-01', 'person.count': 2 };
    expect(decide(zero, facts, RUN)).toMatchObject({ outcome: 'NOT_ELIGIBLE', amountFen: null, reason: 'AMOUNT_ZERO' });
  });

  it('makes a question of what is missing', () => {
    const decision = decide(load(), { 'person.here': true }, RUN);
    expect(decision.conditions.map(({ question, missing }) => [question?.en, missing])).toEqual([
      ['Please establish: born', ['person.born']],
      ['how many', ['person.count']],
    ]);
  });

  it.each([
    ['a text for a day', { 'person.born': 'yesterday' }],
    ['a day that does not exist', { 'person.born': '2023-02-29' }],
    ['a text for a number', { 'person.count': '2' }],
    ['a fraction', { 'person.count': 1.5 }],
    ['a number beyond 32 bits', { 'person.count': 2 ** 31 }],
    ['nothing for what is never null', { 'person.here': null }],
  ])('will not be decided with %s', (_what, facts) => {
    expect(() => decide(load(), { 'person.here': true, ...facts }, RUN)).toThrow(RangeError);
  });

  it('refuses conflicts that do not close', () => {
    const [a, b, c] = ['A', 'B', 'C'].map((code, index) => ({
      ...load(),
      code,
      conflicts: index < 2 ? [{ with: 'BC'[index]!, resolve: 'higher' as const }] : [],
    }));
    expect(() => assertConflictsClose([a!, b!, c!])).toThrow(/A excludes B and B excludes C/);
    expect(() => assertConflictsClose([a!, b!])).not.toThrow();
  });
});
