import { tellRegistrationChanged } from '@app/contracts';
import { type Database, newId, type Tx } from '@app/database';
import type { Outbox } from '@app/jobs';
import { CLOCK, type Clock, type Day, maskIdNumber } from '@app/kernel';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import { searchDuplicates } from '../duplicate/duplicate.jobs';
import { refreshQuality } from '../quality/quality.jobs';
import { FACT_SEAL } from '../person/sealed-columns.types';
import { REGISTRATION_DATABASE, REGISTRATION_OUTBOX } from '../registration.tokens';
import { refuse } from './fact.errors';
import { FactRepository } from './fact.repository';
import { answerOf, excludes, saysTheSame, takesThePlaceOf, until } from './fact.rules';
import type { AsOf, ChangeInput, ChangeView, FactAnswer, FactKind, FactRow, NewFact } from './fact.types';
import { ProjectionService } from './projection.service';

/** What may be done within one change; every row it writes names the change. */
export interface OpenChange {
  readonly id: string;
  readonly at: Date;
  /** Refuses what is on record just so, such as the second press of a button: before anything is closed for it. */
  assertNew(...facts: NewFact[]): Promise<void>;
  /** Records what is known from now on. */
  record(...facts: NewFact[]): Promise<FactRow[]>;
  /** It was not so, or something better is known: the row ends on the axis of knowledge and leaves no other. */
  end(...facts: FactRow[]): Promise<void>;
  /** It was so until this day: the row ends, and another says how long it held. */
  close(fact: FactRow, on: Day): Promise<void>;
  /** The same fact with something else in it: the row ends, and another stands in its place. */
  replace(
    fact: FactRow,
    by: Partial<Pick<NewFact, 'personId' | 'otherPersonId' | 'householdId' | 'code' | 'period' | 'isDisputed'>>,
  ): Promise<FactRow | undefined>;
  /** Rows about somebody else are made anew as well. */
  touches(...persons: string[]): void;
}

/** Dated facts about persons, and the journal of changes that they come and go by. */
@Injectable()
export class FactService {
  constructor(
    @Inject(REGISTRATION_DATABASE) private readonly database: Database,
    @Inject(REGISTRATION_OUTBOX) private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly facts: FactRepository,
    private readonly projection: ProjectionService,
  ) {}

  /**
   * One governed change: the persons are locked, `work` records and ends facts, then the rows that others read are made
   * anew and the others are told. `mayBeMerged` lets records take part that live on in another one.
   */
  async change<T>(
    tx: Tx,
    input: ChangeInput,
    work: (change: OpenChange) => Promise<T>,
    { mayBeMerged = false } = {},
  ): Promise<{ id: string; result: T }> {
    const found = await this.facts.lockPersons(tx, input.persons);
    const missing = input.persons.filter((id) => !found.some((person) => person.id === id));
    if (missing.length > 0) throw refuse.personsUnknown(missing);
    const merged = found.find(({ mergedInto }) => mergedInto !== null);
    if (merged && !mayBeMerged) throw refuse.personMerged(merged.id, merged.mergedInto!);
    await this.facts.lockHouseholds(tx, input.households ?? []);

    // Two hosts' clocks may differ: what is recorded later stands later.
    const last = await this.facts.lastRecorded(tx, input.persons);
    const now = this.clock.now();
    const at = last !== null && last > now ? last : now;
    const id = newId(at);
    await this.facts.insertChange(tx, id, input, at);
    const open = new Recording(tx, this.facts, this.vault, this.projection, { ...input, id, at });
    const result = await work(open);

    const touched = [...new Set([...input.persons, ...open.touched])];
    await this.projection.project(tx, touched, at, this.clock.today());
    await tellRegistrationChanged(this.outbox, tx);
    await this.outbox.plan(tx, searchDuplicates, [{ register: 'persons' }]);
    await this.outbox.plan(tx, refreshQuality, [{ register: 'persons' }]);
    tx.concern('person', touched);
    return { id, result };
  }

  /** Makes facts of what an import wrote; persons with changes of our own are made anew from them. */
  async takeStated(tx: Tx, batchId: string, firstXid: string, at: Date): Promise<void> {
    const id = newId(at);
    const reason = 'registry extract';
    await this.facts.insertChange(tx, id, { kind: 'registry', persons: [], basis: 'registry', reason, batchId }, at);
    await this.facts.stateRegistryFacts(tx, id, batchId, firstXid, at);
    const governed = await this.facts.governed(tx, batchId, firstXid);
    await this.projection.restate(tx, governed, at, this.clock.today());
  }

  /** Takes a change back: what it recorded ends, what it ended stands again. Refused while later changes rest on it. */
  async undo(tx: Tx, changeId: string, reason: string): Promise<string> {
    const undone = await this.facts.findChange(tx, changeId);
    if (!undone) throw refuse.changeUnknown(changeId);
    if (undone.kind === 'registry' || undone.kind === 'undo' || undone.kind === 'newborn')
      throw refuse.changeNotUndoable(changeId, undone.kind);
    if (undone.undoneBy !== null) throw refuse.changeUndone(changeId);

    const { persons, households, basis, kind } = undone;
    // A merge also touched whoever names the record, wherever they are; taking it back is for who sees the two records.
    const needed = kind === 'merge' ? persons.slice(0, 2) : persons;
    const seen = await this.facts.lockPersons(tx, needed);
    const missing = needed.filter((id) => !seen.some((person) => person.id === id));
    if (missing.length > 0) throw refuse.personsUnknown(missing);
    const input: ChangeInput = { kind: 'undo', persons, households, basis, reason, undoes: changeId };
    return tx.across('a change is taken back whole, wherever the people in it are', async () => {
      const { id } = await this.change(tx, input, (change) => this.takeBack(tx, change, undone), { mayBeMerged: true });
      return id;
    });
  }

  private async takeBack(tx: Tx, change: OpenChange, undone: ChangeView): Promise<void> {
    const rows = await this.facts.ofChange(tx, undone.id);
    const standing: FactRow[] = [];
    const later = new Set<string>();
    for (const row of rows.filter(({ recordedBy }) => recordedBy === undone.id)) {
      const found = await this.standingFor(tx, row);
      if (typeof found === 'string') later.add(found);
      else standing.push(found);
    }
    if (later.size > 0) throw refuse.changeBuiltUpon(undone.id, [...later]);
    await change.end(...standing);
    for (const row of rows.filter(({ endedBy }) => endedBy === undone.id)) await this.restore(tx, change, row);
    await this.projection.restore(tx, undone.kind, undone.id, change.id, undone.before);
    change.touches(...rows.flatMap((row) => [row.personId, ...(row.otherPersonId ? [row.otherPersonId] : [])]));
  }

  /**
   * The row itself, or the one by which it stands again since the change that ended it was taken back; else the id of the
   * change that rests on it.
   */
  private async standingFor(tx: Tx, row: FactRow): Promise<FactRow | string> {
    let at = row;
    while (at.endedBy !== null) {
      const { undoneBy = null } = (await this.facts.findChange(tx, at.endedBy)) ?? {};
      const restored = undoneBy === null ? [] : await this.facts.ofChange(tx, undoneBy);
      const again = restored.find((other) => other.recordedBy === undoneBy && isTheSameRow(other, at));
      if (!again) return at.endedBy;
      at = again;
    }
    return at;
  }

  /** A row that stood before stands again, on the evidence it had. */
  private async restore(tx: Tx, change: OpenChange, row: FactRow): Promise<void> {
    await this.facts.insert(tx, [reborn(this.vault, row, change)]);
  }

  /** What was known at a moment about a day, each with its answer: yes, possible, under investigation. */
  answers(persons: readonly string[], at: AsOf): Promise<FactAnswer[]> {
    return this.database.read(async (read) => {
      const rows = await this.facts.asOf(read, persons, at);
      const on = at.validOn ?? this.clock.today();
      const answered = rows.map((row) => ({ ...row, answer: answerOf(row, on) }));
      const asked = at.validOn === undefined ? answered : answered.filter(({ answer }) => answer !== 'no');
      return read.disclose('fact', asked, ({ personId }) => personId);
    });
  }

  /** One change, for whoever just made it. */
  changeById(id: string): Promise<ChangeView> {
    return this.database.read(async (read) => {
      const found = await this.facts.findChange(read, id);
      if (!found) throw refuse.changeUnknown(id);
      return read.disclose('change', [found], ({ persons }) => persons[0] ?? null)[0]!;
    });
  }

  changesOf(person: string): Promise<ChangeView[]> {
    return this.database.read((read) => this.facts.changesOf(read, person, 100));
  }

  /** Facts that stand, by id; refuses one that does not. */
  async getStanding(tx: Tx, ids: readonly string[]): Promise<FactRow[]> {
    const found = (await this.facts.find(tx, ids)).filter(({ endedAt }) => endedAt === null);
    const missing = ids.find((id) => !found.some((fact) => fact.id === id));
    if (missing !== undefined) throw refuse.factUnknown(missing);
    return found;
  }

  /** Facts that stand and that cannot be so beside this one: what the table excludes, and another parent in the same place. */
  async contradicting(read: Tx, fact: FactRow): Promise<FactRow[]> {
    const settled = { ...fact, isDisputed: false };
    const [own, inHousehold] = [
      await this.facts.standing(read, [fact.personId]),
      fact.householdId === null ? [] : await this.facts.standingIn(read, [fact.householdId]),
    ];
    const others = new Map([...own, ...inHousehold].map((other) => [other.id, other]));
    others.delete(fact.id);
    return [...others.values()].filter(
      (other) => excludes(other, settled) || (!other.isDisputed && takesThePlaceOf(other, fact)),
    );
  }

  /** Everybody in rows that these changes recorded or ended. */
  async personsOfChanges(read: Tx, changes: readonly string[]): Promise<string[]> {
    const persons = new Set<string>();
    for (const id of new Set(changes))
      for (const { personId } of await this.facts.ofChange(read, id)) persons.add(personId);
    return [...persons];
  }

  /** What a change ended of a kind goes on as before, unless something was made of it since. */
  async resume(tx: Tx, change: OpenChange, changeId: string, kind: FactKind): Promise<void> {
    const rows = (await this.facts.ofChange(tx, changeId)).filter((row) => row.kind === kind);
    const recorded = rows.filter(({ recordedBy }) => recordedBy === changeId);
    if (recorded.some(({ endedAt }) => endedAt !== null)) return;
    await change.end(...recorded);
    for (const row of rows.filter(({ endedBy }) => endedBy === changeId)) await this.restore(tx, change, row);
  }

  /** What is said of persons who are not there or not to be seen. */
  unknown(persons: readonly string[]): Error {
    return refuse.personsUnknown(persons);
  }

  standing(read: Tx, persons: readonly string[]): Promise<FactRow[]> {
    return this.facts.standing(read, persons);
  }

  standingTowards(read: Tx, others: readonly string[]): Promise<FactRow[]> {
    return this.facts.standingTowards(read, others);
  }

  standingIn(read: Tx, households: readonly string[]): Promise<FactRow[]> {
    return this.facts.standingIn(read, households);
  }
}

/** A change while it is being made. */
class Recording implements OpenChange {
  readonly touched = new Set<string>();
  readonly id: string;
  readonly at: Date;

  constructor(
    private readonly tx: Tx,
    private readonly facts: FactRepository,
    private readonly vault: Vault,
    private readonly projection: ProjectionService,
    private readonly input: ChangeInput & { readonly id: string; readonly at: Date },
  ) {
    this.id = input.id;
    this.at = input.at;
  }

  async assertNew(...facts: NewFact[]): Promise<void> {
    const standing = await this.facts.standing(
      this.tx,
      facts.map(({ personId }) => personId),
    );
    const known = facts.map((fact) => {
      const numberKey = fact.number ? numberIndex(this.vault, fact.code, fact.number) : null;
      return standing.find((row) => !row.isDisputed && saysTheSame(row, { ...fact, numberKey }) && sameDays(row, fact));
    });
    if (known.every((row) => row !== undefined)) throw refuse.factOnRecord(known[0]!.id);
  }

  async record(...facts: NewFact[]): Promise<FactRow[]> {
    const rows = facts.map((fact) => this.rowOf(fact));
    await this.facts.insert(this.tx, rows);
    this.touches(...rows.map(({ personId }) => personId));
    return rows;
  }

  async end(...facts: FactRow[]): Promise<void> {
    if (facts.length === 0) return;
    const wanted = facts.map(({ id }) => id);
    const ended = await this.facts.end(this.tx, wanted, this.id, this.at);
    const missing = wanted.find((id) => !ended.includes(id));
    if (missing !== undefined) throw refuse.factUnknown(missing);
    this.touches(...facts.map(({ personId }) => personId));
  }

  async close(fact: FactRow, on: Day): Promise<void> {
    const period = until(fact.period, on);
    if (!period || !(fact.period.valid.until === null || on < fact.period.valid.until)) throw refuse.closesOutside(on);
    await this.replace(fact, { period });
  }

  async replace(fact: FactRow, by: Parameters<OpenChange['replace']>[1]): Promise<FactRow | undefined> {
    const row: FactRow = {
      ...fact,
      ...by,
      otherPersonId: by.otherPersonId ?? fact.otherPersonId,
      householdId: by.householdId ?? fact.householdId,
    };
    await this.end(fact);
    this.touches(row.personId);
    const standing = await this.facts.standing(this.tx, [row.personId]);
    // The other record said the same for the same days: one row is enough.
    if (standing.some((other) => saysTheSame(other, row) && sameDays(other, row))) return undefined;
    const number = row.personId === fact.personId ? undefined : await this.projection.numberOf(this.tx, fact);
    const made = reborn(this.vault, row, this, number);
    await this.facts.insert(this.tx, [made]);
    return made;
  }

  touches(...persons: string[]): void {
    for (const person of persons) this.touched.add(person);
  }

  private rowOf({ number, period, isDisputed, ...content }: NewFact): FactRow {
    const id = newId(this.at);
    return {
      ...content,
      id,
      otherPersonId: content.otherPersonId ?? null,
      householdId: content.householdId ?? null,
      words: content.words ?? null,
      ...paper(this.vault, id, content.code, number ?? null),
      period,
      isDisputed: isDisputed ?? false,
      basis: this.input.basis,
      sourceRef: this.input.sourceRef ?? null,
      recordedBy: this.id,
      recordedAt: this.at,
      endedBy: null,
      endedAt: null,
    };
  }
}

const sameDays = (a: Pick<FactRow, 'period'>, b: Pick<FactRow, 'period'>): boolean =>
  JSON.stringify(a.period) === JSON.stringify(b.period);

const isTheSameRow = (a: FactRow, b: FactRow): boolean =>
  a.personId === b.personId && a.isDisputed === b.isDisputed && saysTheSame(a, b) && sameDays(a, b);

/** The blind index that a paper is looked up by; the birth certificate has one of its own. */
const numberIndex = (vault: Vault, code: string, number: string): Buffer =>
  vault.blindIndex(code === 'BIRTH_CERTIFICATE' ? 'birth-certificate' : 'id-number', number);

function paper(
  vault: Vault,
  row: string,
  code: string,
  number: string | null,
): Pick<FactRow, 'numberSealed' | 'numberKey' | 'numberMask'> {
  if (number === null) return { numberSealed: null, numberKey: null, numberMask: null };
  return {
    numberSealed: vault.seal(number, { table: FACT_SEAL, column: 'number_sealed', row }),
    numberKey: numberIndex(vault, code, number),
    numberMask: maskIdNumber(number),
  };
}

/** A row under another id: what was sealed for the old one is sealed for the new one. */
function reborn(
  vault: Vault,
  row: FactRow,
  change: { readonly id: string; readonly at: Date },
  number: string | null = row.numberSealed === null
    ? null
    : vault.open(row.numberSealed, { table: FACT_SEAL, column: 'number_sealed', row: row.id }),
): FactRow {
  const id = newId(change.at);
  const numberSealed =
    number === null ? null : vault.seal(number, { table: FACT_SEAL, column: 'number_sealed', row: id });
  return { ...row, id, numberSealed, recordedBy: change.id, recordedAt: change.at, endedBy: null, endedAt: null };
}
