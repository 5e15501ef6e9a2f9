import { Requires } from '@app/access';
import { Mutation, Resolver } from '@app/graphql';
import { type Day, findDivisionCode, findPartialDay, type PeriodBound } from '@app/kernel';
import { FactService } from '../fact/fact.service';
import type { Basis, ChangeView } from '../fact/fact.types';
import { PersonService } from '../person/person.service';
import type { PersonView } from '../person/person.types';
import { HouseholdChangeService } from './household-change.service';
import { MergeService } from './merge.service';
import { refuse } from './register.errors';
import { RegisterService } from './register.service';
import type { AskedPeriod, Evidence, KinshipKind, Member, NewHousehold, PaperKind } from './register.types';

interface EvidenceArgument {
  readonly basis: string;
  readonly sourceRef?: string | null;
  readonly reason: string;
}
interface WithEvidence {
  readonly evidence: EvidenceArgument;
}
interface MemberArgument {
  readonly person: string;
  readonly relation: string;
}
interface HouseholdArgument {
  readonly householdNo: string;
  readonly division: string;
  readonly householdType?: string | null;
  readonly address?: string | null;
}
interface PeriodArgument {
  readonly from?: string | null;
  readonly until?: string | null;
}

const SEXES: Readonly<Record<string, 0 | 1 | 2 | 9>> = { UNKNOWN: 0, MALE: 1, FEMALE: 2, UNSPECIFIED: 9 };
const PAPERS: Readonly<Record<string, PaperKind>> = { CITIZEN: '111', CITIZEN_15: '111_15' };

/** Governed changes in the graph. */
@Resolver('Mutation')
export class RegisterResolver {
  constructor(
    private readonly register: RegisterService,
    private readonly merges: MergeService,
    private readonly households: HouseholdChangeService,
    private readonly facts: FactService,
    private readonly persons: PersonService,
  ) {}

  @Mutation()
  @Requires('register.change')
  async registerNewborn(
    args: WithEvidence & {
      name?: string | null;
      sex: string;
      born: Day;
      birthCertificateNo?: string | null;
      mother?: string | null;
      father?: string | null;
      division: string;
    },
  ): Promise<PersonView> {
    const id = await this.register.addNewborn({
      name: args.name ?? null,
      sex: SEXES[args.sex]!,
      born: args.born,
      birthCertificateNo: args.birthCertificateNo ?? null,
      motherId: args.mother ?? null,
      fatherId: args.father ?? null,
      divisionCode: findDivisionCode(args.division) ?? args.division,
      ...evidenceOf(args),
    });
    return (await this.persons.byIds([id]))[0]!;
  }

  @Mutation()
  @Requires('register.change')
  correctPerson(
    args: WithEvidence & {
      id: string;
      name?: string | null;
      sex?: string | null;
      born?: Day | null;
      renamedOn?: string | null;
    },
  ): Promise<ChangeView> {
    const sex = args.sex ? SEXES[args.sex]! : null;
    const basics = { name: args.name, sex, born: args.born };
    return this.made(this.register.correct(args.id, basics, args.renamedOn ?? null, evidenceOf(args)));
  }

  @Mutation()
  @Requires('register.change')
  recordPaper(args: WithEvidence & PeriodArgument & { id: string; kind: string; number: string }): Promise<ChangeView> {
    const kind = PAPERS[args.kind] ?? (args.kind as PaperKind);
    return this.made(
      this.register.recordPaper(args.id, { kind, number: args.number, ...periodOf(args) }, evidenceOf(args)),
    );
  }

  @Mutation()
  @Requires('register.change')
  recordKinship(
    args: WithEvidence &
      PeriodArgument & {
        child: string;
        elders: readonly { person: string; kind: string }[];
        keeps?: readonly string[] | null;
      },
  ): Promise<ChangeView> {
    const elders = args.elders.map(({ person, kind }) => ({
      personId: person,
      kind: kind.toLowerCase().replace('_', '-') as KinshipKind,
    }));
    return this.made(
      this.register.recordKinship(args.child, elders, periodOf(args), args.keeps ?? [], evidenceOf(args)),
    );
  }

  @Mutation()
  @Requires('register.change')
  recordMarriage(
    args: WithEvidence & PeriodArgument & { id: string; spouse?: string | null; spouseName?: string | null },
  ): Promise<ChangeView> {
    const spouse = args.spouse ? { id: args.spouse } : { name: args.spouseName ?? '' };
    return this.made(this.register.recordMarriage(args.id, spouse, periodOf(args), evidenceOf(args)));
  }

  @Mutation()
  @Requires('register.change')
  closeFact(args: WithEvidence & { id: string; on: Day }): Promise<ChangeView> {
    return this.made(this.register.closeFact(args.id, args.on, evidenceOf(args)));
  }

  @Mutation()
  @Requires('register.change')
  withdrawFact(args: WithEvidence & { id: string }): Promise<ChangeView> {
    return this.made(this.register.withdrawFact(args.id, evidenceOf(args)));
  }

  @Mutation()
  @Requires('register.change')
  investigateFact(args: WithEvidence & { id: string }): Promise<ChangeView> {
    return this.made(this.register.investigate(args.id, evidenceOf(args)));
  }

  @Mutation()
  @Requires('register.merge')
  settleFact(args: WithEvidence & { id: string; holds: boolean }): Promise<ChangeView> {
    return this.made(this.register.settle(args.id, args.holds, evidenceOf(args)));
  }

  @Mutation()
  @Requires('register.change')
  recordDeath(args: WithEvidence & { id: string; on: string }): Promise<ChangeView> {
    return this.made(this.register.recordDeath(args.id, args.on, evidenceOf(args)));
  }

  @Mutation()
  @Requires('register.change')
  reverseDeath(args: WithEvidence & { id: string }): Promise<ChangeView> {
    return this.made(this.register.reverseDeath(args.id, evidenceOf(args)));
  }

  @Mutation()
  @Requires('register.change')
  moveToHousehold(
    args: WithEvidence & { household: string; members: readonly MemberArgument[]; on: Day },
  ): Promise<ChangeView> {
    return this.made(this.households.move(args.household, membersOf(args.members), args.on, evidenceOf(args)));
  }

  @Mutation()
  @Requires('register.change')
  moveOut(args: WithEvidence & { persons: readonly string[]; on: Day }): Promise<ChangeView> {
    return this.made(this.households.moveOut(args.persons, args.on, evidenceOf(args)));
  }

  @Mutation()
  @Requires('register.change')
  async foundHousehold(
    args: WithEvidence & { household: HouseholdArgument; members: readonly MemberArgument[]; on: Day },
  ) {
    const { changeId, householdId } = await this.households.found(
      householdOf(args.household),
      membersOf(args.members),
      args.on,
      evidenceOf(args),
    );
    return { change: await this.facts.changeById(changeId), household: { id: householdId } };
  }

  @Mutation()
  @Requires('register.merge')
  async splitHousehold(
    args: WithEvidence & {
      from: string;
      household: HouseholdArgument;
      members: readonly MemberArgument[];
      remaining?: readonly MemberArgument[] | null;
      on: Day;
    },
  ) {
    const { changeId, householdId } = await this.households.split(
      args.from,
      householdOf(args.household),
      membersOf(args.members),
      membersOf(args.remaining ?? []),
      args.on,
      evidenceOf(args),
    );
    return { change: await this.facts.changeById(changeId), household: { id: householdId } };
  }

  @Mutation()
  @Requires('register.merge')
  mergeHouseholds(
    args: WithEvidence & { from: string; into: string; relations?: readonly MemberArgument[] | null; on: Day },
  ): Promise<ChangeView> {
    const relations = membersOf(args.relations ?? []);
    return this.made(this.households.mergeInto(args.from, args.into, relations, args.on, evidenceOf(args)));
  }

  @Mutation()
  @Requires('register.change')
  changeHead(
    args: WithEvidence & { household: string; relations: readonly MemberArgument[]; on: Day },
  ): Promise<ChangeView> {
    return this.made(this.households.changeHead(args.household, membersOf(args.relations), args.on, evidenceOf(args)));
  }

  @Mutation()
  @Requires('register.merge')
  mergePersons(
    args: WithEvidence & { from: string; into: string; keep?: readonly string[] | null },
  ): Promise<ChangeView> {
    return this.made(this.merges.merge(args.from, args.into, args.keep ?? [], evidenceOf(args)));
  }

  @Mutation()
  @Requires('register.merge')
  async splitPerson(
    args: WithEvidence & { id: string; facts: readonly string[]; name: string; sex: string; born?: Day | null },
  ) {
    const who = { name: args.name, sex: SEXES[args.sex]!, born: args.born ?? null };
    const { changeId, personId } = await this.merges.split(args.id, args.facts, who, evidenceOf(args));
    return { change: await this.facts.changeById(changeId), person: { id: personId } };
  }

  @Mutation()
  @Requires('register.merge')
  undoChange({ id, reason }: { id: string; reason: string }): Promise<ChangeView> {
    return this.made(this.register.undo(id, reason));
  }

  private async made(change: Promise<string>): Promise<ChangeView> {
    return this.facts.changeById(await change);
  }
}

const evidenceOf = ({ evidence }: WithEvidence): Evidence => ({
  basis: evidence.basis.toLowerCase() as Basis,
  sourceRef: evidence.sourceRef ?? null,
  reason: evidence.reason.trim(),
});

const membersOf = (members: readonly MemberArgument[]): Member[] =>
  members.map(({ person, relation }) => ({ personId: person, relation }));

const householdOf = ({ householdNo, division, householdType, address }: HouseholdArgument): NewHousehold => ({
  householdNo,
  divisionCode: division,
  householdType: (householdType?.toLowerCase() as NewHousehold['householdType']) ?? null,
  address: address ?? null,
});

function bound(text: string | null | undefined): PeriodBound {
  if (text === null || text === undefined || text === 'unknown') return text ?? null;
  const found = findPartialDay(text);
  if (!found) throw refuse.dayUnreadable(text);
  return found;
}

const periodOf = ({ from, until }: PeriodArgument): AskedPeriod => ({ from: bound(from), until: bound(until) });
