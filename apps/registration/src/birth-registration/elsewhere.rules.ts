import type { Day } from '@app/kernel';

/** A registration of a parent who is asked about: the birth it is of, by day or by expected month. */
export interface KnownBirth {
  readonly bornOn: Day | null;
  readonly expectedMonth: Day | null;
}

/** Closer than that, two births of one parent are rather one that was stated differently. */
const MONTHS_APART = 8;

const monthsOf = (on: string): number => Number(on.slice(0, 4)) * 12 + Number(on.slice(5, 7));

/**
 * Whether a birth of a month is among those on record of a parent. One in the very month is; one close by is for a person to
 * look at; without a month nobody can tell, so any is.
 * @param month As 2026-03; null where the asker did not say.
 */
export function recognise<B extends KnownBirth>(
  month: string | null,
  known: readonly B[],
): { readonly outcome: 'confirmed' | 'mismatch'; readonly birth: B } | { readonly outcome: 'not-found' } {
  const dated = known.flatMap((birth) => {
    const on = birth.bornOn ?? birth.expectedMonth;
    return on === null ? [] : [{ birth, apart: month === null ? 0 : Math.abs(monthsOf(on) - monthsOf(month)) }];
  });
  const [nearest] = dated.sort((a, b) => a.apart - b.apart);
  if (!nearest || nearest.apart > MONTHS_APART) return { outcome: 'not-found' };
  const isSame = month !== null && nearest.apart === 0;
  return { outcome: isSame ? 'confirmed' : 'mismatch', birth: nearest.birth };
}
