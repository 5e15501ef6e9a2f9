import { type Database, newId, type Tx } from '@app/database';
import {
  addDays,
  CLOCK,
  type Clock,
  type Day,
  findPartialDay,
  spanOf,
  uncertainDay,
  type UncertainPeriod,
  uncertainPeriod,
} from '@app/kernel';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import { FactService, type OpenChange } from '../fact/fact.service';
import type { ChangeInput, FactRow } from '../fact/fact.types';
import { type Basics, ProjectionService } from '../fact/projection.service';
import { nameForMatching } from '../person/name.rules';
import { REGISTRATION_DATABASE } from '../registration.tokens';
import { refuse } from './register.errors';
import { RegisterRepository } from './register.repository';
import { paperNumber } from './register.rules';
import type { AskedPeriod, Evidence, KinshipKind, Newborn, PaperKind } from './register.types';

/** Governed changes of one person's record: each on evidence, each with its line in the journal, each to be undone. */
@Injectable()
export class RegisterService {
  constructor(
    @Inject(REGISTRATION_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly facts: FactService,
    private readonly projection: ProjectionService,
    private readonly register: RegisterRepository,
  ) {}

  /** A child the registry does not know yet; its row of the registry takes this record over by the birth certificate. */
  async registerNewborn(tx: Tx, newborn: Newborn & Evidence): Promise<string> {
    const { sex, born, motherId, fatherId, divisionCode, basis, sourceRef, reason } = newborn;
    if (born > this.clock.today()) throw refuse.bornInFuture(born);
    if (!(await this.register.isDivision(tx, divisionCode))) throw refuse.divisionUnknown(divisionCode);
    const certificate =
      newborn.birthCertificateNo === null ? null : this.number('BIRTH_CERTIFICATE', newborn.birthCertificateNo);
    await this.assertCertificateFree(tx, certificate);
    const parents = await this.parentsOf(tx, { motherId, fatherId }, born);

    const at = this.clock.now();
    const id = newId(at);
    const name = newborn.name === null ? unnamed(parents, sex) : usableName(newborn.name);
    const same = certificate === null ? await this.register.sameNewborn(tx, { ...newborn, name }) : undefined;
    if (same !== undefined) throw refuse.newbornOnRecord(same);
    const hash = this.vault.blindIndex('row', id);
    await this.register.insertPerson(tx, {
      id,
      name,
      nameMatch: nameForMatching(name),
      sex,
      born,
      divisionCode,
      hash,
      at,
    });
    const input: ChangeInput = { kind: 'newborn', persons: [id], basis, sourceRef, reason };
    await this.facts.change(tx, input, async (change) => {
      const period: UncertainPeriod = { valid: { from: born, until: null }, certain: { from: born, until: null } };
      if (certificate !== null)
        await change.record({ kind: 'identity', personId: id, code: 'BIRTH_CERTIFICATE', number: certificate, period });
      for (const [code, otherPersonId] of [
        ['birth-mother', motherId],
        ['birth-father', fatherId],
      ] as const)
        if (otherPersonId !== null) await change.record({ kind: 'kinship', personId: id, code, otherPersonId, period });
    });
    return id;
  }

  /** The same, for an officer. Gives the child's id. */
  addNewborn(newborn: Newborn & Evidence): Promise<string> {
    return this.database.write((tx) => this.registerNewborn(tx, newborn));
  }

  /** Name, sex or day of birth were recorded wrongly; or the name was changed on a day, and the former one stays on record. */
  correct(personId: string, basics: Basics, renamedOn: string | null, evidence: Evidence): Promise<string> {
    return this.database.write(async (tx) => {
      const [known] = await this.register.basics(tx, [personId]);
      if (!known) throw this.facts.unknown([personId]);
      const name = basics.name === undefined || basics.name === null ? null : usableName(basics.name);
      const changes: Basics = {
        ...(name !== null && name !== known.name ? { name } : {}),
        ...(basics.sex !== undefined && basics.sex !== null && basics.sex !== known.sex ? { sex: basics.sex } : {}),
        ...(basics.born && basics.born !== known.born ? { born: basics.born } : {}),
      };
      if (Object.keys(changes).length === 0) throw refuse.nothingToCorrect();
      if (changes.born && changes.born > this.clock.today()) throw refuse.bornInFuture(changes.born);
      const former = renamedOn === null ? undefined : periodOf({ from: null, until: partialDay(renamedOn) });

      const before = { [personId]: { name: known.name, sex: known.sex, born: known.born } };
      const input: ChangeInput = { kind: 'correction', persons: [personId], ...evidence, before };
      const { id } = await this.facts.change(tx, input, async (change) => {
        await this.projection.correct(tx, personId, changes);
        if (former && changes.name)
          await change.record({ kind: 'name', personId, code: 'former', words: known.name, period: former });
      });
      return id;
    });
  }

  /** An identity paper, from when to when. One of the same kind that still runs is closed where the new one begins. */
  recordPaper(
    personId: string,
    paper: { kind: PaperKind; number: string } & AskedPeriod,
    evidence: Evidence,
  ): Promise<string> {
    return this.database.write(async (tx) => {
      const number = this.number(paper.kind, paper.number);
      const period = periodOf(paper);
      if (paper.kind === 'BIRTH_CERTIFICATE') await this.assertCertificateFree(tx, number, personId);
      const input: ChangeInput = { kind: 'identity', persons: [personId], ...evidence };
      const { id } = await this.facts.change(tx, input, async (change) => {
        const fact = { kind: 'identity', personId, code: paper.kind, number, period } as const;
        await change.assertNew(fact);
        const begins = period.certain?.from ?? period.valid.from;
        if (begins !== null) {
          const running = await this.running(
            tx,
            personId,
            begins,
            ({ kind, code }) => kind === 'identity' && code === paper.kind,
          );
          for (const former of running) await change.close(former, begins);
        }
        await change.record(fact);
      });
      return id;
    });
  }

  /**
   * Parents by birth, by adoption, or guardians. From an adoption on the parents until then are no longer parents in law
   * (民法典 art 1111), but for the one whose spouse adopts.
   */
  recordKinship(
    childId: string,
    others: readonly { personId: string; kind: KinshipKind }[],
    asked: AskedPeriod,
    keeps: readonly string[],
    evidence: Evidence,
  ): Promise<string> {
    return this.database.write(async (tx) => {
      const period = periodOf(asked);
      const [child] = await this.register.basics(tx, [childId]);
      const elders = await this.register.basics(
        tx,
        others.map(({ personId }) => personId),
      );
      for (const { personId, kind } of others) {
        const elder = elders.find(({ id }) => id === personId);
        if (kind !== 'guardian' && elder?.born && child?.born && elder.born >= child.born)
          throw refuse.parentYoungerThanChild(personId);
      }
      const input: ChangeInput = { kind: 'kinship', persons: [childId, ...elders.map(({ id }) => id)], ...evidence };
      const missing = others.filter(({ personId }) => !elders.some(({ id }) => id === personId));
      if (missing.length > 0) throw this.facts.unknown(missing.map(({ personId }) => personId));
      const { id } = await this.facts.change(tx, input, async (change) => {
        const kin = others.map(
          ({ personId, kind }) =>
            ({ kind: 'kinship', personId: childId, otherPersonId: personId, code: kind, period }) as const,
        );
        await change.assertNew(...kin);
        if (others.some(({ kind }) => kind.startsWith('adoptive-')))
          await this.endParents(tx, change, childId, period, keeps);
        await change.record(...kin);
      });
      return id;
    });
  }

  /** Two people married on a day; a spouse who is not registered here is known by name. */
  recordMarriage(
    personId: string,
    spouse: { id: string } | { name: string },
    asked: AskedPeriod,
    evidence: Evidence,
  ): Promise<string> {
    return this.database.write(async (tx) => {
      const period = periodOf(asked);
      const spouseId = 'id' in spouse ? spouse.id : null;
      const words = 'name' in spouse ? usableName(spouse.name) : null;
      const persons = spouseId === null ? [personId] : [personId, spouseId];
      const { id } = await this.facts.change(tx, { kind: 'marriage', persons, ...evidence }, async (change) => {
        const side = { kind: 'marriage', code: 'spouse', period } as const;
        const fact = { ...side, personId, otherPersonId: spouseId, words };
        await change.assertNew(fact);
        await change.record(fact);
        if (spouseId !== null) await change.record({ ...side, personId: spouseId, otherPersonId: personId });
      });
      return id;
    });
  }

  /** A fact held until a day. A marriage ends on both sides. */
  closeFact(factId: string, on: Day, evidence: Evidence): Promise<string> {
    return this.database.write(async (tx) => {
      const facts = await this.withOtherSide(tx, factId);
      const kind =
        facts[0]!.kind === 'marriage' ? 'marriage-end' : facts[0]!.kind === 'kinship' ? 'kinship-end' : 'correction';
      const persons = facts.map(({ personId }) => personId);
      const { id } = await this.facts.change(tx, { kind, persons, ...evidence }, async (change) => {
        for (const fact of facts) await change.close(fact, on);
      });
      return id;
    });
  }

  /** A fact never was so. What the household registry states needs better evidence than a paper or somebody's word. */
  withdrawFact(factId: string, evidence: Evidence): Promise<string> {
    return this.database.write(async (tx) => {
      const facts = await this.withOtherSide(tx, factId);
      if (facts[0]!.basis === 'registry' && ['document', 'declared'].includes(evidence.basis))
        throw refuse.registryFact(factId);
      const persons = facts.map(({ personId }) => personId);
      const { id } = await this.facts.change(tx, { kind: 'correction', persons, ...evidence }, (change) =>
        change.end(...facts),
      );
      return id;
    });
  }

  /** Puts a fact under investigation, where it binds nobody until somebody has settled it. */
  investigate(factId: string, evidence: Evidence): Promise<string> {
    return this.database.write(async (tx) => {
      const facts = await this.withOtherSide(tx, factId);
      if (facts[0]!.isDisputed) throw refuse.alreadyDisputed(factId);
      const persons = facts.map(({ personId }) => personId);
      const { id } = await this.facts.change(tx, { kind: 'investigation', persons, ...evidence }, async (change) => {
        for (const fact of facts) await change.replace(fact, { isDisputed: true });
      });
      return id;
    });
  }

  /** Ends an investigation: the fact holds, and what contradicts it ends; or it does not, and is not said again. */
  settle(factId: string, holds: boolean, evidence: Evidence): Promise<string> {
    return this.database.write(async (tx) => {
      const facts = await this.withOtherSide(tx, factId);
      if (!facts[0]!.isDisputed) throw refuse.notDisputed(factId);
      const persons = facts.map(({ personId }) => personId);
      const { id } = await this.facts.change(tx, { kind: 'investigation', persons, ...evidence }, async (change) => {
        if (!holds) return change.end(...facts);
        for (const fact of facts) {
          await change.end(...(await this.facts.contradicting(tx, fact)));
          await change.replace(fact, { isDisputed: false });
        }
      });
      return id;
    });
  }

  /** Somebody died, on a day or within a month or year. A marriage ends with the day, where it is known. */
  recordDeath(personId: string, on: string, evidence: Evidence): Promise<string> {
    return this.database.write(async (tx) => {
      const at = partialDay(on);
      const period = uncertainDay(at);
      const { first, last } = spanOf(at);
      if (first > this.clock.today()) throw refuse.diesInFuture(on);
      const marriages = first === last ? await this.running(tx, personId, last, ({ kind }) => kind === 'marriage') : [];
      const sides: FactRow[] = [];
      for (const { id } of marriages) sides.push(...(await this.withOtherSide(tx, id)));
      const persons = [...new Set([personId, ...sides.map((side) => side.personId)])];
      const { id } = await this.facts.change(tx, { kind: 'death', persons, ...evidence }, async (change) => {
        await change.record({ kind: 'death', personId, code: 'died', period });
        for (const side of sides) await change.close(side, addDays(last, 1));
      });
      return id;
    });
  }

  /** A death was reported wrongly: the person lives, and what ended with the death goes on. */
  reverseDeath(personId: string, evidence: Evidence): Promise<string> {
    return this.database.write(async (tx) => {
      await this.assertKnown(tx, personId);
      const deaths = (await this.facts.standing(tx, [personId])).filter(({ kind }) => kind === 'death');
      if (deaths.length === 0) throw refuse.notDead(personId);
      const partners = await this.facts.personsOfChanges(
        tx,
        deaths.map(({ recordedBy }) => recordedBy),
      );
      const persons = [...new Set([personId, ...partners])];
      const { id } = await this.facts.change(tx, { kind: 'death-reversal', persons, ...evidence }, async (change) => {
        await change.end(...deaths);
        for (const { recordedBy } of deaths) await this.facts.resume(tx, change, recordedBy, 'marriage');
      });
      return id;
    });
  }

  /** Takes a change back. */
  undo(changeId: string, reason: string): Promise<string> {
    return this.database.write((tx) => this.facts.undo(tx, changeId, reason));
  }

  private async assertKnown(tx: Tx, personId: string): Promise<void> {
    if ((await this.register.basics(tx, [personId])).length === 0) throw this.facts.unknown([personId]);
  }

  /** Until now parents in law or guardians, but for those who stay so. */
  private async endParents(
    tx: Tx,
    change: OpenChange,
    childId: string,
    { valid, certain }: UncertainPeriod,
    keeps: readonly string[],
  ): Promise<void> {
    const from = certain?.from ?? valid.from;
    if (from === null) return;
    const parents = await this.running(
      tx,
      childId,
      from,
      ({ kind, otherPersonId }) => kind === 'kinship' && !keeps.includes(otherPersonId!),
    );
    for (const parent of parents) await change.close(parent, from);
  }

  /** Facts that stand and run across a day: begun before, not over. */
  private async running(tx: Tx, personId: string, on: Day, isMeant: (fact: FactRow) => boolean): Promise<FactRow[]> {
    return (await this.facts.standing(tx, [personId])).filter(
      (fact) =>
        isMeant(fact) &&
        !fact.isDisputed &&
        (fact.period.valid.from === null || fact.period.valid.from < on) &&
        (fact.period.valid.until === null || fact.period.valid.until > on),
    );
  }

  /** A fact that stands, with the other spouse's side of a marriage. */
  private async withOtherSide(tx: Tx, factId: string): Promise<FactRow[]> {
    const [fact] = await this.facts.getStanding(tx, [factId]);
    if (fact!.kind !== 'marriage' || fact!.otherPersonId === null) return [fact!];
    const others = (await this.facts.standing(tx, [fact!.otherPersonId])).filter(
      (other) =>
        other.kind === 'marriage' && other.otherPersonId === fact!.personId && other.recordedBy === fact!.recordedBy,
    );
    return [fact!, ...others];
  }

  private async parentsOf(
    tx: Tx,
    { motherId, fatherId }: Pick<Newborn, 'motherId' | 'fatherId'>,
    born: Day,
  ): Promise<string[]> {
    const ids = [motherId, fatherId].filter((id) => id !== null);
    const found = await this.register.basics(tx, ids);
    const missing = ids.filter((id) => !found.some((person) => person.id === id));
    if (missing.length > 0) throw this.facts.unknown(missing);
    const younger = found.find((parent) => parent.born !== null && parent.born >= born);
    if (younger) throw refuse.parentYoungerThanChild(younger.id);
    return ids.map((id) => found.find((person) => person.id === id)!.name);
  }

  private number(kind: PaperKind, text: string): string {
    const number = paperNumber(kind, text);
    if (number === undefined) throw refuse.paperUnusable(kind);
    return number;
  }

  private async assertCertificateFree(tx: Tx, number: string | null, except?: string): Promise<void> {
    if (number === null) return;
    const key = this.vault.blindIndex('birth-certificate', number);
    const why = 'one certificate is one child, wherever the child is registered';
    const holder = await tx.across(why, () => this.register.holderOfCertificate(tx, key));
    if (holder !== undefined && holder !== except) throw refuse.certificateOnRecord(holder);
  }
}

/** A child without a name yet is spoken of by its mother's or father's. */
const unnamed = ([parent]: readonly string[], sex: number): string =>
  parent === undefined ? '未命名' : `${[...parent].slice(0, 47).join('')}之${sex === 2 ? '女' : '子'}`;

function usableName(text: string): string {
  const name = text.trim();
  if (name === '' || [...name].length > 50 || /\p{Cc}|\uFFFD/u.test(name) || !name.isWellFormed())
    throw refuse.nameUnusable();
  return name;
}

function partialDay(text: string) {
  const found = findPartialDay(text);
  if (!found) throw refuse.dayUnreadable(text);
  return found;
}

function periodOf({ from, until }: AskedPeriod): UncertainPeriod {
  const period = uncertainPeriod(from, until);
  if (!period) throw refuse.periodEmpty();
  return period;
}
