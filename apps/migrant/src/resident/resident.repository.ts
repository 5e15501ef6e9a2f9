import type { Tx } from '@app/database';
import type { Day } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { OriginRow, ResidentRow, Sex, StatedOrigin } from './resident.types';

const COLUMNS = `r.id, r.person_id as "personId", r.name, r.sex, r.born, r.id_type as "idType", r.number_mask as "idNumberMask"`;
const ORIGIN = `o.id, o.resident_id as "residentId", o.division_code as "divisionCode", lower(o.valid) as "from",
  upper(o.valid) as until, o.basis, o.source_ref as "sourceRef", o.recorded_at as "recordedAt"`;

export interface NewResident {
  readonly id: string;
  readonly personId: string | null;
  readonly name: string;
  readonly sex: Sex;
  readonly born: Day | null;
  readonly number: {
    readonly type: string;
    readonly sealed: Buffer;
    readonly key: Buffer;
    readonly mask: string;
  } | null;
}

/** The only SQL about who a resident is and where their registration is. */
@Injectable()
export class ResidentRepository {
  async find(read: Tx, ids: readonly string[]): Promise<ResidentRow[]> {
    const rows = await read.query<ResidentRow>(`select ${COLUMNS} from resident r where r.id = any($1::uuid[])`, [ids]);
    return read.disclose('resident', rows);
  }

  /** Everybody the asker may see: for a citizen, who sees a family. */
  async all(read: Tx): Promise<ResidentRow[]> {
    const rows = await read.query<ResidentRow>(`select ${COLUMNS} from resident r order by r.born, r.id limit 50`);
    return read.disclose('resident', rows);
  }

  async byPersons(read: Tx, personIds: readonly string[]): Promise<ResidentRow[]> {
    const rows = await read.query<ResidentRow>(
      `select ${COLUMNS} from resident r where r.person_id = any($1::uuid[])`,
      [personIds],
    );
    return read.disclose('resident', rows);
  }

  async byKey(read: Tx, key: Buffer): Promise<ResidentRow | undefined> {
    const rows = await read.query<ResidentRow>(`select ${COLUMNS} from resident r where r.number_key = $1`, [key]);
    return read.disclose('resident', rows)[0];
  }

  /** One notice about a number or a person at a time, whether it is on record or not. */
  async lockIdentity(tx: Tx, mark: string): Promise<void> {
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`resident:${mark}`]);
  }

  /** Locks these, in one order for everybody; those that are there and visible. */
  async lock(tx: Tx, ids: readonly string[]): Promise<string[]> {
    const rows = await tx.query<{ id: string }>(
      'select id from resident where id = any($1::uuid[]) order by id for update',
      [ids],
    );
    return rows.map(({ id }) => id);
  }

  async insert(tx: Tx, resident: NewResident, division: string, at: Date): Promise<void> {
    const { id, personId, name, sex, born, number } = resident;
    await tx.query(
      `insert into resident (id, person_id, name, sex, born, id_type, number_sealed, number_key, number_mask, divisions, recorded_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, array[$10], $11)`,
      [
        id,
        personId,
        name,
        sex,
        born,
        number?.type ?? null,
        number?.sealed ?? null,
        number?.key ?? null,
        number?.mask ?? null,
        division,
        at,
      ],
    );
  }

  async linkPerson(tx: Tx, id: string, personId: string): Promise<void> {
    await tx.query('update resident set person_id = $2 where id = $1 and person_id is null', [id, personId]);
  }

  async sealedNumber(tx: Tx, id: string): Promise<Buffer | null> {
    const [row] = await tx.query<{ sealed: Buffer | null }>(
      'select number_sealed as sealed from resident where id = $1',
      [id],
    );
    return row?.sealed ?? null;
  }

  /** Links residents to the persons whose number theirs is, unless several persons hold it. Pairs of hex key and id. */
  async linkByKeys(tx: Tx, keys: readonly string[], personIds: readonly string[]): Promise<void> {
    await tx.query(
      `update resident r set person_id = v.person_id
         from unnest($1::text[], $2::uuid[]) v (key, person_id)
        where r.number_key = decode(v.key, 'hex') and r.person_id is null
          and not exists (select from resident o where o.person_id = v.person_id)`,
      [keys, personIds],
    );
  }

  /** The record of a person goes on under another one of the register. */
  async passOn(tx: Tx, from: string, to: string): Promise<void> {
    await tx.query(
      `update resident set person_id = $2 where person_id = $1 and not exists (select from resident where person_id = $2)`,
      [from, to],
    );
  }

  async origins(read: Tx, residentIds: readonly string[]): Promise<OriginRow[]> {
    return read.query<OriginRow>(
      `select ${ORIGIN} from resident_origin o where o.resident_id = any($1::uuid[]) and o.ended_at is null
        order by o.resident_id, lower(o.valid) desc nulls last, o.id`,
      [residentIds],
    );
  }

  async insertOrigin(
    tx: Tx,
    residentId: string,
    origin: StatedOrigin & { until: Day | null },
    at: Date,
  ): Promise<void> {
    await tx.query(
      `insert into resident_origin (resident_id, division_code, valid, basis, source_ref, recorded_at)
       values ($1, $2, daterange($3, $4), $5, $6, $7)`,
      [residentId, origin.divisionCode, origin.from, origin.until, origin.basis, origin.sourceRef, at],
    );
  }

  async endOrigins(tx: Tx, ids: readonly string[], at: Date): Promise<void> {
    await tx.query(
      `update resident_origin set ended_by = guard_text('actor'), ended_at = greatest($2, recorded_at)
        where id = any($1::uuid[]) and ended_at is null`,
      [ids, at],
    );
  }

  /** Origins of a record that joins another one go over to it, ended: what the survivor knows stands. */
  async moveOrigins(tx: Tx, from: string, to: string): Promise<void> {
    await tx.query('update resident_origin set resident_id = $2 where resident_id = $1', [from, to]);
  }

  /** Holds and requests about a record that joins another one are about that one from then on. */
  async moveRecords(tx: Tx, from: string, to: string): Promise<void> {
    await tx.query('select personal_rows_move($1, $2)', [from, to]);
  }

  async delete(tx: Tx, id: string): Promise<void> {
    await tx.query('delete from resident where id = $1', [id]);
  }

  async lockLookups(tx: Tx, actor: string): Promise<void> {
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`lookup:${actor}`]);
  }

  /** @param actor Null counts everybody's. */
  async countMisses(tx: Tx, actor: string | null, placeKey: Buffer, since: Date): Promise<number> {
    const [row] = await tx.query<{ n: number }>(
      'select count(*)::integer as n from lookup_miss where ($1::text is null or actor = $1) and place_key = $2 and at > $3',
      [actor, placeKey, since],
    );
    return row!.n;
  }

  async countFound(tx: Tx, actor: string, day: Day): Promise<number> {
    const [row] = await tx.query<{ n: number }>(
      'select count(*)::integer as n from lookup_found where actor = $1 and day = $2',
      [actor, day],
    );
    return row!.n;
  }

  async noteMiss(tx: Tx, placeKey: Buffer, at: Date): Promise<void> {
    await tx.query('insert into lookup_miss (place_key, at) values ($1, $2)', [placeKey, at]);
  }

  async noteFound(tx: Tx, residentId: string, day: Day): Promise<void> {
    await tx.query('insert into lookup_found (resident_id, day) values ($1, $2) on conflict do nothing', [
      residentId,
      day,
    ]);
  }
}
