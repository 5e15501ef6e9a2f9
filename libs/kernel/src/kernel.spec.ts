import fc from 'fast-check';
import { addMonths, day, dayInChina, findDay, findDivisionCode, divisionLevel, divisionPrefix } from './index';
import { checkCharacter, maskIdNumber, parseCitizenId, parseYuan, splitFen, yuanText } from './index';

describe('citizen identity numbers (GB 11643-1999)', () => {
  it.each([
    ['11010519491231002X', '1949-12-31', 2],
    ['440308199901101512', '1999-01-10', 1],
    ['340202193301010014', '1933-01-01', 1],
    ['340202193212310015', '1932-12-31', 1],
    ['340202200002290020', '2000-02-29', 2],
    ['340202202201010115', '2022-01-01', 1],
    ['340202202212310121', '2022-12-31', 2],
    ['340202202501010213', '2025-01-01', 1],
    ['340290197506120030', '1975-06-12', 1],
    ['65313119800101101X', '1980-01-01', 1],
    ['34020219600101018X', '1960-01-01', 2],
    ['810000199001010019', '1990-01-01', 1],
  ])('accepts %s, born %s', (number, birthDate, sex) => {
    expect(parseCitizenId(number)).toMatchObject({ number, birthDate, sex });
  });

  it.each([
    ['34020219650229001X', 'BIRTH_DATE'],
    ['340202193301010015', 'CHECK_DIGIT'],
    ['3402021933010100', 'SHAPE'],
    ['34020219330101001A', 'SHAPE'],
    ['', 'SHAPE'],
  ])('refuses %s with %s', (number, problem) => {
    expect(parseCitizenId(number)).toBe(problem);
  });

  it.each([
    ['110105491231002', '11010519491231002X'],
    ['150102880730303', '150102198807303035'],
  ])('turns the fifteen digits %s into %s', (legacy, number) => {
    expect(parseCitizenId(legacy)).toMatchObject({ number, legacy });
  });

  it('reads lower-case and full-width spellings as the same number', () => {
    expect(parseCitizenId('11010519491231002x')).toMatchObject({ number: '11010519491231002X' });
    expect(parseCitizenId('１１０１０５１９４９１２３１００２Ｘ')).toMatchObject({ number: '11010519491231002X' });
  });

  it('leaves at least 90 candidates behind a mask when region and birth date are known', () => {
    const number = '340202202501010213';
    const masked = maskIdNumber(number);
    let candidates = 0;
    for (let sequence = 0; sequence < 1000; sequence++) {
      const seventeen = number.slice(0, 14) + String(sequence).padStart(3, '0');
      const candidate = seventeen + checkCharacter(seventeen);
      if ([...masked].every((c, i) => c === '*' || c === candidate[i])) candidates++;
    }
    expect(candidates).toBeGreaterThanOrEqual(90);
  });
});

describe('days', () => {
  it('know the calendar', () => {
    expect(findDay('2023-02-29')).toBeUndefined();
    expect(findDay('2024-02-29')).toBe('2024-02-29');
    expect(findDay('1900-02-29')).toBeUndefined();
    expect(findDay('2024-2-9')).toBeUndefined();
  });

  it('add months as PostgreSQL does, so that both executors agree on 29 February', () => {
    expect(addMonths(day('2024-02-29'), 36)).toBe('2027-02-28');
    expect(addMonths(day('2024-01-31'), 1)).toBe('2024-02-29');
    expect(addMonths(day('2024-03-31'), -1)).toBe('2024-02-29');
  });

  it('begin at midnight in China', () => {
    expect(dayInChina(new Date('2025-12-31T15:59:59Z'))).toBe('2025-12-31');
    expect(dayInChina(new Date('2025-12-31T16:00:00Z'))).toBe('2026-01-01');
  });
});

describe('money', () => {
  it('reads back what it writes', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), (fen) => parseYuan(yuanText(fen)) === fen),
    );
  });

  it.each(['1e3', '0x10', '12.345', ' 12', '1,200', '', '.5'])('refuses %j as an amount', (text) => {
    expect(parseYuan(text)).toBeUndefined();
  });

  it('splits a batch without losing a fen, the remainder to the lowest level', () => {
    expect(splitFen(3_600_000_00n, [9000, 700, 300])).toEqual([3_240_000_00n, 252_000_00n, 108_000_00n]);
    expect(splitFen(100n, [3333, 3333, 3334])).toEqual([33n, 33n, 34n]);
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 14n }), fc.integer({ min: 0, max: 10_000 }), (total, share) => {
        return splitFen(total, [share, 10_000 - share]).reduce((a, b) => a + b) === total;
      }),
    );
  });
});

describe('division codes', () => {
  it('know their level and the prefix of their subtree', () => {
    expect(divisionLevel(findDivisionCode('340202')!)).toBe('county');
    expect(divisionPrefix(findDivisionCode('340202')!)).toBe('340202');
    expect(divisionLevel(findDivisionCode('340202100')!)).toBe('township');
    expect(divisionPrefix(findDivisionCode('34')!)).toBe('34');
    expect(divisionLevel(findDivisionCode('340202100201')!)).toBe('village');
    expect(findDivisionCode('34020')).toBeUndefined();
  });
});
