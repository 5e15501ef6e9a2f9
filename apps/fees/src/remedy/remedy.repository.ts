import type { Read, Tx } from '@app/database';
import type { Day } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { RemedyState } from './remedy.state';
import type { Contestable, NewRemedy, Remedy, RemedyEvent, Suspension } from './remedy.types';

const DECISION = `d.id, d.matter_id as "matterId", d.letter_id as "letterId", d.division_code as "divisionCode", d.debtor_name as "debtorName",
  d.debtor_key as "debtorKey", d.fen, d.told_of_rights as "toldOfRights", d.learned_on as "learnedOn", d.made_on as "madeOn", d.made_by as "madeBy"`;
const REMEDY = `r.id, r.decision_id as "decisionId", r.matter_id as "matterId", r.division_code as "divisionCode", r.kind, r.channel, r.body,
  r.reference, r.grounds_sealed as "groundsSealed", r.filed_on as "filedOn", r.last_day as "lastDay", r.is_late as "isLate",
  r.late_reason as "lateReason", r.state, r.events, r.check_due_on as "checkDueOn", r.supplement_due_on as "supplementDueOn",
  r.accepted_on as "acceptedOn", r.decide_due_on as "decideDueOn", r.is_extended as "isExtended", r.outcome, r.new_fen as "newFen",
  r.reasons, r.proposed_by as "proposedBy", r.decided_by as "decidedBy", r.decided_on as "decidedOn",
  r.decision_letter_id as "decisionLetterId"`;

export interface Change {
  readonly state?: RemedyState;
  readonly checkDueOn?: Day | null;
  readonly supplementDueOn?: Day | null;
  readonly acceptedOn?: Day;
  readonly decideDueOn?: Day | null;
  readonly isExtended?: boolean;
  readonly outcome?: Remedy['outcome'];
  readonly newFen?: bigint | null;
  readonly reasons?: string | null;
  readonly proposedBy?: string | null;
  readonly decidedBy?: string;
  readonly decidedOn?: Day;
  readonly decisionLetterId?: string;
}

const SET: Readonly<Record<keyof Change, string>> = {
  state: 'state',
  checkDueOn: 'check_due_on',
  supplementDueOn: 'supplement_due_on',
  acceptedOn: 'accepted_on',
  decideDueOn: 'decide_due_on',
  isExtended: 'is_extended',
  outcome: 'outcome',
  newFen: 'new_fen',
  reasons: 'reasons',
  proposedBy: 'proposed_by',
  decidedBy: 'decided_by',
  decidedOn: 'decided_on',
  decisionLetterId: 'decision_letter_id',
};

/** Which remedies; every part that is given narrows. */
export interface RemedyFilter {
  readonly prefix: string;
  readonly state: RemedyState | null;
  readonly dueBefore: Day | null;
}

/** The SQL about remedies. */
@Injectable()
export class RemedyRepository {
  async insertDecision(tx: Tx, decision: Omit<Contestable, 'madeBy' | 'learnedOn'>, at: Date): Promise<void> {
    await tx.query(
      `insert into contestable_decision (id, matter_id, letter_id, division_code, debtor_name, debtor_key, fen, told_of_rights, made_on, recorded_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [
        decision.id,
        decision.matterId,
        decision.letterId,
        decision.divisionCode,
        decision.debtorName,
        decision.debtorKey,
        decision.fen,
        decision.toldOfRights,
        decision.madeOn,
        at,
      ],
    );
  }

  /** The decision of each matter that counts: its last. */
  decisions(read: Read, matterIds: readonly string[]): Promise<Contestable[]> {
    return read.query<Contestable>(
      `select distinct on (d.matter_id) ${DECISION} from contestable_decision d where d.matter_id = any ($1)
        order by d.matter_id, d.recorded_at desc, d.id desc`,
      [matterIds],
    );
  }

  own(read: Read): Promise<Contestable[]> {
    return read.query<Contestable>(
      `select distinct on (d.matter_id) ${DECISION} from contestable_decision d where d.debtor_key = guard_key()
        order by d.matter_id, d.recorded_at desc, d.id desc`,
    );
  }

  /** The same, locked, so that two who contest it at once are served one after the other. */
  async decisionForUpdate(tx: Tx, matterId: string): Promise<Contestable | undefined> {
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`remedy:${matterId}`]);
    return (await this.decisions(tx, [matterId]))[0];
  }

  async decision(read: Read, id: string): Promise<Contestable | undefined> {
    const [row] = await read.query<Contestable>(`select ${DECISION} from contestable_decision d where d.id = $1`, [id]);
    return row;
  }

  async learned(tx: Tx, id: string, on: Day): Promise<void> {
    await tx.query('update contestable_decision set learned_on = $2 where id = $1', [id, on]);
  }

  async insert(
    tx: Tx,
    decision: Contestable,
    remedy: Omit<NewRemedy, 'matterId' | 'grounds' | 'body'> & {
      readonly id: string;
      readonly body: string;
      readonly groundsSealed: Buffer | null;
      readonly lastDay: Day | null;
      readonly isLate: boolean;
      readonly checkDueOn: Day | null;
    },
    at: Date,
  ): Promise<void> {
    await tx.query(
      `insert into remedy (id, decision_id, matter_id, division_code, debtor_key, kind, channel, body, reference, grounds_sealed,
         filed_on, filed_at, last_day, is_late, late_reason, state, check_due_on)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 'filed', $16)`,
      [
        remedy.id,
        decision.id,
        decision.matterId,
        decision.divisionCode,
        decision.debtorKey,
        remedy.kind,
        remedy.channel,
        remedy.body,
        remedy.reference,
        remedy.groundsSealed,
        remedy.filedOn,
        at,
        remedy.lastDay,
        remedy.isLate,
        remedy.lateReason,
        remedy.checkDueOn,
      ],
    );
  }

  async forUpdate(tx: Tx, id: string): Promise<Remedy | undefined> {
    const [row] = await tx.query<Remedy>(`select ${REMEDY} from remedy r where r.id = $1 for no key update`, [id]);
    return row;
  }

  byIds(read: Read, ids: readonly string[]): Promise<Remedy[]> {
    return read.query<Remedy>(`select ${REMEDY} from remedy r where r.id = any ($1)`, [ids]);
  }

  ofMatters(read: Read, matterIds: readonly string[]): Promise<Remedy[]> {
    return read.query<Remedy>(`select ${REMEDY} from remedy r where r.matter_id = any ($1) order by r.filed_at, r.id`, [
      matterIds,
    ]);
  }

  ownRemedies(read: Read): Promise<Remedy[]> {
    return read.query<Remedy>(
      `select ${REMEDY} from remedy r where r.debtor_key = guard_key() order by r.filed_at desc, r.id`,
    );
  }

  list(read: Read, filter: RemedyFilter, after: readonly string[] | null, limit: number): Promise<Remedy[]> {
    return read.query<Remedy>(
      `select ${REMEDY} from remedy r where r.division_code ^@ $1 and ($2::text is null or r.state = $2)
          and ($3::date is null or case when r.state in ('filed', 'supplement') then r.check_due_on
                when r.state in ('accepted', 'proposed') then r.decide_due_on end < $3::date)
          and ($4::uuid is null or r.id > $4) order by r.id limit $5`,
      [filter.prefix, filter.state, filter.dueBefore, after?.[0] ?? null, limit],
    );
  }

  async change(tx: Tx, id: string, change: Change): Promise<void> {
    const names = Object.keys(change) as (keyof Change)[];
    const sets = names.map((name, i) => `${SET[name]} = $${i + 2}`);
    await tx.query(`update remedy set ${[...sets, 'events = events + 1'].join(', ')} where id = $1`, [
      id,
      ...names.map((name) => change[name]),
    ]);
  }

  async note(
    tx: Tx,
    event: {
      remedyId: string;
      seq: number;
      kind: string;
      from: 'new' | RemedyState;
      to: RemedyState;
      note: string | null;
    },
    at: Date,
  ): Promise<void> {
    const { remedyId, seq, kind, from, to, note } = event;
    await tx.query(
      `insert into remedy_event (remedy_id, seq, kind, from_state, to_state, note, at) values ($1, $2, $3, $4, $5, $6, $7)`,
      [remedyId, seq, kind, from, to, note, at],
    );
  }

  events(read: Read, ids: readonly string[]): Promise<RemedyEvent[]> {
    return read.query<RemedyEvent>(
      `select remedy_id as "remedyId", seq, kind, from_state as "from", to_state as "to", note, actor, at from remedy_event
        where remedy_id = any ($1) order by remedy_id, seq`,
      [ids],
    );
  }

  suspensions(read: Read, ids: readonly string[]): Promise<Suspension[]> {
    return read.query<Suspension>(
      `select remedy_id as "remedyId", seq, kind, basis, body, reason, decided_on as "decidedOn" from remedy_suspension
        where remedy_id = any ($1) order by remedy_id, seq`,
      [ids],
    );
  }

  async insertSuspension(tx: Tx, suspension: Suspension, at: Date): Promise<void> {
    const { remedyId, seq, kind, basis, body, reason, decidedOn } = suspension;
    await tx.query(
      `insert into remedy_suspension (remedy_id, seq, kind, basis, body, reason, decided_on, recorded_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [remedyId, seq, kind, basis, body, reason, decidedOn, at],
    );
  }

  /** Reconsiderations in time that nobody looked at while they could have been refused. */
  silent(tx: Tx, today: Day, limit: number): Promise<Remedy[]> {
    return tx.query<Remedy>(
      `select ${REMEDY} from remedy r where r.state = 'filed' and r.kind = 'reconsideration' and not r.is_late and r.check_due_on < $1
        order by r.id limit $2 for no key update skip locked`,
      [today, limit],
    );
  }

  async decided(tx: Tx, id: string, text: string): Promise<void> {
    await tx.query(`select audit_decide('remedy', array[$1::uuid], array[sha256(convert_to($2, 'UTF8'))])`, [id, text]);
  }
}
