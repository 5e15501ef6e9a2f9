import { type Database, newId, type Tx } from '@app/database';
import { CLOCK, type Clock, countyOf, type Day, findDivisionCode } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { isHead } from '../fact/fact.rules';
import { FactService, type OpenChange } from '../fact/fact.service';
import type { FactRow } from '../fact/fact.types';
import { isRelationCode } from '../registry-import/registry-code.rules';
import { REGISTRATION_DATABASE } from '../registration.tokens';
import { refuse } from './register.errors';
import { RegisterRepository } from './register.repository';
import type { Evidence, Member, NewHousehold } from './register.types';

/** Who belongs to which household, from which day: moves, splits, merges, another head. */
@Injectable()
export class HouseholdChangeService {
  constructor(
    @Inject(REGISTRATION_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly facts: FactService,
    private readonly register: RegisterRepository,
  ) {}

  /** People move into a household on a day; where they were until then, they were until then. */
  move(householdId: string, members: readonly Member[], on: Day, evidence: Evidence): Promise<string> {
    return this.database.write(async (tx) => {
      await this.assertKnown(tx, [householdId]);
      assertRelations(members);
      const persons = members.map(({ personId }) => personId);
      const input = { kind: 'move', persons, households: [householdId], ...evidence } as const;
      const { id } = await this.facts.change(tx, input, async (change) => {
        await this.assertChanges(tx, householdId, members, on);
        await this.leave(tx, change, persons, on);
        await this.join(change, householdId, members, on);
      });
      return id;
    });
  }

  /** People leave without it being known here where to. */
  moveOut(persons: readonly string[], on: Day, evidence: Evidence): Promise<string> {
    return this.database.write(async (tx) => {
      const { id } = await this.facts.change(tx, { kind: 'move', persons, ...evidence }, async (change) => {
        const left = await this.leave(tx, change, persons, on);
        const stranger = persons.find((person) => !left.some(({ personId }) => personId === person));
        if (stranger !== undefined) throw refuse.notAMember(stranger, '—');
      });
      return id;
    });
  }

  /** A new household, of people who come from others or from none. */
  found(
    household: NewHousehold,
    members: readonly Member[],
    on: Day,
    evidence: Evidence,
  ): Promise<{ changeId: string; householdId: string }> {
    return this.database.write(async (tx) => {
      assertOneHead(members);
      const householdId = await this.insert(tx, household);
      const persons = members.map(({ personId }) => personId);
      const input = { kind: 'household', persons, households: [householdId], ...evidence } as const;
      const { id } = await this.facts.change(tx, input, async (change) => {
        await this.leave(tx, change, persons, on);
        await this.join(change, householdId, members, on);
      });
      return { changeId: id, householdId };
    });
  }

  /** Part of a household becomes one of its own; whoever remains has a head too. */
  split(
    fromId: string,
    household: NewHousehold,
    members: readonly Member[],
    remaining: readonly Member[],
    on: Day,
    evidence: Evidence,
  ): Promise<{ changeId: string; householdId: string }> {
    return this.database.write(async (tx) => {
      await this.assertKnown(tx, [fromId]);
      assertOneHead(members);
      assertRelations(remaining);
      const going = members.map(({ personId }) => personId);
      const before = await this.membersOn(tx, fromId, on);
      const stranger = [...going, ...remaining.map(({ personId }) => personId)].find(
        (id) => !before.some(({ personId }) => personId === id),
      );
      if (stranger !== undefined) throw refuse.notAMember(stranger, fromId);
      const staying = before.filter(({ personId }) => !going.includes(personId));
      assertHeadOf(staying, remaining);
      const householdId = await this.insert(tx, household);
      const persons = before.map(({ personId }) => personId);
      const input = { kind: 'household-split', persons, households: [fromId, householdId], ...evidence } as const;
      const { id } = await this.facts.change(tx, input, async (change) => {
        await this.leave(tx, change, [...going, ...remaining.map(({ personId }) => personId)], on);
        await this.join(change, householdId, members, on);
        await this.join(change, fromId, remaining, on);
      });
      return { changeId: id, householdId };
    });
  }

  /** Everybody of one household joins another, each with the relation to its head that is named, else not stated. */
  mergeInto(
    fromId: string,
    intoId: string,
    relations: readonly Member[],
    on: Day,
    evidence: Evidence,
  ): Promise<string> {
    return this.database.write(async (tx) => {
      await this.assertKnown(tx, [fromId, intoId]);
      if (fromId === intoId) throw refuse.sameHousehold();
      assertRelations(relations);
      const persons = (await this.membersOn(tx, fromId, on)).map(({ personId }) => personId);
      if (persons.length === 0) throw refuse.nothingChanges();
      const members = persons.map((personId) => ({
        personId,
        relation: relations.find((member) => member.personId === personId)?.relation ?? '00',
      }));
      const input = { kind: 'household-merge', persons, households: [fromId, intoId], ...evidence } as const;
      const { id } = await this.facts.change(tx, input, async (change) => {
        await this.leave(tx, change, persons, on);
        await this.join(change, intoId, members, on);
      });
      return id;
    });
  }

  /** Another head; every member named has a new relation from that day. */
  changeHead(householdId: string, relations: readonly Member[], on: Day, evidence: Evidence): Promise<string> {
    return this.database.write(async (tx) => {
      await this.assertKnown(tx, [householdId]);
      assertRelations(relations);
      const before = await this.membersOn(tx, householdId, on);
      const stranger = relations.find((member) => !before.some(({ personId }) => personId === member.personId));
      if (stranger) throw refuse.notAMember(stranger.personId, householdId);
      assertHeadOf(before, relations);
      const persons = relations.map(({ personId }) => personId);
      const input = { kind: 'head', persons, households: [householdId], ...evidence } as const;
      const { id } = await this.facts.change(tx, input, async (change) => {
        await this.assertChanges(tx, householdId, relations, on);
        await this.leave(tx, change, persons, on);
        await this.join(change, householdId, relations, on);
      });
      return id;
    });
  }

  private async insert(tx: Tx, household: NewHousehold): Promise<string> {
    const division = findDivisionCode(household.divisionCode);
    if (!division || !(await this.register.isDivision(tx, division)))
      throw refuse.divisionUnknown(household.divisionCode);
    const at = this.clock.now();
    const id = newId(at);
    await this.register.insertHousehold(tx, id, { ...household, divisionCode: division }, countyOf(division), at);
    return id;
  }

  /** Closes what runs across a day; a membership that begins on that very day never held. Gives what was left. */
  private async leave(tx: Tx, change: OpenChange, persons: readonly string[], on: Day): Promise<FactRow[]> {
    const running = (await this.facts.standing(tx, persons)).filter(
      (fact) => fact.kind === 'membership' && !fact.isDisputed && runsOn(fact, on),
    );
    for (const fact of running)
      if (fact.period.valid.from !== null && fact.period.valid.from >= on) await change.end(fact);
      else await change.close(fact, on);
    return running;
  }

  private async join(change: OpenChange, householdId: string, members: readonly Member[], on: Day): Promise<void> {
    const span = { from: on, until: null };
    for (const { personId, relation } of members)
      await change.record({
        kind: 'membership',
        personId,
        householdId,
        code: relation,
        period: { valid: span, certain: span },
      });
  }

  private async membersOn(tx: Tx, householdId: string, on: Day): Promise<FactRow[]> {
    return (await this.facts.standingIn(tx, [householdId])).filter((fact) => !fact.isDisputed && runsOn(fact, on));
  }

  /** Refuses what is so already, such as the second press of a button: a change that changes nothing bars the undo of the first. */
  private async assertChanges(tx: Tx, householdId: string, members: readonly Member[], on: Day): Promise<void> {
    const before = await this.membersOn(tx, householdId, on);
    const isSo = ({ personId, relation }: Member): boolean =>
      before.some((fact) => fact.personId === personId && fact.code === relation && isSureOn(fact, on));
    if (members.every(isSo)) throw refuse.nothingChanges();
  }

  private async assertKnown(tx: Tx, ids: readonly string[]): Promise<void> {
    const known = await this.register.visibleHouseholds(tx, ids);
    const missing = ids.find((id) => !known.includes(id));
    if (missing !== undefined) throw refuse.householdUnknown(missing);
  }
}

const runsOn = ({ period: { valid } }: FactRow, on: Day): boolean =>
  (valid.from === null || valid.from <= on) && (valid.until === null || valid.until > on);

const isSureOn = ({ period: { certain } }: FactRow, on: Day): boolean =>
  certain !== null && (certain.from === null || certain.from <= on) && (certain.until === null || certain.until > on);

function assertRelations(members: readonly Member[]): void {
  const strange = members.find(({ relation }) => !isRelationCode(relation));
  if (strange) throw refuse.relationUnknown(strange.relation);
}

function assertOneHead(members: readonly Member[]): void {
  assertRelations(members);
  if (members.filter(({ relation }) => isHead(relation)).length !== 1) throw refuse.headMissing();
}

/** Whoever is left and the changes named for them have one head together; a household that is empty needs none. */
function assertHeadOf(staying: readonly FactRow[], changes: readonly Member[]): void {
  if (staying.length === 0) return;
  const relations = staying.map(({ personId, code }) => ({
    personId,
    relation: changes.find((member) => member.personId === personId)?.relation ?? code,
  }));
  if (relations.filter(({ relation }) => isHead(relation)).length !== 1) throw refuse.headMissing();
}
