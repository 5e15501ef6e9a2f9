import { day, type Day } from '@app/kernel';
import { codeOf, normaliseCode, readLedgerRow, replacementNumber, schemeOf } from './certificate.rules';
import type { SchemeRow } from './certificate.types';

const scheme = (
  id: string,
  region: string,
  from: string | null,
  until: string | null,
  template: string | null = null,
) => ({ id, region, from, until, template, pattern: '.' }) as SchemeRow;

describe('a scheme of numbers', () => {
  const schemes = [
    scheme('country', '', '1979-01-01', '2016-01-01'),
    scheme('old', '340202', '1982-01-01', '2003-01-01'),
    scheme('new', '340202', '2003-01-01', '2016-01-01'),
    scheme('replacements', '', '2016-01-01', null, 'BL{office}{year}{serial}'),
  ];
  it.each([
    ['340202000000', '2002-12-31', 'old'],
    ['340202100000', '2003-01-01', 'new'],
    ['340203000000', '2003-01-01', 'country'],
    ['340202000000', '1980-01-01', 'country'],
    ['340202000000', '2026-04-01', 'replacements'],
    ['340202000000', '1970-01-01', undefined],
  ])('of the office %s on %s is %s', (office, on, id) => {
    expect(schemeOf(schemes, office, day(on))?.id).toBe(id);
  });

  it('numbers replacements where it has a template, and nothing else', () => {
    const on = day('2026-04-01');
    expect(replacementNumber(schemes[3], '340202000000', on, 7)).toBe('BL3402022026000007');
    expect(replacementNumber(schemes[2], '340202000000', on, 7)).toBeUndefined();
  });
});

describe('a verification code', () => {
  it('is read however it is typed', () => {
    const code = codeOf(Uint8Array.from([0, 1, 31, 10, 18, 255, 32, 33, 20, 5, 9]));
    expect(code).toBe('01ZAJ-Z01M5');
    expect(normaliseCode(' o1zaj z0lm5 ')).toBe('01ZAJZ01M5');
    expect(normaliseCode(code)).toBe('01ZAJZ01M5');
  });
});

describe('a line of a ledger', () => {
  const today = '2026-04-01' as Day;
  const cells = {
    certificate_no: 'SD200900000123',
    office_code: '340202',
    issued_on: '2009-06-01',
    child_name: '某',
    child_birth_date: '2008-05-05',
    mother_name: '甲',
    mother_id_number: '340202196001010040',
  };
  it.each<[string, Record<string, string>, string[]]>([
    ['as it should be', {}, []],
    ['the last day of the period', { child_birth_date: '2015-12-31', issued_on: '2016-01-05' }, []],
    ['the first day after it', { child_birth_date: '2016-01-01', issued_on: '2016-01-05' }, ['BORN_AFTER_THE_PERIOD']],
    ['issued before the birth', { issued_on: '2008-05-04' }, ['ISSUED_BEFORE_BIRTH']],
    ['no such day', { issued_on: '2009-02-29' }, ['NOT_A_DAY']],
    ['in the future', { issued_on: '2026-04-02' }, ['IN_THE_FUTURE']],
    ['an office that is a city', { office_code: '3402' }, []],
    ['an office that is a province', { office_code: '34' }, ['OFFICE_SHAPE']],
    ['nobody holds it', { mother_name: '' }, ['HOLDER_MISSING']],
    ['a wrong number', { mother_id_number: '340202196001010041' }, ['HOLDER_NUMBER']],
    ['an unknown grade', { grade: 'gossip' }, ['GRADE_UNKNOWN']],
    ['a lost character', { child_name: '\ufffd' }, ['UNPRINTABLE']],
  ])('with %s has these errors', (_name, more, codes) => {
    const { row, errors } = readLedgerRow({ ...cells, ...more }, today);
    expect(errors.map(({ code }) => code)).toEqual(codes);
    expect(row === undefined).toBe(codes.length > 0);
  });
});
