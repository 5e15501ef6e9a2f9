import { type Day, day } from '@app/kernel';

/** What the comparison is made by, from a day on; a change is a new line. */
export interface AccessRate {
  readonly from: Day;
  /** Moved in within so many months before the claim: a newcomer household, where migrant knows no more. */
  readonly newcomerMonths: number;
  /** A quarter is frozen so many days after its end. */
  readonly freezeDays: number;
  readonly source: string;
}

const ACCESS_RATES: readonly AccessRate[] = [
  {
    from: day('2021-08-20'),
    newcomerMonths: 24,
    freezeDays: 20,
    source: '本机关自定（assumed）：无全国口径；人口与计划生育法第十四条以现居住地为主',
  },
];

export const accessRateOn = (on: Day): AccessRate =>
  ACCESS_RATES.findLast(({ from }) => from <= on) ?? ACCESS_RATES[0]!;
