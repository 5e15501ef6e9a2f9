import { type DayNumber, wholeYears, yearOfDay, yearsToDays } from './calendar.rules';
import { ageOn } from './cohort.rules';
import { Family, NEVER, Person } from './person.rules';
import { MARRIED, MOTHERS_BY_AGE, deathsPerHundredThousand } from './population.rates';
import type { Random } from './random.rules';

/** Deaths of the last 18 months stand in the extract; older ones were taken out of the register's working set. */
const DEATH_DAYS = 548;
const SPACING_DAYS = 300;
const YOUNGEST_PARENT = yearsToDays(18);
const OLDEST_MOTHER = yearsToDays(46);
const OLDEST_FATHER = yearsToDays(50) - 1;
const ADULT = yearsToDays(18);

/** Draws the deaths, marries the adults, and gives the children parents. Returns the families, youngest mother first. */
export function makeFamilies(random: Random, persons: readonly Person[], asOf: DayNumber): Family[] {
  for (const person of persons) drawDeath(random, person, asOf);
  const couples = marry(random, persons, asOf);
  const families = couples.map(([wife, husband]) => family(random, wife, husband));
  for (const person of persons) {
    if (person.spouse) continue;
    drawMaritalStatus(random, person, asOf);
    const age = ageOn(asOf, person);
    if (person.sex === 2 && age >= 25 && (person.marital === '40' || person.marital === '30')) {
      families.push(family(random, person, undefined));
    }
  }
  families.sort((a, b) => b.mother!.born - a.mother!.born);
  for (let i = persons.length - 1; i >= 0; i--) placeChild(random, persons[i]!, families, asOf);
  for (const each of families) loseOrCareForOnlyChild(random, each, asOf);
  return families;
}

function drawDeath(random: Random, person: Person, asOf: DayNumber): void {
  const perHundredThousand = deathsPerHundredThousand(person.sex, ageOn(asOf, person)) * 1.5;
  if (random.below(100_000) >= perHundredThousand) return;
  die(person, Math.max(person.born, asOf - random.below(DEATH_DAYS)));
}

export function die(person: Person, on: DayNumber): void {
  person.died = on;
  person.status = 9;
  if (person.spouse && person.spouse.died === NEVER) person.spouse.marital = '30';
}

/** Two queues by age, slightly shuffled: neighbours marry when not more than about six years apart. */
function marry(random: Random, persons: readonly Person[], asOf: DayNumber): [Person, Person][] {
  const queue = (sex: 1 | 2, shift: number): { person: Person; key: number }[] => {
    const list: { person: Person; key: number }[] = [];
    for (const person of persons) {
      if (person.sex !== sex) continue;
      const age = ageOn(asOf, person);
      if (age < 20 || (sex === 1 && age < 22)) continue;
      const rates = MARRIED[sex];
      if (!random.chance(rates[Math.min(rates.length - 1, Math.floor(age / 5) - 4)]!)) continue;
      list.push({ person, key: person.born + shift + random.between(-1000, 1000) });
    }
    return list.sort((a, b) => a.key - b.key);
  };
  const [women, men] = [queue(2, 0), queue(1, 730)];
  const couples: [Person, Person][] = [];
  for (let w = 0, m = 0; w < women.length && m < men.length;) {
    const gap = men[m]!.key - women[w]!.key;
    if (gap < -2190) m += 1;
    else if (gap > 2190) w += 1;
    else couples.push([women[w++]!.person, men[m++]!.person]);
  }
  for (const [wife, husband] of couples) {
    wife.spouse = husband;
    husband.spouse = wife;
    const status = random.chance(30) ? '22' : random.chance(100) ? '20' : '21';
    wife.marital = husband.died === NEVER ? status : '30';
    husband.marital = wife.died === NEVER ? status : '30';
  }
  return couples;
}

function drawMaritalStatus(random: Random, person: Person, asOf: DayNumber): void {
  const age = ageOn(asOf, person);
  if (age < 24) person.marital = '10';
  else if (age < 60) person.marital = random.chance(age < 32 ? 900 : 550) ? '10' : '40';
  else person.marital = random.chance(person.sex === 2 ? 880 : 620) ? '30' : random.chance(900) ? '10' : '90';
}

function family(random: Random, mother: Person, father: Person | undefined): Family {
  const year = yearOfDay(mother.born);
  const room = father
    ? year < 1955
      ? 1 + random.weighted([15, 35, 32, 18])
      : 1 + random.weighted(year < 1980 ? [50, 38, 12] : [38, 47, 15])
    : 1 + random.weighted([80, 20]);
  const made = new Family(mother, father, room);
  mother.family = made;
  if (father) father.family = made;
  return made;
}

/** Minors always get parents when the village has any that fit; adults mostly. */
function placeChild(random: Random, child: Person, families: readonly Family[], asOf: DayNumber): void {
  const minor = asOf - child.born < ADULT;
  if (!minor && (wholeYears(asOf - child.born) > 72 || !random.chance(880))) return;
  const group = random.weighted(MOTHERS_BY_AGE);
  const motherBorn = child.born - yearsToDays(15 + group * 5) - random.below(1826);
  let low = 0;
  for (let high = families.length; low < high;) {
    const middle = (low + high) >> 1;
    if (families[middle]!.mother!.born > motherBorn) low = middle + 1;
    else high = middle;
  }
  const reach = minor ? families.length : 60;
  for (const crowded of minor ? [false, true] : [false]) {
    for (let step = 0; step < reach; step++) {
      const [before, after] = [families[low - 1 - step], families[low + step]];
      if (after && fits(child, after, crowded)) return void join(child, after);
      if (before && fits(child, before, crowded)) return void join(child, before);
    }
  }
}

function fits(child: Person, candidate: Family, crowded: boolean): boolean {
  if (candidate.children.length >= (crowded ? 6 : candidate.room)) return false;
  const mother = candidate.mother!;
  const motherAge = child.born - mother.born;
  if (motherAge < YOUNGEST_PARENT || motherAge > OLDEST_MOTHER) return false;
  if (mother.died !== NEVER && mother.died < child.born) return false;
  const father = candidate.father;
  if (father) {
    const fatherAge = child.born - father.born;
    if (fatherAge < YOUNGEST_PARENT || fatherAge > OLDEST_FATHER) return false;
    if (father.died !== NEVER && father.died < child.born) return false;
  }
  if (child.spouse && candidate.children.includes(child.spouse)) return false;
  return candidate.children.every((sibling) => Math.abs(sibling.born - child.born) >= SPACING_DAYS);
}

function join(child: Person, into: Family): void {
  into.children.push(child);
  child.parents = into;
}

/** A few families whose only child died or is disabled: the special support is for them. */
function loseOrCareForOnlyChild(random: Random, each: Family, asOf: DayNumber): void {
  const [child] = each.children;
  if (each.children.length !== 1 || !child || child.died !== NEVER || child.spouse || child.family) return;
  const motherAge = ageOn(asOf, each.mother!);
  const childDays = asOf - child.born;
  if (motherAge < 45 || childDays < yearsToDays(6)) return;
  const fate = random.below(1000);
  if (fate < 25) {
    die(child, child.born + random.between(400, childDays - 30));
  } else if (fate < 50) {
    each.disabilityGrade = random.between(1, 4);
    each.disabledSince = Math.max(child.born + 365, asOf - random.between(200, yearsToDays(14)));
  }
}
