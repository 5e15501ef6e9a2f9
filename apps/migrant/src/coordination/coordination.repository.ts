import type { CoordinationApp } from '@app/contracts';
import type { Read, Tx } from '@app/database';
import type { Day } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type {
  ActRow,
  Changed,
  NewAct,
  NewRequest,
  ReminderRow,
  RequestFilter,
  RequestRow,
  ResponseRate,
  SealedRequestRow,
} from './coordination.types';

const ROW = `r.id, r.way, r.app, r.matter, r.peer, r.kind, r.purpose, r.legal_basis as "legalBasis",
  r.from_division as "fromDivision", r.to_division as "toDivision", r.person_id as "personId", r.subject_mask as "subjectMask",
  r.fields, r.state, r.outcome, r.hand_over as "handOver", r.responsible_division as "responsibleDivision",
  r.asked_on as "askedOn", r.due_on as "dueOn", r.remind_on as "remindOn", r.answered_on as "answeredOn", r.answered_fields as "answeredFields", r.escalate_on as "escalateOn", r.escalated_to as "escalatedTo",
  r.forget_on as "forgetOn", r.forgotten_at as "forgottenAt"`;
const SEALED = `${ROW}, r.offered_sealed as "offeredSealed", r.values_sealed as "valuesSealed"`;

const FILTER = `case $2::text when 'asker' then r.from_division ^@ $1 when 'asked' then r.to_division ^@ $1
    else r.from_division ^@ $1 or r.to_division ^@ $1 end
  and ($3::text[] is null or r.state = any ($3)) and ($4::text is null or r.kind = $4)
  and ($5::text is null or r.escalated_to = $5) and ($6::date is null or r.due_on < $6)`;

const filterOf = ({ prefix, place, states, kind, escalatedTo, dueBefore }: RequestFilter): unknown[] => [
  prefix,
  place,
  states,
  kind,
  escalatedTo,
  dueBefore,
];

const hex = (bytes: Buffer | null): string | null => bytes && bytes.toString('hex');

/** The SQL about requests between places: many at once, as they travel in bundles. */
@Injectable()
export class CoordinationRepository {
  /** @returns The ids of those that are new: the same matter again is the same request. */
  async insert(tx: Tx, requests: readonly NewRequest[]): Promise<Set<string>> {
    const rows = requests.map(({ subjectKey, offeredSealed, ...rest }) => ({
      ...rest,
      subjectKey: hex(subjectKey),
      offeredSealed: hex(offeredSealed),
    }));
    const inserted = await tx.query<{ id: string }>(
      `insert into coordination_request (id, way, app, matter, peer, kind, purpose, legal_basis, from_division, to_division,
         person_id, subject_key, subject_mask, fields, offered_sealed, hand_over, responsible_division, asked_on, due_on, remind_on)
       select id, way, app, matter, peer, kind, purpose, "legalBasis", "fromDivision", "toDivision", "personId",
              decode("subjectKey", 'hex'), "subjectMask", array(select jsonb_array_elements_text(fields)),
              decode("offeredSealed", 'hex'), "handOver", "fromDivision", "askedOn", "dueOn", "remindOn"
         from jsonb_to_recordset($1::jsonb) as n (id uuid, way text, app text, matter text, peer text, kind text, purpose text,
           "legalBasis" text, "fromDivision" text, "toDivision" text, "personId" uuid, "subjectKey" text, "subjectMask" text,
           fields jsonb, "offeredSealed" text, "handOver" text, "askedOn" date, "dueOn" date, "remindOn" date)
        order by app, matter, id on conflict do nothing returning id`,
      [JSON.stringify(rows)],
    );
    return new Set(inserted.map(({ id }) => id));
  }

  /** Locked in the order of their ids, so that two who change some of the same wait for each other. */
  lock(tx: Tx, ids: readonly string[]): Promise<SealedRequestRow[]> {
    return tx.query<SealedRequestRow>(
      `select ${SEALED} from coordination_request r where r.id = any ($1::uuid[]) order by r.id for update`,
      [ids],
    );
  }

  ofMatters(
    read: Read,
    matters: readonly { readonly app: CoordinationApp; readonly matter: string }[],
  ): Promise<SealedRequestRow[]> {
    return read.query<SealedRequestRow>(
      `select ${SEALED} from coordination_request r
         join unnest($1::text[], $2::text[]) m (app, matter) on m.app = r.app and m.matter = r.matter`,
      [matters.map(({ app }) => app), matters.map(({ matter }) => matter)],
    );
  }

  async change(tx: Tx, changes: readonly Changed[]): Promise<void> {
    const rows = changes.map(({ valuesSealed, ...rest }) => ({ ...rest, valuesSealed: hex(valuesSealed) }));
    await tx.query(
      `update coordination_request r set state = c.state, outcome = c.outcome, hand_over = c."handOver",
          responsible_division = c."responsibleDivision", due_on = c."dueOn", remind_on = c."remindOn", answered_on = c."answeredOn",
          answered_fields = array(select jsonb_array_elements_text(c."answeredFields")),
          values_sealed = decode(c."valuesSealed", 'hex'), escalate_on = c."escalateOn", escalated_to = c."escalatedTo",
          forget_on = c."forgetOn"
         from jsonb_to_recordset($1::jsonb) as c (id uuid, state text, outcome text, "handOver" text, "responsibleDivision" text,
           "dueOn" date, "remindOn" date, "answeredOn" date, "answeredFields" jsonb, "valuesSealed" text, "escalateOn" date, "escalatedTo" text, "forgetOn" date)
        where r.id = c.id`,
      [JSON.stringify(rows)],
    );
  }

  async act(tx: Tx, acts: readonly NewAct[], at: Date): Promise<void> {
    const rows = acts.map(({ noteSealed, ...rest }) => ({ ...rest, noteSealed: hex(noteSealed) }));
    await tx.query(
      `insert into coordination_act (id, request_id, kind, place, state, responsible_division, note_sealed, at)
       select id, "requestId", kind, place, state, "responsibleDivision", decode("noteSealed", 'hex'), $2
         from jsonb_to_recordset($1::jsonb) as a (id uuid, "requestId" uuid, kind text, place text, state text,
           "responsibleDivision" text, "noteSealed" text)`,
      [JSON.stringify(rows), at],
    );
  }

  /** Whom a request of another installation is about, once our register has said. */
  async found(tx: Tx, id: string, personId: string): Promise<void> {
    await tx.query('update coordination_request set person_id = $2 where id = $1 and forgotten_at is null', [
      id,
      personId,
    ]);
  }

  /** Those whose deadline has passed without an answer, taken in this transaction. */
  /** Asked of places here since a day, and not answered yet; the newest first. */
  unanswered(read: Read, since: Day, limit: number): Promise<SealedRequestRow[]> {
    return read.query<SealedRequestRow>(
      `select ${SEALED} from coordination_request r
        where r.state = 'asked' and r.way in ('inside', 'incoming') and r.asked_on >= $1::date order by r.id desc limit $2`,
      [since, limit],
    );
  }

  overdue(tx: Tx, today: Day, limit: number): Promise<SealedRequestRow[]> {
    return tx.query<SealedRequestRow>(
      `select ${SEALED} from coordination_request r where r.state in ('asked', 'returned') and r.due_on < $1::date
        order by r.id limit $2 for update skip locked`,
      [today, limit],
    );
  }

  /** One reminder for each place here that owes the next step: some days before its day, and after it. */
  async remind(tx: Tx, today: Day): Promise<number> {
    const rows = await tx.query(
      `insert into coordination_reminder (request_id, kind, to_division, on_day)
       select r.id, case when r.due_on < $1::date then 'after' else 'before' end,
              case when r.state = 'returned' then r.from_division else r.to_division end, $1
         from coordination_request r
        where r.forgotten_at is null
          and (r.way in ('inside', 'incoming') and (r.state = 'asked' and r.remind_on <= $1::date or r.state = 'silent')
            or r.way in ('inside', 'outgoing') and r.state = 'returned')
       on conflict do nothing returning 1`,
      [today],
    );
    return rows.length;
  }

  toEscalate(tx: Tx, today: Day, limit: number): Promise<RequestRow[]> {
    return tx.query<RequestRow>(
      `select ${ROW} from coordination_request r
        where r.escalate_on <= $1::date and (r.state = 'silent' and r.way in ('inside', 'incoming')
           or r.state = 'returned' and r.way in ('inside', 'outgoing'))
        order by r.id limit $2 for update skip locked`,
      [today, limit],
    );
  }

  async escalate(tx: Tx, id: string, toDivision: string | null, next: Day | null, today: Day): Promise<void> {
    await tx.query(
      `update coordination_request set escalated_to = coalesce($2, escalated_to), escalate_on = $3 where id = $1`,
      [id, toDivision, next],
    );
    if (toDivision === null) return;
    await tx.query(
      `insert into coordination_reminder (request_id, kind, to_division, on_day) values ($1, 'escalated', $2, $3)
       on conflict do nothing`,
      [id, toDivision, today],
    );
  }

  async forget(tx: Tx, today: Day, at: Date, limit: number): Promise<number> {
    const [row] = await tx.query<{ n: number }>(
      `select forget_coordination(array(select id from coordination_request
          where forgotten_at is null and forget_on < $1::date order by forget_on limit $3), $2) as n`,
      [today, at, limit],
    );
    return row!.n;
  }

  /** Ids only, for changes that go on in a transaction of their own. */
  async byIds(read: Read, ids: readonly string[]): Promise<SealedRequestRow[]> {
    const rows = await read.query<SealedRequestRow>(
      `select ${SEALED} from coordination_request r where r.id = any ($1::uuid[])`,
      [ids],
    );
    return read.disclose('coordination_request', rows);
  }

  /** The nearest deadline first. */
  async list(
    read: Read,
    filter: RequestFilter,
    after: readonly string[] | undefined,
    limit: number,
  ): Promise<SealedRequestRow[]> {
    const rows = await read.query<SealedRequestRow>(
      `select ${SEALED} from coordination_request r
        where ${FILTER} and ($7::date is null or (r.due_on, r.id) > ($7, $8::uuid)) order by r.due_on, r.id limit $9`,
      [...filterOf(filter), after?.[0] ?? null, after?.[1] ?? null, limit],
    );
    return read.disclose('coordination_request', rows);
  }

  async count(read: Read, filter: RequestFilter): Promise<number> {
    const [row] = await read.query<{ n: number }>(
      `select count(*)::int as n from coordination_request r where ${FILTER}`,
      filterOf(filter),
    );
    return row!.n;
  }

  /** Of whoever asks, by person or number: no division of theirs is looked into. */
  async ofOwn(read: Read, limit: number): Promise<SealedRequestRow[]> {
    const rows = await read.query<SealedRequestRow>(
      `select ${SEALED} from coordination_request r
        where r.person_id = any (guard_family()) or r.subject_key = guard_key() order by r.asked_on desc, r.id limit $1`,
      [limit],
    );
    return read.disclose('coordination_request', rows);
  }

  async acts(read: Read, requestIds: readonly string[]): Promise<ActRow[]> {
    const rows = await read.query<ActRow>(
      `select a.id, a.request_id as "requestId", a.kind, a.place, a.actor, a.state, a.responsible_division as "responsibleDivision",
              a.note_sealed as "noteSealed", a.at
         from coordination_act a where a.request_id = any ($1::uuid[]) order by a.seq`,
      [requestIds],
    );
    return read.disclose('coordination_request', rows, ({ requestId }) => requestId);
  }

  reminders(read: Read, requestIds: readonly string[]): Promise<ReminderRow[]> {
    return read.query<ReminderRow>(
      `select m.request_id as "requestId", m.kind, m.to_division as "toDivision", m.on_day as "onDay"
         from coordination_reminder m where m.request_id = any ($1::uuid[]) order by m.on_day, m.id`,
      [requestIds],
    );
  }

  /** By the county that was asked and the month in which answers were due; a month counts once its day has come. */
  rates(read: Read, prefix: string, from: Day, until: Day, today: Day): Promise<ResponseRate[]> {
    return read.query<ResponseRate>(
      `select rpad(left(r.to_division, 6), 12, '0') as "toDivision", to_char(r.due_on, 'YYYY-MM') as month, r.kind,
              count(*)::int as due, count(*) filter (where r.state = 'answered')::int as within,
              count(*) filter (where r.state = 'late')::int as late, count(*) filter (where r.state = 'silent')::int as unanswered
         from coordination_request r
        where (r.from_division ^@ $1 or r.to_division ^@ $1) and r.due_on >= $2::date and r.due_on < $3::date
          and (r.state in ('answered', 'late', 'silent') or (r.state in ('asked', 'returned') and r.due_on < $4::date))
        group by 1, 2, 3 order by 1, 2, 3`,
      [prefix, from, until, today],
    );
  }
}
