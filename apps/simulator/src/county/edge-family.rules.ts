import { type Account, type Accounts, type FailingReason } from './account.rules';
import { type DayNumber, dayNumber, yearStart } from './calendar.rules';
import type { PlannedClaim } from './claim.rules';
import type { Cohorts } from './cohort.rules';
import type { Finding } from './finding.rules';
import { add, childRelation, settle } from './household.rules';
import type { Identities } from './identity.rules';
import { Family, Household, NEVER, Person } from './person.rules';
import type { Random } from './random.rules';

/**
 * What should become of a case. PAY: decided and paid without anybody's help. HOLD: on a work-list, for a person to
 * decide. NOT_ELIGIBLE: a condition is not met (no case is refused without a person either). RETURNED: decided, then
 * refused by the bank, so it is on the repair list. SUPERSEDED: the other programme pays more. NOTHING: nobody asks.
 */
export type Expectation = 'PAY' | 'HOLD' | 'NOT_ELIGIBLE' | 'RETURNED' | 'SUPERSEDED' | 'NOTHING';

export interface EdgeCase {
  readonly code: string;
  readonly programme: 'YEB' | 'JF' | 'TF';
  /** Absent: the child is not in the extract, only its birth certificate is known. */
  readonly person?: Person;
  readonly certificate: string;
  readonly year: number;
  readonly claim?: PlannedClaim;
  readonly expected: Expectation;
  /** The condition or the work-list reason by code, the bank's reason, or the programme that pays more; empty when paid. */
  readonly reason: string;
  /** Yuan for the year: when paid, or once a person has cleared the hold. */
  readonly yuan: number;
  readonly zh: string;
  readonly en: string;
}

export interface FamilyPlan {
  readonly children: readonly { readonly born: string; readonly sex?: 1 | 2; readonly name?: string }[];
  /** Birth days; a random one in the 1990s when not given, in the year when only that is given, nobody when null. */
  readonly mother?: string | null;
  readonly father?: string | null;
  readonly type?: 'urban' | 'rural' | 'unified';
}

export interface PlantedFamily {
  readonly mother: Person;
  readonly father: Person;
  readonly children: readonly Person[];
  readonly family: Family;
  readonly household: Household;
}

export interface ClaimPlan {
  readonly by?: Person;
  readonly relation?: string;
  /** An account number as it is written in the claim; the applicant's own when not given. */
  readonly account?: string;
  readonly byCertificate?: boolean;
  readonly childNumber?: string;
}

const ADULT_BIRTHS = [dayNumber('1990-01-01'), dayNumber('1997-12-31')] as const;

/** Builds the families of one set of planted cases and collects what is expected of them. */
export class EdgeFamilies {
  readonly households: Household[] = [];
  readonly claims: PlannedClaim[] = [];
  readonly accounts: Account[] = [];
  readonly findings: Finding[] = [];
  readonly cases: EdgeCase[] = [];

  constructor(
    readonly random: Random,
    readonly identities: Identities,
    private readonly bank: Accounts,
    private readonly cohorts: Cohorts,
  ) {}

  family(plan: FamilyPlan): PlantedFamily {
    const mother = plan.mother === null ? undefined : this.adult(2, plan.mother);
    const father = plan.father === null ? undefined : this.adult(1, plan.father);
    const family = new Family(mother, father, plan.children.length);
    for (const parent of [mother, father]) if (parent) parent.family = family;
    if (mother && father) {
      [mother.spouse, father.spouse] = [father, mother];
      [mother.marital, father.marital] = ['21', '21'];
    } else for (const parent of [mother, father]) if (parent) parent.marital = '40';
    const household = new Household();
    household.type = plan.type ?? 'unified';
    if (mother || father) settle(household, family, true);
    const children = plan.children.map(({ born, sex }) => this.child(born, sex));
    for (const child of children) {
      child.parents = family;
      family.children.push(child);
    }
    for (const [index, child] of children.entries()) {
      add(household, child, mother || father ? childRelation(child, family) : '02');
      this.name(child, plan.children[index]!.name);
    }
    this.households.push(household);
    return { mother: mother!, father: father!, children, family, household };
  }

  /** A person alone in a household of their own. */
  single(sex: 1 | 2, born: string): Person {
    const person = this.adult(sex, born);
    const household = new Household();
    add(household, person, '02');
    this.households.push(household);
    return person;
  }

  /** Another member of the household, already named. */
  member(household: Household, sex: 1 | 2, born: string, relation: string): Person {
    const person = this.adult(sex, born);
    add(household, person, relation);
    return person;
  }

  claim(child: Person | string, year: number, submitted: string, plan: ClaimPlan = {}): PlannedClaim {
    const [person, certificate] = typeof child === 'string' ? [undefined, child] : [child, child.certificate];
    const applicant = plan.by ?? person!.parents!.mother!;
    const claim: PlannedClaim = {
      childNumber: plan.byCertificate ? '' : (plan.childNumber ?? person?.number ?? ''),
      certificate: plan.byCertificate ? certificate : '',
      applicantNumber: applicant.number,
      relation: plan.relation ?? (applicant.sex === 2 ? '52' : '51'),
      year,
      submitted: dayNumber(submitted),
      channel: plan.byCertificate ? 'counter' : 'online',
      account: plan.account ?? this.accountOf(applicant),
    };
    this.claims.push(claim);
    return claim;
  }

  accountOf(holder: Person, failing?: FailingReason): string {
    if (holder.account) return holder.account;
    const account = this.bank.open(holder.number, holder.name, failing);
    holder.account = account.number;
    this.accounts.push(account);
    return account.number;
  }

  /** A number in the form of an account that no accounts file lists. */
  accountNobodyOpened(): string {
    return this.bank.open('', '').number;
  }

  expect(
    code: string,
    of: Person | PlannedClaim,
    expected: Expectation,
    reason: string,
    yuan: number,
    zh: string,
    en: string,
    more: { programme?: EdgeCase['programme']; year?: number; person?: Person } = {},
  ): void {
    const claim = of instanceof Person ? undefined : of;
    const person = of instanceof Person ? of : more.person;
    this.cases.push({
      code,
      programme: more.programme ?? 'YEB',
      person,
      certificate: claim?.certificate || (person && !person.number ? person.certificate : ''),
      year: claim?.year ?? more.year ?? 2025,
      claim,
      expected,
      reason,
      yuan,
      zh,
      en,
    });
  }

  rowCount(): number {
    return this.households.reduce((sum, household) => sum + household.members.length, 0);
  }

  private adult(sex: 1 | 2, born?: string): Person {
    const person = new Person(sex, born ? this.dayIn(born) : this.random.between(...ADULT_BIRTHS));
    this.name(person);
    return person;
  }

  private child(born: string, sex?: 1 | 2): Person {
    return new Person(sex ?? (this.random.chance(517) ? 1 : 2), this.dayIn(born));
  }

  /** Where the day does not matter it is drawn: a case planted a hundred times must not use up one day's numbers. */
  private dayIn(born: string): DayNumber {
    return born.length === 4 ? yearStart(Number(born)) + this.random.below(365) : dayNumber(born);
  }

  private name(person: Person, name?: string): void {
    this.cohorts.count(person);
    this.identities.complete(person);
    if (name) person.name = name;
    person.spelling = ''; // What a case plants is planted on purpose.
  }
}

/** Everybody in the household left on that day. */
export function moveOut(household: Household, on: string): void {
  for (const member of household.members) {
    if (member.died !== NEVER) continue;
    member.movedOut = dayNumber(on);
    member.status = 8;
  }
}

export function moveIn(household: Household, on: string): void {
  const day: DayNumber = dayNumber(on);
  for (const member of household.members) if (member.born < day) member.movedIn = day;
}
