import { type Day, Refusal } from '@app/kernel';
import { COUNTY, LAST_COUNTY } from './division.rules';

export const FEWEST_PEOPLE = 4000;
export const MOST_PEOPLE = 10_000_000;
export const EARLIEST_DAY = '2026-03-31' as Day;
export const LATEST_DAY = '2030-12-31' as Day;

/** Every way the demo county can say no. */
export const refuse = {
  people: (people: number) =>
    new Refusal(
      'COUNTY_SIZE',
      {
        zh: `示例县人口须为${FEWEST_PEOPLE}至${MOST_PEOPLE}之间的整数，请改用 --people 指定。`,
        en: `The demo county has ${FEWEST_PEOPLE} to ${MOST_PEOPLE} people, a whole number: choose another --people.`,
      },
      { people },
    ),
  county: (county: string) =>
    new Refusal(
      'COUNTY_CODE',
      {
        zh: `示例县的代码须在${COUNTY}至${LAST_COUNTY}之间，不能是“${county}”，请改用其中之一。`,
        en: `A demo county's code is one of ${COUNTY} to ${LAST_COUNTY}, not "${county}": choose one of them.`,
      },
      { county },
    ),
  asOf: (asOf: string) =>
    new Refusal(
      'COUNTY_DAY',
      {
        zh: `示例县的日期须在${EARLIEST_DAY}至${LATEST_DAY}之间，请改用其他日期。`,
        en: `The demo county stands on a day from ${EARLIEST_DAY} to ${LATEST_DAY}: choose another day.`,
      },
      { asOf },
    ),
};
