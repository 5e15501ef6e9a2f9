import { newId, type Read, type Tx } from '@app/database';
import type { Day, Fen } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { PlanState } from './instalment.state';
import type {
  ActKind,
  ActRow,
  EarlyHow,
  EarlyRow,
  InstalmentRow,
  InstalmentStanding,
  PlannedInstalment,
  PlanRow,
  Side,
} from './instalment.types';

const PLAN = `p.id, p.receivable_id as "receivableId", p.matter_id as "caseId", p.division_code as "divisionCode",
  p.debtor_name as "debtorName", p.debtor_key as "debtorKey", p.version, p.state, p.side, p.fen, p.received_base_fen as "receivedBaseFen",
  p.cut_base_fen as "cutBaseFen", p.affordable_fen as "affordableFen", p.is_hardship as "isHardship", p.asks_waiver as "asksWaiver",
  p.follows, p.note, p.proposed_by as "proposedBy", p.proposed_on as "proposedOn", p.answered_by as "answeredBy",
  p.agreed_on as "agreedOn", p.suspended_on as "suspendedOn", p.ended_on as "endedOn",
  coalesce(p.debtor_key = guard_key(), false) as "isOwn"`;
const INSTALMENT = `id, plan_id as "planId", no, fen, nominal_on as "nominalOn", due_on as "dueOn", paid_fen as "paidFen",
  named_fen as "namedFen", dropped_fen as "droppedFen", open_fen as "openFen", reminded_on as "remindedOn", grace_until as "graceUntil",
  missed_on as "missedOn", paid_on as "paidOn"`;
const EARLY = `id, plan_id as "planId", fen, paid_fen as "paidFen", how, due_on as "dueOn", state`;

export interface NewPlan {
  readonly receivableId: string;
  readonly side: Side;
  readonly instalments: readonly PlannedInstalment[];
  readonly receivedBaseFen: Fen;
  readonly cutBaseFen: Fen;
  readonly affordableFen: Fen | null;
  readonly isHardship: boolean;
  readonly asksWaiver: boolean;
  readonly follows: string | null;
  readonly note: string | null;
  readonly on: Day;
  readonly at: Date;
}

export interface PlanFilter {
  /** Leading digits of the division. */
  readonly prefix: string;
  readonly state: PlanState | null;
  readonly asksWaiver: boolean | null;
}

/** The SQL about plans and their instalments. */
@Injectable()
export class InstalmentRepository {
  /** A proposal; or, by rule, what is in force at once. Its version is the next of its receivable. */
  async insert(tx: Tx, plan: NewPlan): Promise<string> {
    const id = newId(plan.at);
    const fen = plan.instalments.reduce((sum, one) => sum + one.fen, 0n);
    const isByRule = plan.side === 'rule';
    await tx.query(
      `insert into instalment_plan (id, receivable_id, matter_id, division_code, debtor_name, version, state, side, fen, received_base_fen,
         cut_base_fen, affordable_fen, is_hardship, asks_waiver, follows, note, proposed_on, proposed_at, agreed_on)
       select $1, $2, $1, '', '', coalesce(max(version), 0) + 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15
         from instalment_plan where receivable_id = $2`,
      [
        id,
        plan.receivableId,
        isByRule ? 'agreed' : 'proposed',
        plan.side,
        fen,
        plan.receivedBaseFen,
        plan.cutBaseFen,
        plan.affordableFen,
        plan.isHardship,
        plan.asksWaiver,
        plan.follows,
        plan.note,
        plan.on,
        plan.at,
        isByRule ? plan.on : null,
      ],
    );
    await tx.query(
      `insert into instalment (id, plan_id, no, fen, nominal_on, due_on)
       select * from unnest($1::uuid[], array_fill($2::uuid, array[cardinality($1::uuid[])]), $3::int[], $4::bigint[], $5::date[], $6::date[])`,
      [
        plan.instalments.map(() => newId(plan.at)),
        id,
        plan.instalments.map(({ no }) => no),
        plan.instalments.map((one) => one.fen),
        plan.instalments.map(({ nominalOn }) => nominalOn),
        plan.instalments.map(({ dueOn }) => dueOn),
      ],
    );
    return id;
  }

  async declare(tx: Tx, planId: string, sealed: (id: string) => Buffer, at: Date): Promise<void> {
    const id = newId(at);
    await tx.query(
      'insert into instalment_declaration (id, plan_id, sums_sealed, declared_at) values ($1, $2, $3, $4)',
      [id, planId, sealed(id), at],
    );
  }

  async forgetDeclarations(tx: Tx, planIds: readonly string[], on: Day): Promise<void> {
    await tx.query(
      `update instalment_declaration set sums_sealed = null, forgotten_on = $2 where plan_id = any ($1) and sums_sealed is not null`,
      [planIds, on],
    );
  }

  /** All plans of a receivable, held until this transaction ends: whoever pays, agrees and reminds at once comes one after the other. */
  async ofReceivableForUpdate(tx: Tx, receivableId: string): Promise<PlanRow[]> {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('instalment ' || $1, 0))`, [receivableId]);
    return tx.query<PlanRow>(`select ${PLAN} from instalment_plan p where p.receivable_id = $1 order by p.version`, [
      receivableId,
    ]);
  }

  async byId(read: Read, id: string): Promise<PlanRow | undefined> {
    const [row] = await read.query<PlanRow>(`select ${PLAN} from instalment_plan p where p.id = $1`, [id]);
    return row;
  }

  ofCases(read: Read, caseIds: readonly string[]): Promise<PlanRow[]> {
    return read.query<PlanRow>(
      `select ${PLAN} from instalment_plan p where p.matter_id = any ($1) order by p.matter_id, p.version desc`,
      [caseIds],
    );
  }

  own(read: Read): Promise<PlanRow[]> {
    return read.query<PlanRow>(
      `select ${PLAN} from instalment_plan p where p.debtor_key = guard_key() order by p.proposed_at desc, p.version desc`,
    );
  }

  list(read: Read, filter: PlanFilter, after: readonly string[] | null, limit: number): Promise<PlanRow[]> {
    return read.query<PlanRow>(
      `select ${PLAN} from instalment_plan p
        where p.division_code ^@ $1 and ($2::text is null or p.state = $2) and ($3::boolean is null or p.asks_waiver = $3)
          and ($4::uuid is null or p.id > $4) order by p.id limit $5`,
      [filter.prefix, filter.state, filter.asksWaiver, after?.[0] ?? null, limit],
    );
  }

  instalments(read: Read, planIds: readonly string[]): Promise<InstalmentRow[]> {
    return read.query<InstalmentRow>(
      `select ${INSTALMENT} from instalment where plan_id = any ($1) order by plan_id, no`,
      [planIds],
    );
  }

  earlies(read: Read, planIds: readonly string[]): Promise<EarlyRow[]> {
    return read.query<EarlyRow>(
      `select ${EARLY} from instalment_early where plan_id = any ($1) order by plan_id, asked_at, id`,
      [planIds],
    );
  }

  acts(read: Read, planIds: readonly string[]): Promise<ActRow[]> {
    return read.query<ActRow>(
      `select plan_id as "planId", kind, actor, state, open_fen as "openFen", note, at from instalment_act
        where plan_id = any ($1) order by plan_id, seq`,
      [planIds],
    );
  }

  async insertEarly(tx: Tx, early: { planId: string; fen: Fen; how: EarlyHow; dueOn: Day; at: Date }): Promise<string> {
    const id = newId(early.at);
    await tx.query(
      'insert into instalment_early (id, plan_id, fen, how, due_on, asked_at) values ($1, $2, $3, $4, $5, $6)',
      [id, early.planId, early.fen, early.how, early.dueOn, early.at],
    );
    return id;
  }

  async saveEarly(tx: Tx, { id, paidFen, state }: EarlyRow): Promise<void> {
    await tx.query('update instalment_early set paid_fen = $2, state = $3 where id = $1', [id, paidFen, state]);
  }

  async save(tx: Tx, rows: readonly InstalmentRow[]): Promise<void> {
    await tx.query(
      `update instalment i set paid_fen = n.paid, named_fen = n.named, dropped_fen = n.dropped, paid_on = n.paid_on,
              reminded_on = n.reminded, grace_until = n.grace, missed_on = n.missed
         from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::date[], $6::date[], $7::date[], $8::date[])
           n (id, paid, named, dropped, paid_on, reminded, grace, missed) where i.id = n.id`,
      [
        rows.map(({ id }) => id),
        rows.map(({ paidFen }) => paidFen),
        rows.map(({ namedFen }) => namedFen),
        rows.map(({ droppedFen }) => droppedFen),
        rows.map(({ paidOn }) => paidOn),
        rows.map(({ remindedOn }) => remindedOn),
        rows.map(({ graceUntil }) => graceUntil),
        rows.map(({ missedOn }) => missedOn),
      ],
    );
  }

  async move(
    tx: Tx,
    id: string,
    to: PlanState,
    by: { answeredBy?: string; note?: string | null; agreedOn?: Day; suspendedOn?: Day; endedOn?: Day } = {},
  ): Promise<void> {
    await tx.query(
      `update instalment_plan set state = $2, answered_by = coalesce($3, answered_by), answer_note = coalesce($4, answer_note),
         agreed_on = coalesce($5, agreed_on), suspended_on = $6, ended_on = $7 where id = $1`,
      [id, to, by.answeredBy ?? null, by.note ?? null, by.agreedOn ?? null, by.suspendedOn ?? null, by.endedOn ?? null],
    );
  }

  async act(
    tx: Tx,
    act: { planId: string; kind: ActKind; state: PlanState; openFen: Fen; note?: string | null; at: Date },
  ): Promise<void> {
    await tx.query(
      'insert into instalment_act (plan_id, kind, state, open_fen, note, at) values ($1, $2, $3, $4, $5, $6)',
      [act.planId, act.kind, act.state, act.openFen, act.note ?? null, act.at],
    );
  }

  /** Receivables whose plan is to be looked at: overdue and not reminded of, grace ran out, all missed, early money did not come. */
  async due(read: Read, today: Day, limit: number): Promise<string[]> {
    const rows = await read.query<{ id: string }>(
      `select distinct p.receivable_id as id from instalment_plan p
        where p.state = 'agreed' and (
              exists (select from instalment i where i.plan_id = p.id and i.open_fen > 0 and i.due_on < $1
                       and (i.grace_until is null or i.grace_until < $1 and i.missed_on is null))
           or not exists (select from instalment i where i.plan_id = p.id and i.open_fen > 0 and i.missed_on is null)
           or exists (select from instalment_early e where e.plan_id = p.id and e.state = 'open' and e.due_on < $1))
        order by 1 limit $2`,
      [today, limit],
    );
    return rows.map(({ id }) => id);
  }

  inForce(read: Read, after: string | null, limit: number): Promise<PlanRow[]> {
    return read.query<PlanRow>(
      `select ${PLAN} from instalment_plan p where p.state in ('agreed', 'suspended') and ($1::uuid is null or p.id > $1) order by p.id limit $2`,
      [after, limit],
    );
  }

  standing(read: Read, receivableIds: readonly string[]): Promise<InstalmentStanding[]> {
    return read.query<InstalmentStanding>(
      `select p.receivable_id as "receivableId", bool_or(p.state in ('agreed', 'suspended')) as "hasPlan",
              coalesce((array_agg(p.state order by p.version desc) filter (where p.agreed_on is not null))[1] = 'broken', false) as "isBroken",
              coalesce((array_agg(p.asks_waiver order by p.version desc) filter (where p.state not in ('declined', 'withdrawn')))[1], false)
                as "asksWaiver"
         from instalment_plan p where p.receivable_id = any ($1) group by p.receivable_id`,
      [receivableIds],
    );
  }
}
