import { type Day, Refusal } from '@app/kernel';
import type { Programme } from './programme';

/** The four levels that share a programme's cost, the one that keeps the remainder last. */
export const FUNDING_LEVELS = ['central', 'province', 'city', 'county'] as const;

export type FundingLevel = (typeof FUNDING_LEVELS)[number];

/** Basis points (1/10 000) by level; they sum to 10 000. Ready for `splitFen(total, FUNDING_LEVELS.map(…))`. */
export type FundingShares = Readonly<Record<FundingLevel, number>>;

/**
 * Who bears a programme's cost in a region on a day: the parameters FUND_CENTRAL, FUND_PROVINCE, FUND_CITY and
 * FUND_COUNTY. Throws Refusal `FUNDING_SHARES_MISSING`, or `FUNDING_SHARES_DO_NOT_SUM` for a printed source error.
 */
export function fundingShares(programme: Programme, region: string, on: Day): FundingShares {
  const shares = FUNDING_LEVELS.map((level) => {
    const parameter = programme.parameters.find(`FUND_${level.toUpperCase()}`, region, on);
    if (parameter) return [level, Number(parameter.value)] as const;
    throw new Refusal(
      'FUNDING_SHARES_MISSING',
      {
        zh: `${programme.title.zh}在地区 ${region} 于 ${on} 没有资金分担比例，请在 parameters.csv 中补上 FUND_${level.toUpperCase()}。`,
        en: `${programme.title.en} has no funding share for region ${region} on ${on}; add a FUND_${level.toUpperCase()} row to parameters.csv.`,
      },
      { programme: programme.code, region, on },
    );
  });
  const sum = shares.reduce((total, [, share]) => total + share, 0);
  if (sum === 10_000) return Object.fromEntries(shares) as FundingShares;
  throw new Refusal(
    'FUNDING_SHARES_DO_NOT_SUM',
    {
      zh: `${programme.title.zh}在地区 ${region} 于 ${on} 的资金分担比例合计 ${sum}，应为 10000；请核对来源并改正 parameters.csv。`,
      en: `The funding shares of ${programme.title.en} for region ${region} on ${on} sum to ${sum} basis points, not 10000; check the source and correct parameters.csv.`,
    },
    { programme: programme.code, region, on, sum },
  );
}
