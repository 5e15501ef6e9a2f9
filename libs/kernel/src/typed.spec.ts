import { withoutTyped } from './typed';

describe('what an error repeats of what was typed', () => {
  it.each([
    ['no name between marks', 'got "王小明" here', 'got "…" here'],
    ['no name whose closing mark was cut off', 'got "王小', 'got "…'],
    ['what has no name in it', 'field "rule" on \'Query\' 字段', 'field "rule" on \'Query\' 字段'],
    ['no long number within a word', 'a field id_340202199001019999x there', 'a field … there'],
    ['no number after a shorter one', 'x1y123456789012', '…'],
    ['a short word with a number', 'a123456789', 'a123456789'],
    ['a long word without one', 'childrenOfTheHousehold', 'childrenOfTheHousehold'],
    ['a number standing alone by its beginning', '340202199001019999', '…'],
  ])('is %s', (_, typed, told) => expect(withoutTyped(typed)).toBe(told));

  it('is worked out of whatever length, since each letter and mark is looked at once', () => {
    const long = 'a'.repeat(5_000_000);
    expect(withoutTyped(long) === long).toBe(true);
    expect(withoutTyped('“'.repeat(5_000_000))).toHaveLength(2);
  });
});
