import { type DayNumber, yearOfDay, yearStart, yearsToDays } from './calendar.rules';
import { CitizenNumbers, legacyNumber } from './citizen-number.rules';
import { turnOf } from './division.rules';
import { drawDottedName, drawGivenName, drawSurname } from './name.rules';
import { NEVER, type Person } from './person.rules';
import type { Random } from './random.rules';

const ETHNICITIES = ['01', '03', '11', '15', '05'];
const ETHNIC_WEIGHTS = [9580, 230, 110, 75, 5];
/** Birth certificates are recorded for those born since 2003; the letter tells the year. */
const FIRST_CERTIFICATE = yearStart(2003);
/** Two digits after the letter, of the place that issued it. */
const FIRST_CERTIFICATE_PLACE = 34;
const LEGACY_UNTIL = yearStart(1958);

/** Names, numbers and birth certificates. One for the whole county: it knows what it has given out. */
export class Identities {
  private readonly numbers = new CitizenNumbers();
  private certificates = 0;

  constructor(
    private readonly random: Random,
    /** Regions of first registration of people who moved in; empty: they too have numbers of this county. */
    private readonly migrantRegions: readonly string[],
    private readonly county: string,
  ) {}

  /** Expects parents to have been named before their children. */
  complete(person: Person): void {
    const { random } = this;
    const { mother, father } = person.parents ?? {};
    person.ethnicity = (father ?? mother)?.ethnicity ?? ETHNICITIES[random.weighted(ETHNIC_WEIGHTS)]!;
    person.name = person.ethnicity === '05' ? drawDottedName(random) : this.surname(person) + this.given(person);
    const region =
      person.movedIn !== NEVER && this.migrantRegions.length > 0 ? random.pick(this.migrantRegions) : this.county;
    person.number = this.numbers.issue(region, person.born, person.sex);
    if (person.born < LEGACY_UNTIL && random.chance(6)) person.spelling = legacyNumber(person.number);
    else if (person.number.endsWith('X') && random.chance(60)) person.spelling = person.number.toLowerCase();
    person.certificate = this.certificate(person.born);
    this.absentParents(person);
  }

  number(born: DayNumber, sex: 1 | 2): string {
    return this.numbers.issue(this.county, born, sex);
  }

  preview(born: DayNumber, sex: 1 | 2): string {
    return this.numbers.preview(this.county, born, sex);
  }

  certificate(born: DayNumber): string {
    if (born < FIRST_CERTIFICATE) return '';
    this.certificates += 1;
    const letter = String.fromCharCode(65 + ((yearOfDay(born) - 2003) % 26));
    return `${letter}${FIRST_CERTIFICATE_PLACE + turnOf(this.county)}${String(this.certificates).padStart(7, '0')}`;
  }

  private given(person: Person): string {
    return drawGivenName(this.random, person.sex);
  }

  private surname(person: Person): string {
    const { mother, father } = person.parents ?? {};
    const named = father && !this.random.chance(30) ? father : (mother ?? father);
    if (!named || named.name.includes('·')) return drawSurname(this.random, person.ethnicity);
    const characters = [...named.name];
    const double = characters.length > 2 && ['欧阳', '诸葛', '司马'].includes(characters[0]! + characters[1]!);
    return double ? characters[0]! + characters[1]! : characters[0]!;
  }

  /** A parent may be known by number only: the eldest child of a second marriage, or somebody whose parents live elsewhere. */
  private absentParents(person: Person): void {
    const { random } = this;
    const parents = person.parents;
    if (!parents) {
      if (person.born > yearStart(1960) && random.chance(40)) person.fatherNumber = this.parentNumber(person, 1);
      if (person.born > yearStart(1960) && random.chance(30)) person.motherNumber = this.parentNumber(person, 2);
      return;
    }
    const firstBorn = parents.children.every((sibling) => sibling.born >= person.born);
    const remarried = parents.mother?.marital === '22' && parents.father !== undefined;
    if ((remarried && firstBorn && parents.children.length > 1) || (!parents.father && random.chance(500))) {
      person.fatherNumber = this.parentNumber(person, 1);
    }
  }

  private parentNumber(child: Person, sex: 1 | 2): string {
    return this.number(child.born - this.random.between(yearsToDays(21), yearsToDays(35)), sex);
  }
}
