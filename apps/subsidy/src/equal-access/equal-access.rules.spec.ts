import { day } from '@app/kernel';
import { accessRateOn } from './equal-access.rates';
import { isNewcomer } from './equal-access.rules';

describe('a newcomer household', () => {
  it.each([
    ['moved in half a year before', '2025-09-01', false, true],
    ['moved in on the day of the claim', '2026-03-01', false, true],
    ['moved in two years before to the day', '2024-03-01', false, false],
    ['moved in a day less than two years before', '2024-03-02', false, true],
    ['moved in only after the claim', '2026-03-02', false, false],
    ['never moved', null, false, false],
    ['registered elsewhere, as migrant knows', null, true, true],
    ['moved in long ago but registered elsewhere', '2015-01-01', true, true],
  ])('%s: moved in %s, elsewhere %s, newcomer %s', (_case, movedIn, isElsewhere, expected) => {
    const movedInOn = movedIn === null ? null : day(movedIn);
    const submittedOn = day('2026-03-01');
    expect(isNewcomer({ movedInOn, submittedOn, isElsewhere }, accessRateOn(submittedOn).newcomerMonths)).toBe(
      expected,
    );
  });
});
