import { type DayNumber, wholeYears, yearOfDay, yearStart } from './calendar.rules';
import { Person } from './person.rules';
import { OLDEST_COHORT, cohortShares } from './population.rates';
import type { Random } from './random.rules';

/**
 * Hands out birth years and sexes so that the county as a whole, not each village, has the right pyramid:
 * a cohort that is too small for one village appears in every third, and planted people count too.
 */
export class Cohorts {
  private readonly shares: readonly number[];
  private readonly phases: readonly number[];
  private readonly given: number[];
  private people = 0;
  private readonly lastYear: number;

  constructor(
    private readonly random: Random,
    private readonly asOf: DayNumber,
  ) {
    this.lastYear = yearOfDay(asOf);
    const days = asOf - yearStart(this.lastYear) + 1;
    this.shares = cohortShares(this.lastYear, days / 366);
    this.phases = this.shares.map(() => random.below(1000) / 1000);
    this.given = this.shares.map(() => 0);
  }

  /** Somebody made outside the quota: the next villages have one fewer of that cohort. */
  count(person: Person): void {
    this.people += 1;
    const cell = (yearOfDay(person.born) - OLDEST_COHORT) * 2 + person.sex - 1;
    this.given[cell] = this.given[cell]! + 1;
  }

  /** Exactly `count` new people, oldest birth year first. */
  take(count: number): Person[] {
    this.people += count;
    const cells = this.shares.map((share, cell) => {
      const due = Math.floor(share * this.people + this.phases[cell]!) - this.given[cell]!;
      return Math.max(0, due);
    });
    this.balance(cells, count);
    const persons: Person[] = [];
    for (let cell = 0; cell < cells.length; cell++) {
      const year = OLDEST_COHORT + (cell >> 1);
      const sex = (cell & 1) === 0 ? 1 : 2;
      const start = yearStart(year);
      const days = year === this.lastYear ? this.asOf - start + 1 : 365;
      for (let i = cells[cell]!; i > 0; i--) persons.push(new Person(sex, start + this.random.below(days)));
      this.given[cell] = this.given[cell]! + cells[cell]!;
    }
    return persons;
  }

  /** Rounding is settled among adults of 30 to 69, where one more or less changes no rate that anybody looks at. */
  private balance(cells: number[], count: number): void {
    let sum = cells.reduce((a, b) => a + b, 0);
    while (sum !== count) {
      const cell = (this.lastYear - this.random.between(30, 69) - OLDEST_COHORT) * 2 + this.random.below(2);
      if (sum < count) {
        cells[cell] = cells[cell]! + 1;
        sum += 1;
      } else if (cells[cell]! > 0) {
        cells[cell] = cells[cell]! - 1;
        sum -= 1;
      }
    }
  }
}

export const ageOn = (asOf: DayNumber, person: Person): number => wholeYears(asOf - person.born);
