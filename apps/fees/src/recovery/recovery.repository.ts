import type { Read, Tx } from '@app/database';
import type { Day } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { RecoveryAct, RecoveryState } from './recovery.state';
import type {
  NewRecovery,
  RecoveryEvent,
  RecoveryFilter,
  RecoveryLine,
  RecoveryRow,
  RecoveryShare,
  RecoveryStatement,
} from './recovery.types';

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const NAMES = [
  ...['id', 'caseNo', 'source', 'ground', 'programme', 'divisionCode', 'beneficiaryId', 'payeeId', 'payeeName'],
  ...[
    'payeeKey',
    'payeeMask',
    'wrongFrom',
    'wrongUntil',
    'paidOn',
    'wrongFen',
    'stillFen',
    'reference',
    'foundOn',
    'openedOn',
  ],
  ...['openedBy', 'state', 'outcome', 'events', 'limitationEnds', 'cause', 'isInGoodFaith', 'goneFen', 'finding'],
  ...['documentNo', 'factsBy', 'noticeLetterId', 'noticeServedOn', 'statementEnds', 'hearingAskedOn', 'hearingHeldOn'],
  ...['decidedFen', 'owedFen', 'reasons', 'answer', 'decidedBy', 'decidedOn', 'decisionLetterId', 'decisionServedOn'],
  ...['payBy', 'appealEnds', 'courtUntil', 'receivableId', 'reminderLetterId', 'reminderServedOn', 'reminderEnds'],
  ...['courtRef', 'waiverRule', 'referredTo', 'closedOn', 'closedWhy', 'dueOn'],
];
const COLUMNS = NAMES.map((name) => `c.${snake(name)} as "${name}"`).join(', ');

/** What may be written between two steps; the state and whose step it was are written by the event itself. */
export type RecoveryChange = Partial<
  Pick<
    RecoveryRow,
    | 'stillFen'
    | 'limitationEnds'
    | 'cause'
    | 'isInGoodFaith'
    | 'goneFen'
    | 'finding'
    | 'documentNo'
    | 'noticeLetterId'
    | 'noticeServedOn'
    | 'statementEnds'
    | 'decidedFen'
    | 'owedFen'
    | 'reasons'
    | 'answer'
    | 'decisionLetterId'
    | 'decisionServedOn'
    | 'payBy'
    | 'appealEnds'
    | 'courtUntil'
    | 'receivableId'
    | 'reminderLetterId'
    | 'reminderServedOn'
    | 'reminderEnds'
    | 'courtRef'
    | 'waiverRule'
    | 'referredTo'
    | 'closedWhy'
  >
>;

export interface NewEvent {
  readonly caseId: string;
  readonly seq: number;
  readonly act: RecoveryAct;
  readonly from: RecoveryState;
  readonly to: RecoveryState;
  readonly note: string | null;
  readonly onDay: Day;
  readonly at: Date;
}

/** The SQL about recovery cases. */
@Injectable()
export class RecoveryRepository {
  /** The next number of a county and year; whoever asks at the same time waits for this transaction. */
  async nextCount(tx: Tx, county: string, year: number): Promise<number> {
    const [row] = await tx.query<{ last: number }>(
      `insert into recovery_counter as c (county_code, year, last) values ($1, $2, 1)
       on conflict (county_code, year) do update set last = c.last + 1 returning last`,
      [county, year],
    );
    return row!.last;
  }

  /** Writes a case that is nowhere yet; false where another transaction took the same overpayment in meanwhile. */
  async insert(
    tx: Tx,
    one: NewRecovery & {
      readonly id: string;
      readonly caseNo: string;
      readonly openedOn: Day;
      readonly limitationEnds: Day;
      readonly at: Date;
    },
  ): Promise<boolean> {
    const rows = await tx.query(
      `insert into recovery_case (id, case_no, overpayment_id, ground, programme, division_code, beneficiary_id, payee_id, payee_name,
         payee_key, payee_mask, wrong_from, wrong_until, paid_on, wrong_fen, reference, found_on, opened_on, opened_at, limitation_ends, still_fen)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
       on conflict (overpayment_id) do nothing returning id`,
      [
        ...[one.id, one.caseNo, one.overpaymentId, one.ground, one.programme, one.divisionCode, one.beneficiaryId],
        ...[one.payee.id, one.payee.name, one.payee.key, one.payee.mask, one.from, one.until, one.paidOn, one.fen],
        ...[one.reference, one.foundOn, one.openedOn, one.at, one.limitationEnds, one.stillFen],
      ],
    );
    if (rows.length === 0) return false;
    await tx.query(
      `insert into recovery_share (case_id, level, year, fen) select $1, * from unnest($2::text[], $3::smallint[], $4::bigint[])`,
      [
        one.id,
        one.shares.map(({ level }) => level),
        one.shares.map(({ year }) => year),
        one.shares.map(({ fen }) => fen),
      ],
    );
    await tx.query(
      `insert into recovery_line (case_id, division_code, n, payment_ref, paid_on, paid_fen, wrong_fen)
       select $1, $2, row_number() over (), * from unnest($3::text[], $4::date[], $5::bigint[], $6::bigint[])`,
      [
        ...[one.id, one.divisionCode, one.lines.map(({ paymentRef }) => paymentRef)],
        ...[one.lines.map(({ paidOn }) => paidOn), one.lines.map(({ paidFen }) => paidFen)],
        one.lines.map(({ wrongFen }) => wrongFen),
      ],
    );
    return true;
  }

  /** Payments of these that a case which was not dropped claims already. */
  async claimed(read: Read, divisionCode: string, refs: readonly string[]): Promise<string[]> {
    const rows = await read.query<{ ref: string }>(
      'select payment_ref as ref from recovery_line where division_code = $1 and payment_ref = any ($2) and is_live',
      [divisionCode, refs],
    );
    return rows.map(({ ref }) => ref);
  }

  async change(tx: Tx, id: string, change: RecoveryChange): Promise<void> {
    const entries = Object.entries(change);
    if (entries.length === 0) return;
    const sets = entries.map(([name], i) => `${snake(name)} = $${i + 2}`).join(', ');
    await tx.query(`update recovery_case set ${sets} where id = $1`, [id, ...entries.map(([, value]) => value)]);
  }

  async event(tx: Tx, event: NewEvent): Promise<void> {
    await tx.query(
      `insert into recovery_event (case_id, seq, act, from_state, to_state, note, on_day, at) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [event.caseId, event.seq, event.act, event.from, event.to, event.note, event.onDay, event.at],
    );
  }

  async say(tx: Tx, statement: Omit<RecoveryStatement, 'takenBy'> & { readonly at: Date }): Promise<void> {
    await tx.query(
      'insert into recovery_statement (id, case_id, words, is_own_hand, said_on, at) values ($1, $2, $3, $4, $5, $6)',
      [statement.id, statement.caseId, statement.words, statement.isOwnHand, statement.saidOn, statement.at],
    );
  }

  byIds(read: Read, ids: readonly string[]): Promise<RecoveryRow[]> {
    return read.query<RecoveryRow>(`select ${COLUMNS} from recovery_case c where c.id = any ($1)`, [ids]);
  }

  async forUpdate(tx: Tx, id: string): Promise<RecoveryRow | undefined> {
    const [row] = await tx.query<RecoveryRow>(`select ${COLUMNS} from recovery_case c where c.id = $1 for update`, [
      id,
    ]);
    return row;
  }

  /** The same for a person, who may say something about a case but write none: its row is locked by their event. */
  async seen(tx: Tx, id: string): Promise<RecoveryRow | undefined> {
    return (await this.byIds(tx, [id]))[0];
  }

  async idByLetter(read: Read, letterId: string): Promise<string | undefined> {
    const [row] = await read.query<{ id: string }>(
      `select id from recovery_case where notice_letter_id = $1 or decision_letter_id = $1 or reminder_letter_id = $1`,
      [letterId],
    );
    return row?.id;
  }

  async idByOverpayment(read: Read, overpaymentId: string): Promise<string | undefined> {
    const [row] = await read.query<{ id: string }>('select id from recovery_case where overpayment_id = $1', [
      overpaymentId,
    ]);
    return row?.id;
  }

  async idByReceivable(read: Read, receivableId: string): Promise<string | undefined> {
    const [row] = await read.query<{ id: string }>('select id from recovery_case where receivable_id = $1', [
      receivableId,
    ]);
    return row?.id;
  }

  /** The work-list: what falls due first stands first. */
  list(read: Read, filter: RecoveryFilter, after: readonly string[] | null, limit: number): Promise<RecoveryRow[]> {
    return read.query<RecoveryRow>(
      `select ${COLUMNS} from recovery_case c where ${MATCHES}
          and ($8::text is null or (coalesce(c.due_on, '9999-12-31'), c.id) > ($8::date, $9::uuid))
        order by coalesce(c.due_on, '9999-12-31'), c.id limit $10`,
      [...parametersOf(filter), after?.[0] ?? null, after?.[1] ?? null, limit],
    );
  }

  async count(read: Read, filter: RecoveryFilter): Promise<number> {
    const [row] = await read.query<{ n: number }>(
      `select count(*)::int as n from recovery_case c where ${MATCHES}`,
      parametersOf(filter),
    );
    return row!.n;
  }

  own(read: Read): Promise<RecoveryRow[]> {
    return read.query<RecoveryRow>(
      `select ${COLUMNS} from recovery_case c where (c.payee_key = guard_key() or c.payee_id = any ((select guard_family())::uuid[]))
          and c.state not in ('new', 'proposed') order by c.opened_at, c.id`,
    );
  }

  history(read: Read, caseIds: readonly string[]): Promise<RecoveryEvent[]> {
    return read.query<RecoveryEvent>(
      `select case_id as "caseId", seq, act, from_state as "fromState", to_state as "toState", actor, note, on_day as "onDay", at
         from recovery_event where case_id = any ($1) order by case_id, seq`,
      [caseIds],
    );
  }

  statements(read: Read, caseIds: readonly string[]): Promise<RecoveryStatement[]> {
    return read.query<RecoveryStatement>(
      `select id, case_id as "caseId", words, is_own_hand as "isOwnHand", said_on as "saidOn", taken_by as "takenBy"
         from recovery_statement where case_id = any ($1) order by at, id`,
      [caseIds],
    );
  }

  shares(read: Read, caseIds: readonly string[]): Promise<(RecoveryShare & { readonly caseId: string })[]> {
    return read.query<RecoveryShare & { caseId: string }>(
      `select case_id as "caseId", level, year, fen from recovery_share where case_id = any ($1) order by level, year`,
      [caseIds],
    );
  }

  lines(read: Read, caseIds: readonly string[]): Promise<(RecoveryLine & { readonly caseId: string })[]> {
    return read.query<RecoveryLine & { caseId: string }>(
      `select case_id as "caseId", payment_ref as "paymentRef", paid_on as "paidOn", paid_fen as "paidFen", wrong_fen as "wrongFen"
         from recovery_line where case_id = any ($1) order by case_id, n`,
      [caseIds],
    );
  }
}

const MATCHES = `c.division_code ^@ $1 and ($2::text[] is null or c.state = any ($2)) and ($3::text is null or c.cause = $3)
  and ($4::text is null or c.ground = $4) and ($5::bytea is null or c.payee_key = $5) and ($6::text is null or c.case_no = $6)
  and ($7::date is null or c.due_on <= $7)`;

const parametersOf = (filter: RecoveryFilter): unknown[] => [
  ...[filter.prefix, filter.states, filter.cause, filter.ground, filter.payeeKey, filter.caseNo, filter.dueUntil],
];
