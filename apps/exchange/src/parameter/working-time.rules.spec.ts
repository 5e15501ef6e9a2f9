import type { Day } from '@app/kernel';
import { isWorkday } from 'chinese-days';
import { isOpen, nextOpening } from './working-time.rules';

const hours = { opensAt: '08:30', closesAt: '17:30', isOpenOn: (at: Day) => isWorkday(at) };
const at = (text: string) => new Date(`${text}+08:00`);

describe('the hours of another agency', () => {
  it.each([
    ['2026-04-01T08:29:59', false, 'a minute early'],
    ['2026-04-01T08:30:00', true, 'as the door opens'],
    ['2026-04-01T17:29:59', true, 'at the last moment'],
    ['2026-04-01T17:30:00', false, 'as the door closes'],
    ['2026-04-04T10:00:00', false, '清明, a Saturday'],
    ['2026-05-09T10:00:00', true, 'a Saturday that is worked for a holiday'],
    ['2026-10-06T10:00:00', false, 'National Day week'],
  ])('at %s: open %s (%s)', (moment, expected) => {
    expect(isOpen(at(moment), hours)).toBe(expected);
  });

  it.each([
    ['2026-04-01T10:00:00', '2026-04-01T10:00:00', 'is open'],
    ['2026-04-01T07:00:00', '2026-04-01T08:30:00', 'opens this morning'],
    ['2026-04-01T18:00:00', '2026-04-02T08:30:00', 'opens tomorrow'],
    ['2026-04-03T18:00:00', '2026-04-07T08:30:00', 'after the holiday of three days'],
    ['2026-09-30T17:30:00', '2026-10-08T08:30:00', 'after National Day'],
  ])('asked at %s, the next time is %s: it %s', (moment, expected) => {
    expect(nextOpening(at(moment), hours)).toEqual(at(expected));
  });
});
