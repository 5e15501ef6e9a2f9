import type { Day } from '@app/kernel';
import { Accounts } from './account.rules';
import { type DayNumber, dayNumber, yearOfDay, yearStart } from './calendar.rules';
import { plantChildcareCases } from './childcare-cases.rules';
import { Cohorts } from './cohort.rules';
import type { CsvFile } from './csv-file.service';
import { type Division, type Village, planDivisions, turnOf } from './division.rules';
import { EdgeFamilies } from './edge-family.rules';
import { drawResidence, makeHouseholds } from './household.rules';
import { Identities } from './identity.rules';
import { makeFamilies } from './kinship.rules';
import { plantParentCases } from './parent-cases.rules';
import type { Family, Household } from './person.rules';
import { Random } from './random.rules';
import { plantRegisterCases } from './register-cases.rules';
import { drawAddress, householdNumberOf, registryRow } from './registry-row.rules';

const PEOPLE_PER_SET = 20_000;
const MOST_SETS = 100;
/** Of one county. */
const MOST_ROWS = 100_000_000;
const FIRST_COUNTED_BIRTHS = yearStart(2016);

export interface MadeVillage {
  readonly village: Village;
  readonly households: readonly Household[];
  readonly families: readonly Family[];
  /** Present where a set of edge cases was planted; its households are among the village's last. */
  readonly planted?: EdgeFamilies;
}

/** Makes the people of the county, village by village, and knows the totals. */
export class Registry {
  readonly county: string;
  readonly asOf: DayNumber;
  readonly divisions: readonly Division[];
  readonly sets: number;
  readonly byStatus = { '0': 0, '1': 0, '8': 0, '9': 0 };
  readonly births: Record<string, { boys: number; girls: number }> = {};
  households = 0;

  private readonly places: readonly Village[];
  private readonly random: Random;
  private readonly cohorts: Cohorts;
  private readonly identities: Identities;
  private readonly accounts: Accounts;
  private rows: number;

  constructor(
    private readonly options: {
      readonly people: number;
      readonly seed: number;
      readonly asOf: Day;
      readonly county: string;
      readonly migrantRegions: readonly string[];
    },
  ) {
    this.county = options.county;
    this.rows = turnOf(options.county) * MOST_ROWS;
    const plan = planDivisions(options.people, options.county);
    this.divisions = plan.divisions;
    this.places = plan.villages;
    this.asOf = dayNumber(options.asOf);
    this.sets = Math.min(MOST_SETS, Math.max(1, Math.floor(options.people / PEOPLE_PER_SET)));
    this.random = new Random(options.seed, 1);
    this.cohorts = new Cohorts(this.random, this.asOf);
    this.identities = new Identities(this.random, options.migrantRegions, options.county);
    this.accounts = new Accounts(new Random(options.seed, 2), turnOf(options.county));
  }

  get townships(): number {
    return this.divisions.filter(({ level }) => level === 'township').length;
  }

  get villageCount(): number {
    return this.places.length;
  }

  /** The accounts of planted cases and of ordinary claims come from one counter, so no number is met twice. */
  get bank(): Accounts {
    return this.accounts;
  }

  *villages(): Generator<MadeVillage> {
    const { people } = this.options;
    const count = this.places.length;
    let nextSet = 0;
    for (let v = 0; v < count; v++) {
      const size = Math.floor((people * (v + 1)) / count) - Math.floor((people * v) / count);
      const plants = nextSet < this.sets && v === Math.floor((nextSet * count) / this.sets);
      if (plants) nextSet += 1;
      yield this.make(this.places[v]!, size, plants);
    }
  }

  private make(village: Village, size: number, plants: boolean): MadeVillage {
    const planted = plants ? this.plant() : undefined;
    const { random, asOf } = this;
    const persons = this.cohorts.take(size - (planted?.rowCount() ?? 0));
    const families = makeFamilies(random, persons, asOf);
    const households = makeHouseholds(random, persons, families, asOf);
    for (const household of households) drawResidence(random, household, village.urban, asOf);
    for (const person of persons) {
      if (person.status === 0 && !person.family && person.born < yearStart(2000) && random.below(2000) === 0) {
        person.status = 1;
      }
      this.identities.complete(person);
    }
    return { village, families, planted, households: [...households, ...(planted?.households ?? [])] };
  }

  private plant(): EdgeFamilies {
    const world = new EdgeFamilies(this.random, this.identities, this.accounts, this.cohorts);
    plantChildcareCases(world);
    plantRegisterCases(world);
    plantParentCases(world);
    return world;
  }

  write({ households, village }: MadeVillage, file: CsvFile): void {
    for (const household of households) {
      const number = householdNumberOf((this.households += 1));
      const address = drawAddress(this.random, village);
      for (const person of household.members) {
        this.rows += 1;
        file.line(registryRow(this.random, person, this.rows, number, address, village, this.asOf));
        this.byStatus[person.status] += 1;
        if (person.born >= FIRST_COUNTED_BIRTHS) this.countBirth(yearOfDay(person.born), person.sex);
      }
    }
  }

  private countBirth(year: number, sex: 1 | 2): void {
    const births = (this.births[year] ??= { boys: 0, girls: 0 });
    if (sex === 1) births.boys += 1;
    else births.girls += 1;
  }
}
