import { type DayNumber, yearsToDays } from './calendar.rules';
import { ageOn } from './cohort.rules';
import { type Family, Household, NEVER, type Person } from './person.rules';
import type { Random } from './random.rules';

const SONS = ['22', '23', '24', '25', '26'];
const DAUGHTERS = ['32', '33', '34', '35', '36'];
const THREE_YEARS = yearsToDays(3);

/** Puts everybody into a household with a relation to its head (GB/T 4761). */
export function makeHouseholds(
  random: Random,
  persons: readonly Person[],
  families: readonly Family[],
  asOf: DayNumber,
): Household[] {
  const households: Household[] = [];
  // Youngest mothers first: when elders look for a child to live with, that child's household stands already.
  for (const family of families) {
    if (isElder(family, asOf) && joinsChild(random, family)) continue;
    const household = new Household();
    settle(household, family, random.chance(800));
    households.push(household);
  }
  for (const person of persons) {
    if (person.household) continue;
    const household = person.parents?.mother?.household;
    if (household && !person.spouse && !person.family) {
      add(household, person, childRelation(person, person.parents!));
    } else if (ageOn(asOf, person) < 16 && households.length > 0) {
      add(random.pick(households), person, '97'); // Parents not known: taken in by relatives.
    } else {
      const alone = new Household();
      add(alone, person, '02');
      households.push(alone);
    }
  }
  return households;
}

/** The couple, or the mother alone; a living head if there is one. */
export function settle(household: Household, family: Family, fatherFirst: boolean): void {
  const { mother, father } = family;
  const father1 = father && (!mother || mother.died !== NEVER || (fatherFirst && father.died === NEVER));
  const head = father1 ? father : mother!;
  const spouse = father1 ? mother : father;
  add(household, head, '02');
  if (spouse) add(household, spouse, spouse.sex === 1 ? '11' : '12');
}

export function add(household: Household, person: Person, relation: string): void {
  person.household = household;
  person.relation = relation;
  household.members.push(person);
}

/** Only child, or the how-manyeth son or daughter by age; a stepchild where the head is not the father. */
export function childRelation(child: Person, family: Family): string {
  const son = child.sex === 1;
  if (child.fatherNumber && family.father?.relation === '02') return son ? '27' : '37';
  if (family.children.length === 1) return son ? '21' : '31';
  let older = 0;
  for (const sibling of family.children) if (sibling.sex === child.sex && sibling.born < child.born) older += 1;
  return (son ? SONS : DAUGHTERS)[older] ?? (son ? '29' : '39');
}

const isElder = (family: Family, asOf: DayNumber): boolean => ageOn(asOf, family.mother!) >= 58;

/** Elders whose children all have households of their own often live with one of them, a son rather than a daughter. */
function joinsChild(random: Random, family: Family): boolean {
  if (family.children.some((child) => !child.spouse) || !random.chance(450)) return false;
  const hosts = family.children.filter((child) => child.household && !child.household.elders);
  const host = hosts.find((child) => child.sex === 1) ?? hosts[0];
  if (!host?.household) return false;
  host.household.elders = true;
  for (const elder of [family.father, family.mother]) {
    if (elder) add(host.household, elder, elderRelation(elder, host));
  }
  return true;
}

function elderRelation(elder: Person, host: Person): string {
  const father = elder.sex === 1;
  if (host.relation === '02') return father ? '51' : '52';
  if (host.sex === 1) return father ? '53' : '54'; // The head is the host's wife.
  return father ? '55' : '56';
}

/** Household type, moves in and moves out. */
export function drawResidence(random: Random, household: Household, urban: boolean, asOf: DayNumber): void {
  household.type = random.chance(urban ? 450 : 600) ? (urban ? 'urban' : 'rural') : 'unified';
  const youngest = household.members.reduce((last, member) => Math.max(last, member.born), 0);
  if (random.chance(25)) {
    const on = asOf - random.between(20, yearsToDays(20));
    for (const member of household.members) if (member.born < on && !endedBefore(member, on)) member.movedIn = on;
  } else if (random.chance(8)) {
    const earliest = Math.max(youngest + 1, asOf - THREE_YEARS);
    const on = Math.min(asOf, earliest + random.below(THREE_YEARS));
    for (const member of household.members) {
      if (endedBefore(member, on)) continue;
      if (member.status === 9) continue;
      member.movedOut = on;
      member.status = 8;
    }
  }
}

const endedBefore = (member: Person, on: DayNumber): boolean => member.died !== NEVER && member.died <= on;
