import type { Read, Tx } from '@app/database';
import type { Day } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { ComplaintState } from './complaint.state';
import type { ComplaintAction, ComplaintFilter, ComplaintKind, ComplaintRow, HandOverRow } from './complaint.types';

const KIND = 'complaint';

const COLUMNS = `c.id, c.number, c.kind, c.request_id as "requestId", c.matter, c.paper, c.about_code as "aboutCode",
  c.responsible_code as "responsibleCode", c.is_anonymous as "isAnonymous", c.owner, c.state, c.events, c.reasons, c.mended,
  c.mended_request_id as "mendedRequestId", c.received_on as "receivedOn", c.due_on as "dueOn", c.ended_on as "endedOn",
  coalesce(c.owner_key = guard_key(), false) as "isOwn", c.told_sealed as "toldSealed", c.contact_sealed as "contactSealed"`;

const DUE = `coalesce(c.due_on, '9999-12-31'::date)`;

const MATCHES = `exists (select from unnest(c.places) p where p ^@ $1) and ($2::text is null or c.state = $2)
  and ($3::text is null or c.kind = $3)
  and ($4::date is null or (c.due_on < $4::date and c.state in ('filed', 'handling', 'upheld')))`;

const parametersOf = ({ prefix, state, kind, dueBefore }: ComplaintFilter): unknown[] => [
  prefix,
  state ?? null,
  kind ?? null,
  dueBefore ?? null,
];

export interface Change {
  readonly state?: ComplaintState;
  readonly responsibleCode?: string;
  readonly places?: readonly string[];
  readonly owner?: string | null;
  readonly reasons?: string;
  readonly mended?: string;
  readonly mendedRequestId?: string | null;
  readonly endedOn?: Day | null;
  readonly dueOn?: Day | null;
}

const SET: Readonly<Record<keyof Change, string>> = {
  state: 'state',
  responsibleCode: 'responsible_code',
  places: 'places',
  owner: 'owner',
  reasons: 'reasons',
  mended: 'mended',
  mendedRequestId: 'mended_request_id',
  endedOn: 'ended_on',
  dueOn: 'due_on',
};

/** The SQL about complaints. */
@Injectable()
export class ComplaintRepository {
  /** Two who file at once are counted one after the other. */
  async lock(tx: Tx, what: string): Promise<void> {
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`complaint:${what}`]);
  }

  async countAnonymous(tx: Tx, county: string, since: Date): Promise<number> {
    const [row] = await tx.query<{ n: number }>(
      `select count(*)::integer as n from complaint where is_anonymous and about_code ^@ $1 and recorded_at > $2`,
      [county, since],
    );
    return row!.n;
  }

  async countOwn(tx: Tx, since: Date): Promise<number> {
    const [row] = await tx.query<{ n: number }>(
      `select count(*)::integer as n from complaint where filed_by = guard_text('actor') and recorded_at > $1`,
      [since],
    );
    return row!.n;
  }

  async insert(
    tx: Tx,
    row: {
      id: string;
      kind: ComplaintKind;
      requestId: string | null;
      matter: string | null;
      paper: string | null;
      aboutCode: string;
      responsibleCode: string;
      complainedOf: readonly string[];
      toldSealed: Buffer;
      contactSealed: Buffer | null;
      isAnonymous: boolean;
      ownKey: string | null;
      receivedOn: Day;
      workingDays: number;
      dueOn: Day | null;
      at: Date;
    },
  ): Promise<string> {
    const [made] = await tx.query<{ number: string }>(
      `insert into complaint (id, kind, request_id, matter, paper, about_code, responsible_code, places, complained_of, told_sealed,
         contact_sealed, is_anonymous, owner_key, state, received_on, counted_days, due_on, recorded_at)
       values ($1, $2, $3, $4, $5, $6, $7, array[$7], $8, $9, $10, $11, decode($12, 'hex'), 'filed', $13, $14, $15, $16)
       returning number`,
      [
        row.id,
        row.kind,
        row.requestId,
        row.matter,
        row.paper,
        row.aboutCode,
        row.responsibleCode,
        row.complainedOf,
        row.toldSealed,
        row.contactSealed,
        row.isAnonymous,
        row.ownKey,
        row.receivedOn,
        row.workingDays,
        row.dueOn,
        row.at,
      ],
    );
    return made!.number;
  }

  async findForUpdate(tx: Tx, id: string): Promise<ComplaintRow | undefined> {
    const [row] = await tx.query<ComplaintRow>(`select ${COLUMNS} from complaint c where c.id = $1 for update of c`, [
      id,
    ]);
    return row;
  }

  async byNumber(tx: Tx, number: string): Promise<ComplaintRow | undefined> {
    const [row] = await tx.query<ComplaintRow>(`select ${COLUMNS} from complaint c where c.number = $1`, [number]);
    return row;
  }

  async byIds(read: Tx, ids: readonly string[]): Promise<ComplaintRow[]> {
    const rows = await read.query<ComplaintRow>(`select ${COLUMNS} from complaint c where c.id = any ($1)`, [ids]);
    return read.disclose(KIND, rows);
  }

  async own(read: Tx): Promise<ComplaintRow[]> {
    const rows = await read.query<ComplaintRow>(
      `select ${COLUMNS} from complaint c where c.owner_key = guard_key() order by c.received_on desc, c.id`,
    );
    return read.disclose(KIND, rows);
  }

  async list(
    read: Tx,
    filter: ComplaintFilter,
    after: readonly string[] | undefined,
    limit: number,
  ): Promise<ComplaintRow[]> {
    const rows = await read.query<ComplaintRow>(
      `select ${COLUMNS} from complaint c where ${MATCHES}
         and ($5::date is null or (${DUE}, c.id) > ($5::date, $6::uuid)) order by ${DUE}, c.id limit $7`,
      [...parametersOf(filter), after?.[0] ?? null, after?.[1] ?? null, limit],
    );
    return read.disclose(KIND, rows);
  }

  async count(read: Read, filter: ComplaintFilter): Promise<number> {
    const [row] = await read.query<{ n: number }>(
      `select count(*)::integer as n from complaint c where ${MATCHES}`,
      parametersOf(filter),
    );
    return row!.n;
  }

  async change(tx: Tx, id: string, change: Change): Promise<void> {
    const names = Object.keys(change) as (keyof Change)[];
    const sets = names.map((name, i) => `${SET[name]} = $${i + 2}`);
    await tx.query(`update complaint set ${[...sets, 'events = events + 1'].join(', ')} where id = $1`, [
      id,
      ...names.map((name) => change[name]),
    ]);
  }

  async act(
    tx: Tx,
    id: string,
    act: { kind: string; from: 'new' | ComplaintState; to: ComplaintState; seq: number; note: string | null; at: Date },
  ): Promise<void> {
    await tx.query(
      `insert into complaint_action (complaint_id, seq, kind, from_state, to_state, note, at) values ($1, $2, $3, $4, $5, $6, $7)`,
      [id, act.seq, act.kind, act.from, act.to, act.note, act.at],
    );
    tx.concern(KIND, [id]);
  }

  actions(read: Read, ids: readonly string[]): Promise<ComplaintAction[]> {
    return read.query(
      `select complaint_id as "complaintId", seq, kind, from_state as "from", to_state as "to", note, actor, at
         from complaint_action where complaint_id = any ($1) order by complaint_id, seq`,
      [ids],
    );
  }

  async insertHandOver(
    tx: Tx,
    row: { complaintId: string; fromCode: string; toCode: string; reason: string; at: Date },
  ): Promise<void> {
    await tx.query(
      `insert into complaint_hand_over (complaint_id, from_code, to_code, reason, asked_at) values ($1, $2, $3, $4, $5)`,
      [row.complaintId, row.fromCode, row.toCode, row.reason, row.at],
    );
  }

  handOvers(read: Read, ids: readonly string[]): Promise<HandOverRow[]> {
    return read.query(
      `select id, complaint_id as "complaintId", from_code as "fromCode", to_code as "toCode", reason, asked_at as "askedAt",
         answer, note from complaint_hand_over where complaint_id = any ($1) order by asked_at, id`,
      [ids],
    );
  }

  async answerHandOver(tx: Tx, id: string, answer: string, note: string | null, by: string, at: Date): Promise<void> {
    await tx.query(
      `update complaint_hand_over set answer = $2, note = $3, answered_by = $4, answered_at = $5 where id = $1`,
      [id, answer, note, by, at],
    );
  }

  /** Whose deadline comes near or has passed, and of which that was not said yet. */
  toRemind(tx: Tx, today: Day, soon: Day): Promise<(ComplaintRow & { readonly isOver: boolean })[]> {
    return tx.query(
      `select ${COLUMNS}, c.due_on < $1::date as "isOver" from complaint c
        where c.due_on <= $2::date and c.state in ('filed', 'handling')
          and not exists (select from complaint_action a where a.complaint_id = c.id
                and a.kind = case when c.due_on < $1::date then 'remind-after' else 'remind-before' end)
        order by c.id limit 1000 for update of c skip locked`,
      [today, soon],
    );
  }

  /** Whose deadline could not be counted when it was filed. */
  withoutDay(tx: Tx): Promise<{ id: string; receivedOn: Day; workingDays: number }[]> {
    return tx.query(
      `select id, received_on as "receivedOn", counted_days as "workingDays" from complaint
        where due_on is null and state in ('filed', 'handling') limit 1000 for update skip locked`,
    );
  }

  /** The day of a deadline that could not be counted when it began. */
  async setDue(tx: Tx, id: string, dueOn: Day): Promise<void> {
    await tx.query(`update complaint set due_on = $2 where id = $1`, [id, dueOn]);
    tx.concern(KIND, [id]);
  }

  async decided(tx: Tx, id: string, text: string): Promise<void> {
    await tx.query(`select audit_decide('complaint', array[$1::uuid], array[sha256(convert_to($2, 'UTF8'))])`, [
      id,
      text,
    ]);
  }
}
