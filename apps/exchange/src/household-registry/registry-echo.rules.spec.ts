import { checkCharacter } from '@app/kernel';
import { RegistryFailure } from './household-registry.types';
import { assertAbout, isSameName, isSameNumber } from './registry-echo.rules';

const LONG = `99010119600102003${checkCharacter('99010119600102003')}`;

it.each([
  ['the same', '示例某', '示例某', true],
  ['another separator', '古丽·艾买提', '古丽•艾买提', true],
  ['a full stop as separator', '古丽·艾买提', '古丽.艾买提', true],
  ['blanks', '示例 某', '示例某', true],
  ['a decomposed letter', 'Jose\u0301', 'Jos\u00e9', true],
  ['no separator', '古丽·艾买提', '古丽艾买提', false],
  ['a character that only looks alike', '𬱖某', '頠某', false],
  ['a compatibility form', '⼀某', '一某', false],
])('compares names: %s', (_case, one, other, isSame) => {
  expect(isSameName(one, other)).toBe(isSame);
});

it.each([
  ['the 15-digit spelling', '990101600102003', LONG, true],
  ['full-width digits and blanks', '９９０１０１ 600102003', LONG, true],
  ['a small x', LONG, LONG.toLowerCase(), true],
  ['one digit another', '990101600102004', LONG, false],
])('compares numbers: %s', (_case, one, other, isSame) => {
  expect(isSameNumber(one, other)).toBe(isSame);
});

const ASKED = { idNumber: '990101600102003', name: '示例某' };
const OTHER = { idNumber: '990101600102004', name: '示例某' };
it.each([
  ['nobody', ASKED, [], true],
  ['the one', ASKED, [ASKED], true],
  ['the one and another on the same number', ASKED, [{ ...ASKED, name: '同号人' }, ASKED], true],
  ['only another on the same number', ASKED, [{ ...ASKED, name: '同号人' }], false],
  ['another of the same name', ASKED, [OTHER], false],
  ['the one, and another besides', ASKED, [ASKED, OTHER], false],
  ['somebody without a number', ASKED, [{ ...ASKED, idNumber: null }], false],
  ['anybody on the number, where no name was asked', { ...ASKED, name: null }, [{ ...ASKED, name: '同号人' }], true],
])('an answer may be about %s: %#', (_case, asked, records, isGood) => {
  const check = () => assertAbout(asked, records);
  if (isGood) expect(check).not.toThrow();
  else expect(check).toThrow(RegistryFailure);
});
