import { type Database, newId, type Tx } from '@app/database';
import { CLOCK, type Clock, type Day } from '@app/kernel';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import { DuplicateService } from '../duplicate/duplicate.service';
import { excludes, saysTheSame } from '../fact/fact.rules';
import { FactService } from '../fact/fact.service';
import type { FactRow } from '../fact/fact.types';
import { ProjectionService } from '../fact/projection.service';
import { nameForMatching } from '../person/name.rules';
import { REGISTRATION_DATABASE } from '../registration.tokens';
import { refuse } from './register.errors';
import { RegisterRepository } from './register.repository';
import type { Evidence } from './register.types';

/** Two records that are one person, and one record that is two. Both ways can be taken back. */
@Injectable()
export class MergeService {
  constructor(
    @Inject(REGISTRATION_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly facts: FactService,
    private readonly projection: ProjectionService,
    private readonly register: RegisterRepository,
    private readonly duplicates: DuplicateService,
  ) {}

  /**
   * The first record lives on in the second: its facts go over, and who named it as parent or spouse names the other.
   * Where the two contradict each other about the same days, `keep` says which facts stand; else it is refused with the
   * list. The others are told, and look at the money again.
   */
  merge(fromId: string, intoId: string, keep: readonly string[], evidence: Evidence): Promise<string> {
    return this.database.write(async (tx) => {
      const known = await this.register.basics(tx, [fromId, intoId]);
      const missing = [fromId, intoId].filter((id) => !known.some((person) => person.id === id));
      if (missing.length > 0) throw this.facts.unknown(missing);
      if (fromId === intoId) throw refuse.samePerson();
      if (await this.duplicates.areNotSame(tx, fromId, intoId)) throw refuse.saidNotSame();
      const why =
        'whoever names the record as mother, guardian or spouse, wherever they are, means the person it lives on in';
      return tx.across(why, () => this.mergeWithin(tx, fromId, intoId, keep, evidence));
    });
  }

  private async mergeWithin(
    tx: Tx,
    fromId: string,
    intoId: string,
    keep: readonly string[],
    evidence: Evidence,
  ): Promise<string> {
    const towards = await this.facts.standingTowards(tx, [fromId]);
    const persons = [...new Set([fromId, intoId, ...towards.map(({ personId }) => personId)])];
    const { id } = await this.facts.change(tx, { kind: 'merge', persons, ...evidence }, async (change) => {
      await this.projection.merge(tx, { id: newId(change.at), fromId, intoId, changeId: change.id });
      const standing = await this.facts.standing(tx, [fromId, intoId]);
      const [going, staying] = [ofPerson(standing, fromId), ofPerson(standing, intoId)];
      const losing = this.losers(going, staying, intoId, keep);
      await change.end(...standing.filter(({ id: factId }) => losing.has(factId)));
      for (const fact of going.filter(({ id: factId }) => !losing.has(factId)))
        await change.replace(fact, { personId: intoId });
      for (const fact of await this.facts.standingTowards(tx, [fromId]))
        await change.replace(fact, { otherPersonId: intoId });
      change.touches(...persons);
      await this.duplicates.markMerged(tx, intoId, fromId, change.id);
    });
    return id;
  }

  /** Facts that must go so that the rest can stand together: the same said twice, and what `keep` decides against. */
  private losers(
    going: readonly FactRow[],
    staying: readonly FactRow[],
    intoId: string,
    keep: readonly string[],
  ): Set<string> {
    const losing = new Set<string>();
    const undecided: string[] = [];
    for (const mine of going) {
      const moved = { ...mine, personId: intoId };
      for (const theirs of staying) {
        if (!excludes(moved, theirs)) continue;
        if (saysTheSame(moved, theirs) && mine.kind !== 'death') losing.add(mine.id);
        else if (JSON.stringify(mine.period) === JSON.stringify(theirs.period) && mine.kind === 'death')
          losing.add(mine.id);
        else if (keep.includes(mine.id) === keep.includes(theirs.id)) undecided.push(mine.id, theirs.id);
        else losing.add(keep.includes(mine.id) ? theirs.id : mine.id);
      }
    }
    if (undecided.length > 0) throw refuse.mergeConflicts([...new Set(undecided)]);
    return losing;
  }

  /** One record held what belongs to two people: the named facts go to a new record, with what it is called. */
  split(
    personId: string,
    factIds: readonly string[],
    who: { name: string; sex: 0 | 1 | 2 | 9; born: Day | null },
    evidence: Evidence,
  ): Promise<{ changeId: string; personId: string }> {
    if (factIds.length === 0) return Promise.reject(refuse.nothingToSplit());
    return this.database.write(async (tx) => {
      const moving = await this.facts.getStanding(tx, factIds);
      const foreign = moving.find((fact) => fact.personId !== personId);
      if (foreign) throw refuse.factOfAnother(foreign.id);
      const [known] = await this.register.basics(tx, [personId]);
      if (!known) throw this.facts.unknown([personId]);
      const name = who.name.trim();
      if (name === '' || [...name].length > 50) throw refuse.nameUnusable();
      if (who.born !== null && who.born > this.clock.today()) throw refuse.bornInFuture(who.born);

      const at = this.clock.now();
      const id = newId(at);
      const nameMatch = nameForMatching(name);
      const hash = this.vault.blindIndex('row', id);
      const { sex, born } = who;
      await this.register.insertPerson(tx, {
        id,
        name,
        nameMatch,
        sex,
        born,
        divisionCode: known.divisionCode,
        hash,
        at,
      });
      const before = { newPerson: id, person: personId };
      const input = { kind: 'split', persons: [personId, id], ...evidence, before } as const;
      const { id: changeId } = await this.facts.change(tx, input, async (change) => {
        for (const fact of moving) await change.replace(fact, { personId: id });
      });
      return { changeId, personId: id };
    });
  }
}

const ofPerson = (facts: readonly FactRow[], personId: string): FactRow[] =>
  facts.filter((fact) => fact.personId === personId);
