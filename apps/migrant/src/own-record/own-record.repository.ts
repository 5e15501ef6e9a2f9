import type { Read, Tx } from '@app/database';
import type { Day } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type {
  Cell,
  HeldRows,
  OwnRequest,
  OwnResident,
  RecordAccess,
  RefusalReason,
  RequestKind,
  Subject,
} from './own-record.types';

/** A table with rows about somebody, as it was declared. */
interface PersonalTable {
  readonly table: string;
  /** SQL over the row `t` and the subject `p`, whether the row is about them; written by migrations only. */
  readonly whose: string;
  readonly kinds: readonly string[];
  readonly withheld: Readonly<Record<string, string>>;
  readonly opened: readonly string[];
}

const SUBJECT = '(select $1::uuid[] as residents, $2::uuid[] as persons, $3::bytea[] as keys) p';
const subject = ({ residents, persons, keys }: Subject) => [residents, persons, keys];

const REQUEST = `q.id, q.resident_id as "residentId", q.kind, q.wish, q.evidence, q.asked_at as "askedAt", q.due_on as "dueOn",
  q.state, q.reason, q.answer, q.answered_at as "answeredAt"`;

/** The only SQL that reads every table about somebody, and what they ask about it. */
@Injectable()
export class OwnRecordRepository {
  /** The residents' records of whoever signed in and of their minor children, and of nobody else whatever else is visible. */
  async own(read: Read): Promise<(OwnResident & Subject)[]> {
    const rows = await read.query<OwnResident & Subject>(
      `select r.id, r.name, array[r.id] as residents, array_remove(array[r.person_id], null) as persons,
              array_remove(array[r.number_key], null) as keys
         from resident r
        where r.person_id = any ((select guard_family())::uuid[]) or r.number_key = (select guard_key()) order by r.born, r.id`,
    );
    return read.disclose('resident', rows);
  }

  /** Whom the signed context of a citizen stands for. */
  async caller(read: Read): Promise<Subject> {
    const [row] = await read.query<{ persons: string[] | null; key: Buffer | null }>(
      'select guard_family() as persons, guard_key() as key',
    );
    return { residents: [], persons: row!.persons ?? [], keys: row!.key === null ? [] : [row!.key] };
  }

  tables(read: Read): Promise<PersonalTable[]> {
    return read.query<PersonalTable>(
      `select of_table as "table", whose, audit_kinds as kinds, withheld, opened from personal_table
        order by of_table <> 'resident', of_table`,
    );
  }

  /** Rows as they are, but for what is withheld. */
  async rows(read: Read, { table, whose, withheld }: PersonalTable, about: Subject): Promise<HeldRows> {
    const rows = await read.query<{ row: Record<string, Cell> }>(
      `select to_jsonb(t) - $4::text[] as row from ${table} t, ${SUBJECT} where ${whose} order by 1`,
      [...subject(about), Object.keys(withheld)],
    );
    return { table, rows: rows.map(({ row }) => row), withheld };
  }

  /** Ids under which the audit log speaks of somebody, by kind. */
  async subjects(read: Read, { table, whose, kinds }: PersonalTable, about: Subject) {
    const rows = await read.query<{ id: string }>(
      `select t.id from ${table} t, ${SUBJECT} where ${whose}`,
      subject(about),
    );
    return kinds.flatMap((kind) => rows.map(({ id }) => ({ kind, id })));
  }

  /** Who looked or acted, the newest first. */
  accesses(read: Read, about: readonly { kind: string; id: string }[], most: number): Promise<RecordAccess[]> {
    return read.query<RecordAccess>(
      `select distinct e.id, e.at, e.kind, e.actor, e.division, e.operation, e.purpose, e.case_ref as "caseRef", e.fields
         from unnest($1::text[], $2::uuid[]) s (kind, id) cross join lateral audit_about(s.kind, s.id, $3) e
        order by e.id desc limit $3`,
      [about.map(({ kind }) => kind), about.map(({ id }) => id), most],
    );
  }

  /** The division whose parameters hold for a record. */
  async divisionOf(read: Read, resident: string): Promise<string> {
    const [row] = await read.query<{ code: string | null }>('select divisions[1] as code from resident where id = $1', [
      resident,
    ]);
    return row?.code ?? '';
  }

  async requestsOf(read: Read, residents: readonly string[]): Promise<OwnRequest[]> {
    const rows = await read.query<OwnRequest>(
      `select ${REQUEST} from own_request q where q.resident_id = any($1::uuid[]) order by q.asked_at desc, q.id`,
      [residents],
    );
    return read.disclose('own_request', rows);
  }

  /** Those of a subtree, the most urgent first. */
  async list(
    read: Read,
    prefix: string,
    isOpen: boolean | null,
    after: readonly string[] | undefined,
    limit: number,
  ): Promise<OwnRequest[]> {
    const rows = await read.query<OwnRequest>(
      `select ${REQUEST} from own_request q join resident r on r.id = q.resident_id
        where exists (select from unnest(r.divisions) d where d ^@ $1)
          and ($2::boolean is null or (q.state = 'open') = $2)
          and ($3::date is null or (q.due_on, q.id) > ($3, $4::uuid)) order by q.due_on, q.id limit $5`,
      [prefix, isOpen, after?.[0] ?? null, after?.[1] ?? null, limit],
    );
    return read.disclose('own_request', rows);
  }

  async lock(tx: Tx, id: string): Promise<OwnRequest | undefined> {
    const rows = await tx.query<OwnRequest>(`select ${REQUEST} from own_request q where q.id = $1 for update`, [id]);
    return tx.disclose('own_request', rows)[0];
  }

  /** Whether it was new: of each kind one is open at a time. */
  async ask(
    tx: Tx,
    request: {
      id: string;
      residentId: string;
      kind: RequestKind;
      wish: string;
      evidence: string | null;
      askedAt: Date;
      dueOn: Day;
    },
  ): Promise<boolean> {
    const { id, residentId, kind, wish, evidence, askedAt, dueOn } = request;
    const rows = await tx.query(
      `insert into own_request (id, resident_id, kind, wish, evidence, asked_at, due_on) values ($1, $2, $3, $4, $5, $6, $7)
       on conflict (resident_id, kind) where state = 'open' do nothing returning id`,
      [id, residentId, kind, wish, evidence, askedAt, dueOn],
    );
    return rows.length > 0;
  }

  async answer(
    tx: Tx,
    id: string,
    answer: { state: 'granted' | 'refused' | 'withdrawn'; reason: RefusalReason | null; words: string },
    at: Date,
  ): Promise<OwnRequest> {
    const rows = await tx.query<OwnRequest>(
      `update own_request q set state = $2, reason = $3, answer = $4, answered_by = guard_text('actor'), answered_at = greatest($5, asked_at)
        where q.id = $1 returning ${REQUEST}`,
      [id, answer.state, answer.reason, answer.words, at],
    );
    return tx.disclose('own_request', rows)[0]!;
  }

  /** What else than this request holds the record. */
  async heldBy(tx: Tx, resident: string, day: Day): Promise<string[]> {
    const [row] = await tx.query<{ held: string[] }>(
      `select s.held_by as held from retention_standing($1, $2::date) s where s.class = 'resident'`,
      [resident, day],
    );
    return row?.held ?? [];
  }

  /** Deletes the resident of a granted request, messages and all; the database looks itself whether that is so. */
  async deleteGranted(tx: Tx, id: string, day: Day): Promise<void> {
    await tx.query('select own_request_delete($1, $2)', [id, day]);
  }
}
