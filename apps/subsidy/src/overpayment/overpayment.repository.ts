import type { OverpaymentGround } from '@app/contracts';
import type { Read, Tx } from '@app/database';
import type { Day, Fen } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { Bearing, Days } from './overpayment.rules';
import type { OverpaymentState } from './overpayment.state';
import type {
  ChangeRow,
  Finding,
  OverpaymentFilter,
  OverpaymentView,
  Payment,
  ShareRow,
  Standing,
} from './overpayment.types';

const STILL = `o.fen + coalesce((select sum(n.fen) from overpayment_change n where n.overpayment_id = o.id), 0)::bigint`;

const VIEW = `select o.id, o.claim_id as "claimId", c.claim_no as "claimNo", o.instruction_id as "instructionId", o.programme,
    o.county_code as "countyCode", o.ground, o.state, lower(o.days) as "from", upper(o.days) as "until", o.fen, ${STILL} as "stillFen",
    a.holder_name as "payeeName", o.paid_on as "paidOn", o.found_on as "foundOn", o.found_at as "foundAt", o.evidence, o.note,
    o.reported_by as "reportedBy", o.seen_by as "seenBy", o.seen_note as "seenNote", o.told_at as "toldAt", o.taken_up_at as "takenUpAt",
    o.taken_back_at as "takenBackAt", o.taken_back_why as "takenBackWhy"
  from overpayment o join claim c on c.id = o.claim_id join attempt a on a.id = o.attempt_id`;

/** What is kept of overpayments. */
@Injectable()
export class OverpaymentRepository {
  /** All that stands of a payment. */
  standing(tx: Tx, instructionId: string): Promise<Standing[]> {
    return tx.query(
      `select o.id, o.ground, o.state, o.fen, lower(o.days) as "from", upper(o.days) as "until", ${STILL} as "stillFen",
              o.reported_by is not null as "isReported"
         from overpayment o where o.instruction_id = $1 and o.state not in ('taken-back', 'dismissed') order by o.found_at, o.id`,
      [instructionId],
    );
  }

  async insert(
    tx: Tx,
    payment: Payment,
    found: Days & { ground: OverpaymentGround; fen: Fen; facts: Finding['facts']; anewId: bigint | null; foundOn: Day },
    report: { reportedBy: string; evidence: string; note: string } | null,
    at: Date,
  ): Promise<string> {
    const [row] = await tx.query<{ id: string }>(
      `insert into overpayment (claim_id, instruction_id, attempt_id, programme, county_code, ground, days, fen, paid_on, found_on, found_at,
         determination_id, anew_id, facts, state, reported_by, evidence, note)
       values ($1, $2, $3, $4, left($5, 6) || '000000', $6, daterange($7, $8), $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) returning id`,
      [
        payment.claimId,
        payment.instructionId,
        payment.attemptId,
        payment.programme,
        payment.divisionCode,
        found.ground,
        found.from,
        found.until,
        found.fen,
        payment.paidOn,
        found.foundOn,
        at,
        payment.determinationId,
        found.anewId,
        JSON.stringify(found.facts),
        report ? 'reported' : 'found',
        report?.reportedBy ?? null,
        report?.evidence ?? null,
        report?.note ?? null,
      ],
    );
    return row!.id;
  }

  async insertShares(tx: Tx, id: string, shares: readonly Bearing[]): Promise<void> {
    await tx.query(
      `insert into overpayment_share (overpayment_id, level, year, fen)
       select $1, s.level, s.year, s.fen from unnest($2::text[], $3::smallint[], $4::bigint[]) s (level, year, fen)`,
      [id, shares.map(({ level }) => level), shares.map(({ year }) => year), shares.map(({ fen }) => fen)],
    );
  }

  async takeBack(tx: Tx, ids: readonly string[], why: string, at: Date): Promise<void> {
    await tx.query(
      `update overpayment set state = 'taken-back', taken_back_at = $2, taken_back_why = $3 where id = any($1::uuid[])`,
      [ids, at, why],
    );
  }

  /** Gives the number of the change. */
  async change(tx: Tx, id: string, made: { fen: Fen; why: string; anewId: bigint | null }, at: Date): Promise<number> {
    const [row] = await tx.query<{ seq: number }>(
      `insert into overpayment_change (overpayment_id, seq, fen, why, anew_id, at)
       select $1, 1 + count(*), $2, $3, $4, $5 from overpayment_change where overpayment_id = $1 returning seq`,
      [id, made.fen, made.why, made.anewId, at],
    );
    return row!.seq;
  }

  /** Moves what was found on to told: each once, whoever is first. */
  async tell(tx: Tx, limit: number, at: Date): Promise<string[]> {
    const rows = await tx.query<{ id: string }>(
      `update overpayment set state = 'told', told_at = $2
        where id in (select id from overpayment where state = 'found' order by id limit $1 for update skip locked) returning id`,
      [limit, at],
    );
    return rows.map(({ id }) => id);
  }

  /** Fees asks for it, and has it from now on. */
  async takeUp(tx: Tx, id: string, at: Date): Promise<void> {
    await tx.query(`update overpayment set state = 'taken-up', taken_up_at = $2 where id = $1 and state = 'told'`, [
      id,
      at,
    ]);
  }

  /** What fees is told; nothing of one that was taken back, or that nobody else has seen yet. */
  async toldOf(tx: Tx, id: string): Promise<Told | undefined> {
    const [row] = await tx.query<Told>(
      `select o.id, o.ground, o.programme, o.county_code as "divisionCode", coalesce(b.person_id, b.id) as "beneficiaryId",
              f.person_id as "payeeId", a.holder_name as "payeeName", lower(o.days) as "from", upper(o.days) as "until", o.paid_on as "paidOn",
              o.fen, ${STILL} as "stillFen", o.found_on as "foundOn",
              'claim ' || c.claim_no || coalesce('; determination ' || o.determination_id, '') || coalesce('; anew ' || o.anew_id, '')
                || coalesce('; evidence ' || o.evidence, '') as reference
         from overpayment o join claim c on c.id = o.claim_id join beneficiary b on b.id = c.beneficiary_id
         join attempt a on a.id = o.attempt_id join payee_account p on p.id = a.payee_account_id
         left join lateral (
           select n.person_id from person_fact n where n.id_number_key = p.holder_key and not n.id_number_shared
            order by n.merged_into nulls first limit 1) f on true
        where o.id = $1 and o.state in ('told', 'taken-up')`,
      [id],
    );
    return row;
  }

  async findForUpdate(tx: Tx, id: string): Promise<OverpaymentView | undefined> {
    await tx.query('select from overpayment where id = $1 for update', [id]);
    return (await this.byIds(tx, [id]))[0];
  }

  async see(
    tx: Tx,
    id: string,
    by: { state: OverpaymentState; seenBy: string; note: string | null },
    at: Date,
  ): Promise<void> {
    await tx.query(`update overpayment set state = $2, seen_by = $3, seen_note = $4, seen_at = $5 where id = $1`, [
      id,
      by.state,
      by.seenBy,
      by.note,
      at,
    ]);
  }

  byIds(read: Read, ids: readonly string[]): Promise<OverpaymentView[]> {
    return read.query(`${VIEW} where o.id = any($1::uuid[]) order by o.id`, [ids]);
  }

  ofClaims(read: Read, claimIds: readonly string[]): Promise<OverpaymentView[]> {
    return read.query(`${VIEW} where o.claim_id = any($1::uuid[]) order by o.id`, [claimIds]);
  }

  /** In the order they were found. */
  list(
    read: Read,
    filter: OverpaymentFilter,
    after: readonly string[] | undefined,
    limit: number,
  ): Promise<OverpaymentView[]> {
    return read.query(
      `${VIEW} where o.county_code ^@ $1 and ($2::text is null or o.state = $2) and ($3::text is null or o.ground = $3)
          and ($4::text is null or o.programme = $4) and ($5::uuid is null or o.id > $5) order by o.id limit $6`,
      [filter.prefix, filter.state, filter.ground, filter.programme, after?.[0] ?? null, limit],
    );
  }

  /** Of the citizen who works: the row policies say whose they are. */
  own(read: Read): Promise<OverpaymentView[]> {
    return read.query(
      `${VIEW} where (c.applicant_key = guard_key() or exists (
          select from beneficiary b where b.id = c.beneficiary_id and b.person_id = any (guard_family()))) order by o.id`,
    );
  }

  shares(read: Read, ids: readonly string[]): Promise<ShareRow[]> {
    return read.query(
      `select overpayment_id as "overpaymentId", level, year, fen from overpayment_share where overpayment_id = any($1::uuid[])
        order by overpayment_id, array_position(array['central', 'province', 'city', 'county'], level), year`,
      [ids],
    );
  }

  changes(read: Read, ids: readonly string[]): Promise<ChangeRow[]> {
    return read.query(
      `select overpayment_id as "overpaymentId", seq, fen, why, at from overpayment_change where overpayment_id = any($1::uuid[])
        order by overpayment_id, seq`,
      [ids],
    );
  }
}

/** As the contract has it, without the shares. */
export interface Told {
  readonly id: string;
  readonly ground: OverpaymentGround;
  readonly programme: string;
  readonly divisionCode: string;
  readonly beneficiaryId: string;
  readonly payeeId: string | null;
  readonly payeeName: string;
  readonly from: Day;
  readonly until: Day;
  readonly paidOn: Day;
  readonly fen: Fen;
  readonly stillFen: Fen;
  readonly foundOn: Day;
  readonly reference: string;
}
