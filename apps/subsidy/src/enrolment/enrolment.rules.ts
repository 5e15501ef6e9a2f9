import type { Day } from '@app/kernel';
import type { PaidHere, PaidYear } from './enrolment.types';

/** Years of one programme and authority that follow each other are one enrolment; it has ended when its days are over. */
export function enrolmentsOf(years: readonly PaidYear[], today: Day): PaidHere[] {
  const ordered = [...years].sort((a, b) => compare(a.programme, b.programme) || compare(a.from, b.from));
  const joined: PaidYear[] = [];
  for (const year of ordered) {
    const last = joined.at(-1);
    const goesOn = last?.programme === year.programme && last.authority === year.authority && last.until === year.from;
    if (goesOn) joined[joined.length - 1] = { ...last, until: year.until };
    else joined.push(year);
  }
  return joined.map(({ programme, from, until, authority }) => ({
    programme,
    from,
    until,
    authority,
    status: until > today ? 'enrolled' : 'ended',
  }));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
