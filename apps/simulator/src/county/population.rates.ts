/**
 * The shape of a Chinese county in the middle of the 2020s. Pyramid: WPP 2019, both sexes, thousands, ages 0–4 …
 * 100+ at mid-2020 (shape only). Death rates: WPP 2024, 2020–25. Births: NBS printed rates; 2016–2020 rounded.
 */
const PYRAMID_2020 = {
  1: [
    44456, 46320, 45350, 44103, 46274, 51523, 66443, 51346, 49289, 61173, 62348, 49958, 38917, 36527, 21425, 12207,
    6884, 2843, 731, 116, 13,
  ],
  2: [
    39476, 40415, 38913, 38239, 40884, 46466, 62296, 48746, 46985, 58664, 61097, 48782, 38597, 37623, 23525, 14337,
    9298, 4739, 1574, 359, 62,
  ],
} as const;

/** Yearly deaths per 100,000 at ages 0, 1–4, 5–9 … 95–99, 100+. */
const DEATHS = {
  1: [
    618, 42, 28, 35, 44, 68, 89, 104, 124, 200, 317, 557, 815, 1442, 2268, 3629, 5803, 10220, 17461, 29909, 51846,
    82248,
  ],
  2: [523, 40, 24, 22, 26, 43, 53, 61, 72, 103, 154, 256, 377, 681, 1121, 1970, 3493, 6716, 12199, 21867, 37047, 55387],
} as const;

/** Births per 1,000 people; a year not listed has the last rate. */
const BIRTHS_PER_THOUSAND: Readonly<Record<number, number>> = {
  2016: 13.6,
  2017: 12.6,
  2018: 10.9,
  2019: 10.4,
  2020: 8.5,
  2021: 7.52,
  2022: 6.77,
  2023: 6.39,
  2024: 6.77,
  2025: 5.63,
};
const LAST_RATE = 5.6;

/** Boys in 207 births: sex ratio at birth 107. */
const BOYS_IN_207 = 107;

export const OLDEST_COHORT = 1920;

/** Share of births by the mother's five-year age group, 15–19 … 40–44, in 10,000 (WPP 2024, China 2023). */
export const MOTHERS_BY_AGE: readonly number[] = [262, 2332, 3472, 2435, 1115, 293];

/** Married, per mille, in five-year age groups from 20–24 on. */
export const MARRIED: Readonly<Record<1 | 2, readonly number[]>> = {
  1: [120, 480, 790, 880, 910, 930, 930, 930, 920, 910, 890, 850, 780, 680, 560, 430, 300],
  2: [200, 620, 860, 920, 930, 930, 930, 910, 880, 840, 780, 690, 560, 400, 260, 140, 80],
};

/** Deaths per 100,000 in a year at this age. */
export function deathsPerHundredThousand(sex: 1 | 2, age: number): number {
  const group = age === 0 ? 0 : age < 5 ? 1 : Math.min(21, Math.floor(age / 5) + 1);
  return DEATHS[sex][group]!;
}

/**
 * Share of the population in each cohort: index `(birth year − 1920) × 2 + sex − 1`, sum 1.
 * `partOfYear`: how much of the last year has passed.
 */
export function cohortShares(lastYear: number, partOfYear: number): number[] {
  const shares: number[] = [];
  let older = 0;
  for (let year = OLDEST_COHORT; year <= 2015; year++) {
    for (const sex of [1, 2] as const) {
      const weight = survivors(sex, 2020 - year, lastYear - 2020);
      older += weight;
      shares.push(weight);
    }
  }
  let younger = 0;
  for (let year = 2016; year <= lastYear; year++) {
    const births = ((BIRTHS_PER_THOUSAND[year] ?? LAST_RATE) / 1000) * (year === lastYear ? partOfYear : 1);
    younger += births;
    shares.push((births * BOYS_IN_207) / 207, (births * (207 - BOYS_IN_207)) / 207);
  }
  const olderCells = (2016 - OLDEST_COHORT) * 2;
  for (let cell = 0; cell < olderCells; cell++) shares[cell] = (shares[cell]! / older) * (1 - younger);
  return shares;
}

function survivors(sex: 1 | 2, age: number, years: number): number {
  let weight = PYRAMID_2020[sex][Math.min(20, Math.floor(age / 5))]! / 5;
  for (let k = 0; k < years; k++) weight *= 1 - deathsPerHundredThousand(sex, age + k) / 100_000;
  return weight;
}
