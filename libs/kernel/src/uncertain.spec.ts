import { type Answer, answerOn, type Day, findPartialDay, uncertainDay, uncertainPeriod } from './index';

describe('a day that is known in part', () => {
  it.each(['2019', '2019-05', '2019-05-03', '2020-02-29'])('may be %s', (text) => {
    expect(findPartialDay(text)).toBe(text);
  });

  it.each(['0000', '19', '2019-13', '2019-00', '2019-02-29', '2019-5', '2019-05-3', 'unknown', ''])(
    'is not %p',
    (text) => {
      expect(findPartialDay(text)).toBeUndefined();
    },
  );

  it('is the day of an event only when it is known to the day', () => {
    expect(uncertainDay('2019-05-03' as never).certain).toEqual({ from: '2019-05-03', until: '2019-05-04' });
    expect(uncertainDay('2019-05' as never)).toEqual({
      valid: { from: '2019-05-01', until: '2019-06-01' },
      certain: null,
    });
    expect(uncertainDay('2019' as never).valid).toEqual({ from: '2019-01-01', until: '2020-01-01' });
  });
});

describe('whether something held on a day', () => {
  const cases: [from: string | null, until: string | null, on: string, disputed: boolean, answer: Answer][] = [
    ['2019-05-03', null, '2019-05-02', false, 'no'],
    ['2019-05-03', null, '2019-05-03', false, 'yes'],
    ['2019-05-03', '2020-05-03', '2020-05-02', false, 'yes'],
    ['2019-05-03', '2020-05-03', '2020-05-03', false, 'no'],
    ['2019-05', null, '2019-04-30', false, 'no'],
    ['2019-05', null, '2019-05-01', false, 'possible'],
    ['2019-05', null, '2019-05-30', false, 'possible'],
    ['2019-05', null, '2019-05-31', false, 'yes'],
    ['2019', null, '2019-12-30', false, 'possible'],
    ['2019', null, '2019-12-31', false, 'yes'],
    ['2019', '2019', '2019-06-01', false, 'possible'],
    ['2019-05-03', '2020', '2019-12-31', false, 'yes'],
    ['2019-05-03', '2020', '2020-01-01', false, 'possible'],
    ['2019-05-03', '2020', '2020-12-30', false, 'possible'],
    ['2019-05-03', '2020', '2020-12-31', false, 'no'],
    ['unknown', null, '1990-01-01', false, 'possible'],
    ['unknown', '2020-01-01', '2020-01-01', false, 'no'],
    ['2019-05-03', 'unknown', '2019-05-02', false, 'no'],
    ['2019-05-03', 'unknown', '2030-01-01', false, 'possible'],
    [null, null, '1950-01-01', false, 'yes'],
    ['2019-05-03', null, '2019-05-03', true, 'under-investigation'],
    ['2019-05', null, '2019-05-01', true, 'under-investigation'],
    ['2019-05-03', null, '2019-05-02', true, 'no'],
  ];

  it.each(cases)('from %s until %s, on %s, disputed %s: %s', (from, until, on, disputed, answer) => {
    const period = uncertainPeriod(from as never, until as never)!;
    expect(answerOn(period, on as Day, disputed)).toBe(answer);
  });

  it.each([
    ['2020', '2019'],
    ['2020-05-03', '2020-05-03'],
    ['2020-05-04', '2020-05-03'],
  ])('cannot be asked of a period from %s until %s, which has no day', (from, until) => {
    expect(uncertainPeriod(from as never, until as never)).toBeUndefined();
  });
});
