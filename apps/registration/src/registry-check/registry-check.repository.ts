import type { Tx } from '@app/database';
import type { Day } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { ParameterRow } from '../birth-registration/birth-registration.rules';
import type { CheckOutcome } from './registry-check.rules';
import type { CheckedMatter, CheckRow, ToAsk } from './registry-check.types';

const KIND = 'registry_check';

/** Only about parents as they are stated now: what was asked about a corrected name or number counts no more. */
const FROM = `registry_check c
  left join birth_registration r on r.id = c.registration_id
  left join birth_registration_party a on a.id = c.party_id
  left join newborn_matter m on m.id = c.matter_id
  left join newborn_parent n on n.id = c.newborn_parent_id
  left join lateral (select note, said_by, said_at from registry_check_word w where w.check_id = c.id
                      order by w.said_at desc, w.id desc limit 1) w on true`;
const STATED = `(c.registration_id is null or exists (
  select from birth_registration_party p where p.registration_id = r.id and p.version = r.version
     and p.role = a.role and p.id_number_key = a.id_number_key and p.name = a.name))`;
const ROWS = `select c.id, c.registration_id as "registrationId", c.matter_id as "matterId",
    coalesce(r.division_code, m.division_code) as "divisionCode", coalesce(a.role, n.role) as role, c.due_on as "dueOn",
    c.asked_at as "askedAt", c.outcome, c.is_death_marked as "isDeathMarked", c.answered_at as "answeredAt", w.note,
    w.said_by as "saidBy", w.said_at as "saidAt"
  from ${FROM}`;

/** The SQL about what the household registry is asked. */
@Injectable()
export class RegistryCheckRepository {
  /** The rows about this part of the service's text. */
  parameters(read: Tx): Promise<ParameterRow[]> {
    return read.query(`select region, name, value, lower(valid) as "from", upper(valid) as until, source
      from birth_registration_parameter where name in ('registry-silence', 'registry-working-days')`);
  }

  async divisionOf(tx: Tx, { kind, id }: CheckedMatter): Promise<string> {
    const table = kind === 'birth-registration' ? 'birth_registration' : 'newborn_matter';
    const [row] = await tx.query<{ code: string }>(`select division_code as code from ${table} where id = $1`, [id]);
    return row!.code;
  }

  /** A row for each stated number that was not asked about yet under this name; returns their ids. */
  async insert(tx: Tx, { kind, id }: CheckedMatter, at: Date, dueOn: Day): Promise<string[]> {
    const rows = await tx.query<{ id: string }>(
      kind === 'birth-registration'
        ? `insert into registry_check (registration_id, party_id, planned_at, due_on)
           select r.id, p.id, $2, $3 from birth_registration r
             join birth_registration_party p on p.registration_id = r.id and p.version = r.version
            where r.id = $1 and p.id_number_sealed is not null and not exists (
              select from registry_check c join birth_registration_party q on q.id = c.party_id
               where c.registration_id = r.id and q.role = p.role and q.id_number_key = p.id_number_key and q.name = p.name)
           returning id`
        : `insert into registry_check (matter_id, newborn_parent_id, planned_at, due_on)
           select n.matter_id, n.id, $2, $3 from newborn_parent n where n.matter_id = $1
           on conflict (newborn_parent_id) where newborn_parent_id is not null do nothing returning id`,
      [id, at, dueOn],
    );
    tx.concern(
      KIND,
      rows.map((row) => row.id),
    );
    return rows.map((row) => row.id);
  }

  async toAsk(read: Tx, id: string): Promise<ToAsk | undefined> {
    const rows = await read.query<ToAsk>(
      `select c.id, case when c.matter_id is null then 'birth-registration' else 'newborn-matter' end as kind,
              coalesce(c.registration_id, c.matter_id) as matter, coalesce(r.division_code, m.division_code) as "divisionCode",
              coalesce(a.name, n.name) as name, coalesce(a.id, n.id) as parent,
              coalesce(a.id_number_sealed, n.number_sealed) as "numberSealed",
              c.question is not null or c.outcome is not null as "isAsked"
         from ${FROM} where c.id = $1`,
      [id],
    );
    return read.disclose(KIND, rows)[0];
  }

  async asked(tx: Tx, id: string, question: string, at: Date): Promise<void> {
    await tx.query('update registry_check set question = $2, asked_at = $3 where id = $1 and question is null', [
      id,
      question,
      at,
    ]);
    tx.concern(KIND, [id]);
  }

  /** The first real answer stays; after silence one may still come. */
  async answer(
    tx: Tx,
    id: string,
    answer: { question: string | null; outcome: CheckOutcome; isDeathMarked: boolean | null; at: Date },
  ): Promise<void> {
    const { question, outcome, isDeathMarked, at } = answer;
    await tx.query(
      `update registry_check set outcome = $2, is_death_marked = $3, answered_at = $4::timestamptz, question = coalesce(question, $5),
              asked_at = coalesce(asked_at, case when $5::uuid is not null then $4::timestamptz end)
        where id = $1 and (outcome is null or (outcome = 'no-reply' and $2 <> 'no-reply'))`,
      [id, outcome, isDeathMarked, at, question],
    );
    tx.concern(KIND, [id]);
  }

  async findForUpdate(tx: Tx, id: string): Promise<CheckRow | undefined> {
    await tx.query('select from registry_check where id = $1 for update', [id]);
    return tx.disclose(KIND, await tx.query<CheckRow>(`${ROWS} where c.id = $1`, [id]))[0];
  }

  async byMatters(read: Tx, kind: CheckedMatter['kind'], ids: readonly string[]): Promise<CheckRow[]> {
    const column = kind === 'birth-registration' ? 'c.registration_id' : 'c.matter_id';
    const rows = await read.query<CheckRow>(
      `${ROWS} where ${column} = any ($1::uuid[]) and ${STATED} order by ${column}, coalesce(a.role, n.role) desc`,
      [ids],
    );
    return read.disclose(KIND, rows);
  }

  /** What an officer has to look at, the oldest first. The last of `limit` rows is for looking ahead only. */
  async toLookAt(read: Tx, prefix: string, after: readonly string[] | undefined, limit: number): Promise<CheckRow[]> {
    const rows = await read.query<CheckRow>(
      `${ROWS} where (c.outcome in ('mismatch', 'not-found', 'set-aside') or c.is_death_marked)
          and coalesce(r.division_code, m.division_code) ^@ $1 and ${STATED}
          and (r.id is null or r.state not in ('elsewhere', 'withdrawn', 'cancelled'))
          and (w.said_at is null or w.said_at < c.answered_at)
          and ($2::uuid is null or c.id > $2::uuid)
        order by c.id limit $3`,
      [prefix, after?.[0] ?? null, limit],
    );
    read.disclose(KIND, rows.slice(0, limit - 1));
    return rows;
  }

  async say(tx: Tx, id: string, note: string, at: Date): Promise<void> {
    await tx.query('insert into registry_check_word (check_id, note, said_at) values ($1, $2, $3)', [id, note, at]);
    tx.concern(KIND, [id]);
  }
}
