import { day, type Day } from '@app/kernel';
import { readOpening } from './newborn-application.rules';
import { channelReasons, itemsOf } from './newborn-matter.rules';
import { MOVES } from './newborn-matter.state';
import type { ChannelRow, ItemRow, KnownParent, Opening } from './newborn-matter.types';

describe('what a place offers', () => {
  const row = (region: string, item: ItemRow['item'], more: Partial<ItemRow> = {}): ItemRow => ({
    region,
    item,
    authority: 'police',
    isOffered: true,
    workingDays: 5,
    from: '2024-01-01' as Day,
    source: 'x',
    status: 'confirmed',
    ...more,
  });

  it('is of each item the row of the nearest region, without what that one leaves out', () => {
    const offered = itemsOf([
      row('', 'vaccination-card'),
      row('', 'registration-voucher'),
      row('62', 'vaccination-card', { workingDays: 3 }),
      row('6201', 'registration-voucher', { isOffered: false }),
    ]);
    expect(offered.map(({ item, workingDays }) => [item, workingDays])).toEqual([['vaccination-card', 3]]);
  });
});

describe('a joint channel', () => {
  const channel: ChannelRow = { region: '62', ageMonthsMax: 12, needsWedlock: true, localParents: 1, source: 'x' };
  const parent = (more: Partial<KnownParent> = {}): KnownParent => ({
    id: 'p',
    divisionCode: '620102000000',
    maritalStatus: '20',
    ...more,
  });
  const family = (parents: KnownParent[], born = '2026-01-15') => ({
    born: day(born),
    today: day('2026-12-31'),
    parents,
  });

  it.each<[string, ChannelRow | undefined, ReturnType<typeof family>, string[]]>([
    ['a place without conditions', undefined, family([], '2020-01-01'), []],
    ['a couple of the place', channel, family([parent()]), []],
    ['a child of twelve months', channel, family([parent()], '2025-12-31'), ['CHILD_TOO_OLD']],
    ['a child of twelve months less a day', channel, family([parent()], '2026-01-01'), []],
    ['an unmarried mother', channel, family([parent({ maritalStatus: '10' })]), ['PARENTS_NOT_MARRIED']],
    ['parents of whom the register does not say', channel, family([parent({ maritalStatus: null })]), []],
    ['parents whom the register does not know', channel, family([]), []],
    [
      'two parents from elsewhere',
      channel,
      family([parent({ divisionCode: '340202000000' }), parent({ divisionCode: '340202000000' })]),
      ['PARENTS_NOT_LOCAL'],
    ],
  ])('for %s gives these reasons', (_name, row, of, reasons) => {
    expect(channelReasons(row, of)).toEqual(reasons);
  });
});

describe('an application', () => {
  const opening: Opening = {
    certificateNo: 'w340000777',
    born: day('2026-03-30'),
    sex: 2,
    childName: null,
    division: null,
    mother: { name: ' 古丽·艾买提 ', number: '11010519491231002x' },
    father: null,
  };

  it('is read with its numbers as they are stored', () => {
    expect(readOpening(opening, day('2026-04-01'))).toMatchObject({
      certificateNo: 'W340000777',
      mother: { name: '古丽·艾买提', number: '11010519491231002X' },
    });
  });

  it.each<[string, Partial<Opening>, object]>([
    ['a birth in the future', { born: day('2026-04-02') }, { code: 'BORN_IN_FUTURE' }],
    ['a certificate of another shape', { certificateNo: '3400007770' }, { code: 'CERTIFICATE' }],
    [
      'a wrong check digit',
      { mother: { name: '某', number: '110105194912310021' } },
      { code: 'NUMBER', role: 'mother' },
    ],
    ['a name of controls', { childName: 'a\u0000b' }, { code: 'NAME', column: 'childName' }],
    ['a division of five digits', { division: '34020' }, { code: 'DIVISION' }],
  ])('with %s is not read, and it is said where', (_name, more, problem) => {
    expect(readOpening({ ...opening, ...more }, day('2026-04-01'))).toEqual(problem);
  });

  it('takes a passport for a parent without a citizen’s number', () => {
    const mother = { name: 'A', number: 'E12345678' };
    expect(readOpening({ ...opening, mother }, day('2026-04-01'))).toMatchObject({ mother });
  });
});

describe('the states of a part', () => {
  it('move as printed', () => {
    expect(Object.entries(MOVES).map(([from, to]) => `${from}: ${to.join(' ')}`)).toEqual([
      'offered: open declined done',
      'declined: open done',
      'open: waiting done failed withdrawn',
      'waiting: open done failed withdrawn',
      'failed: open done',
      'withdrawn: open done',
      'done: open',
    ]);
  });
});
