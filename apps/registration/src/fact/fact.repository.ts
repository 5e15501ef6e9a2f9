import type { Tx } from '@app/database';
import type { Day, DaySpan, UncertainPeriod } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { AsOf, ChangeInput, ChangeView, FactRow } from './fact.types';

const COLUMNS = `f.id, f.kind, f.person_id as "personId", f.other_person_id as "otherPersonId", f.household_id as "householdId",
  f.code, f.words, f.number_sealed as "numberSealed", f.number_key as "numberKey", f.number_mask as "numberMask",
  lower(f.valid) as "validFrom", upper(f.valid) as "validUntil", isempty(f.certain) as "isUncertain",
  lower(f.certain) as "certainFrom", upper(f.certain) as "certainUntil", f.is_disputed as "isDisputed", f.basis,
  f.source_ref as "sourceRef", f.recorded_by as "recordedBy", f.recorded_at as "recordedAt", f.ended_by as "endedBy",
  f.ended_at as "endedAt"`;

type RawFact = Omit<FactRow, 'period'> & {
  readonly validFrom: Day | null;
  readonly validUntil: Day | null;
  readonly isUncertain: boolean;
  readonly certainFrom: Day | null;
  readonly certainUntil: Day | null;
};

const CHANGE = `c.id, c.kind, c.basis, c.source_ref as "sourceRef", c.reason, c.persons, c.households, c.before, c.undoes,
  -- Whom a change is about may lie in two places or two families: each is told of those they may see.
  array(select p.id from unnest(c.persons) with ordinality o (id, n) join person p using (id) order by o.n) as shown,
  (select u.id from change u where u.undoes = c.id) as "undoneBy", c.actor, c.at`;

/** The only SQL about facts and the journal of changes, but for what an import derives. */
@Injectable()
export class FactRepository {
  /** Locks these persons, in one order for everybody; those that are there and visible, with their survivor if merged. */
  async lockPersons(tx: Tx, ids: readonly string[]): Promise<{ id: string; mergedInto: string | null }[]> {
    return tx.query(
      `select id, merged_into as "mergedInto" from person where id = any($1::uuid[]) order by id for update`,
      [ids],
    );
  }

  /** Locks these households, likewise. */
  async lockHouseholds(tx: Tx, ids: readonly string[]): Promise<string[]> {
    const rows = await tx.query<{ id: string }>(
      'select id from household where id = any($1::uuid[]) order by id for update',
      [ids],
    );
    return rows.map(({ id }) => id);
  }

  /** The last moment at which anything was recorded or ended of these persons. */
  async lastRecorded(tx: Tx, persons: readonly string[]): Promise<Date | null> {
    const [row] = await tx.query<{ last: Date | null }>(
      `select greatest(max(recorded_at), max(ended_at)) as last from fact where person_id = any($1::uuid[])`,
      [persons],
    );
    return row!.last;
  }

  async insertChange(tx: Tx, id: string, input: ChangeInput, at: Date): Promise<void> {
    await tx.query(
      `insert into change (id, kind, basis, source_ref, reason, persons, households, before, undoes, at, batch_id)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
      [
        id,
        input.kind,
        input.basis,
        input.sourceRef ?? null,
        input.reason,
        input.persons,
        input.households ?? [],
        input.before ?? {},
        input.undoes ?? null,
        at,
        input.batchId ?? null,
      ],
    );
  }

  /** Facts of what a batch wrote into person, as the function of that name has it. Returns how many rows. */
  async stateRegistryFacts(tx: Tx, changeId: string, batchId: string, firstXid: string, at: Date): Promise<bigint> {
    const [row] = await tx.query<{ n: bigint }>('select state_registry_facts($1, $2, $3::xid8, $4) as n', [
      changeId,
      batchId,
      firstXid,
      at,
    ]);
    return row!.n;
  }

  /** Persons of a batch behind whose rows stands a change of our own. */
  async governed(tx: Tx, batchId: string, firstXid: string): Promise<string[]> {
    const rows = await tx.query<{ id: string }>(
      'select id from person where is_governed and changed_xid >= $2::xid8 and batch_id = $1',
      [batchId, firstXid],
    );
    return rows.map(({ id }) => id);
  }

  async insert(tx: Tx, facts: readonly FactRow[]): Promise<void> {
    for (const fact of facts) {
      await tx.query(
        `insert into fact (id, kind, person_id, other_person_id, household_id, code, words, number_sealed, number_key,
                           number_mask, valid, certain, is_disputed, basis, source_ref, recorded_by, recorded_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::daterange, $12::daterange, $13, $14, $15, $16, $17)`,
        [
          fact.id,
          fact.kind,
          fact.personId,
          fact.otherPersonId,
          fact.householdId,
          fact.code,
          fact.words,
          fact.numberSealed,
          fact.numberKey,
          fact.numberMask,
          rangeText(fact.period.valid),
          fact.period.certain === null ? 'empty' : rangeText(fact.period.certain),
          fact.isDisputed,
          fact.basis,
          fact.sourceRef,
          fact.recordedBy,
          fact.recordedAt,
        ],
      );
    }
  }

  /** Ends rows that stand; returns those that did. */
  async end(tx: Tx, ids: readonly string[], changeId: string, at: Date): Promise<string[]> {
    const rows = await tx.query<{ id: string }>(
      `update fact set ended_by = $2, ended_at = $3 where id = any($1::uuid[]) and ended_at is null returning id`,
      [ids, changeId, at],
    );
    return rows.map(({ id }) => id);
  }

  async find(read: Tx, ids: readonly string[]): Promise<FactRow[]> {
    return (await read.query<RawFact>(`select ${COLUMNS} from fact f where f.id = any($1::uuid[])`, [ids])).map(factOf);
  }

  /** Facts that stand about these persons. */
  async standing(read: Tx, persons: readonly string[]): Promise<FactRow[]> {
    const rows = await read.query<RawFact>(
      `select ${COLUMNS} from fact f where f.person_id = any($1::uuid[]) and f.ended_at is null order by f.recorded_at, f.id`,
      [persons],
    );
    return rows.map(factOf);
  }

  /** Facts that stand in which these persons are the other one: parent, guardian or spouse. */
  async standingTowards(read: Tx, others: readonly string[]): Promise<FactRow[]> {
    const rows = await read.query<RawFact>(
      `select ${COLUMNS} from fact f where f.other_person_id = any($1::uuid[]) and f.ended_at is null order by f.recorded_at, f.id`,
      [others],
    );
    return rows.map(factOf);
  }

  /** Memberships that stand in these households. */
  async standingIn(read: Tx, households: readonly string[]): Promise<FactRow[]> {
    const rows = await read.query<RawFact>(
      `select ${COLUMNS} from fact f where f.household_id = any($1::uuid[]) and f.ended_at is null order by f.recorded_at, f.id`,
      [households],
    );
    return rows.map(factOf);
  }

  /** What was known of these persons at a moment, about a day. */
  async asOf(read: Tx, persons: readonly string[], { validOn, knownAt }: AsOf): Promise<FactRow[]> {
    const rows = await read.query<RawFact>(
      `select ${COLUMNS} from fact f
        where f.person_id = any($1::uuid[]) and ($2::date is null or f.valid @> $2::date or f.kind = 'death')
          and case when $3::timestamptz is null then f.ended_at is null
                   else f.recorded_at <= $3 and (f.ended_at is null or f.ended_at > $3) end
        order by f.person_id, f.kind, f.code, lower(f.valid), f.id`,
      [persons, validOn ?? null, knownAt ?? null],
    );
    return read.disclose('fact', rows.map(factOf), ({ personId }) => personId);
  }

  /** Rows that a change recorded, or ended. */
  async ofChange(read: Tx, changeId: string): Promise<FactRow[]> {
    const rows = await read.query<RawFact>(
      `select ${COLUMNS} from fact f where f.recorded_by = $1 or f.ended_by = $1 order by f.recorded_at, f.id`,
      [changeId],
    );
    return rows.map(factOf);
  }

  async findChange(read: Tx, id: string): Promise<ChangeView | undefined> {
    const [row] = await read.query<ChangeView>(`select ${CHANGE} from change c where c.id = $1`, [id]);
    return row;
  }

  /** The journal about somebody, the newest first. */
  async changesOf(read: Tx, person: string, limit: number): Promise<ChangeView[]> {
    const rows = await read.query<ChangeView>(
      `select ${CHANGE} from change c where c.persons @> array[$1::uuid] order by c.at desc, c.id desc limit $2`,
      [person, limit],
    );
    return read.disclose('change', rows, () => person);
  }
}

const rangeText = ({ from, until }: DaySpan): string => `[${from ?? ''},${until ?? ''})`;

function factOf({ validFrom, validUntil, isUncertain, certainFrom, certainUntil, ...rest }: RawFact): FactRow {
  const period: UncertainPeriod = {
    valid: { from: validFrom, until: validUntil },
    certain: isUncertain ? null : { from: certainFrom, until: certainUntil },
  };
  return { ...rest, period };
}
