import type { Tx } from '@app/database';
import { Injectable } from '@nestjs/common';
import type { RegisteredMove } from './portability.rules';
import type {
  AuthorityPeriodView,
  AuthorityStretch,
  CarriedClaim,
  ChildClaim,
  DecisionView,
  Move,
  MoveBasis,
  ParameterRow,
  StandingPeriod,
} from './portability.types';

const COUNTY = `left(c.division_code, 6) || '000000'`;

const DECISION = `select d.id, d.programme, d.from_county as "fromCounty", d.from_elsewhere as "fromElsewhere", d.to_county as "toCounty",
    d.to_elsewhere as "toElsewhere", d.left_on as "leftOn", d.basis, d.document_no as "documentNo", d.note, d.facts, d.rules, d.undoes,
    d.decided_by as "decidedBy", d.decided_at as "decidedAt", b.person_id as "personId"
  from authority_decision d join beneficiary b on b.id = d.beneficiary_id`;

const PERIOD = `select a.id, a.programme, lower(a.valid) as "from", upper(a.valid) as "until", a.county_code as county,
    a.is_elsewhere as "isElsewhere", a.rule, a.source, a.decision_id as "decisionId", a.begun_by as "begunBy", a.begun_at as "begunAt",
    a.ended_by as "endedBy", a.ended_at as "endedAt"
  from authority_period a join beneficiary b on b.id = a.beneficiary_id`;

/** Authority periods, decisions and what they rest on. */
@Injectable()
export class PortabilityRepository {
  parameters(read: Tx): Promise<ParameterRow[]> {
    return read.query(
      `select region, programme, name, value, lower(valid) as "from", upper(valid) as "until", source
         from portability_parameter order by region, programme, name, valid`,
    );
  }

  /** The beneficiary a person is, held still while its place is decided; undefined where nothing was ever claimed. */
  async lockBeneficiary(tx: Tx, personId: string): Promise<string | undefined> {
    const [row] = await tx.query<{ id: string }>(
      `select id from beneficiary where person_id = surviving_person($1) and merged_into is null for no key update`,
      [personId],
    );
    return row?.id;
  }

  async lockBeneficiaryOf(tx: Tx, decisionId: string): Promise<string | undefined> {
    const [row] = await tx.query<{ id: string }>(
      `select b.id from authority_decision d join beneficiary b on b.id = d.beneficiary_id where d.id = $1 for no key update of b`,
      [decisionId],
    );
    return row?.id;
  }

  async registered(tx: Tx, personId: string): Promise<RegisteredMove | undefined> {
    const [row] = await tx.query<RegisteredMove>(
      `select left(division_code, 6) || '000000' as county, status, born, died, moved_in_on as "movedInOn",
              moved_out_on as "movedOutOn", id_number_shared as "isNumberShared"
         from person_fact where person_id = surviving_person($1)`,
      [personId],
    );
    return row;
  }

  /** Every claim of a child that is not over, locked in id order. */
  async claims(tx: Tx, beneficiaryId: string): Promise<ChildClaim[]> {
    await tx.query(
      `select from claim where beneficiary_id = $1 and state not in ('new', 'refused', 'withdrawn') order by id for update`,
      [beneficiaryId],
    );
    return tx.query(
      `select c.id, c.programme, c.claim_year as "claimYear", ${COUNTY} as county, c.state, c.submitted_on as "submittedOn",
              (select max((e.at at time zone 'Asia/Shanghai')::date) from claim_event e
                where e.claim_id = c.id and e.from_state = 'reviewed' and e.to_state = 'confirmed') as "confirmedOn",
              coalesce((select n.value from claim_finding n where n.claim_id = c.id and n.fact = 'claim.place_settled'
                 order by n.id desc limit 1) = 'true', false) as "isSettledHere",
              exists (select from instruction i where i.claim_id = c.id and i.is_live) as "hasMoney"
         from claim c where c.beneficiary_id = $1 and c.state not in ('new', 'refused', 'withdrawn')
        order by c.claim_year, c.takes_year desc, c.submitted_on, c.id`,
      [beneficiaryId],
    );
  }

  async standing(tx: Tx, beneficiaryId: string, programme: string): Promise<StandingPeriod[]> {
    const rows = await tx.query<AuthorityPeriodView>(
      `${PERIOD} where a.beneficiary_id = $1 and a.programme = $2 and a.ended_at is null order by a.valid`,
      [beneficiaryId, programme],
    );
    return rows.map(({ id, decisionId, from, until, county, isElsewhere, rule, source }) => ({
      id,
      decisionId,
      valid: { from, until },
      place: { county, isElsewhere },
      rule,
      source,
    }));
  }

  /** The last decision about a programme that is neither a return nor returned from. */
  async last(tx: Tx, beneficiaryId: string, programme: string): Promise<DecisionView | undefined> {
    const [row] = await tx.query<DecisionView>(
      `${DECISION} where d.beneficiary_id = $1 and d.programme = $2 and d.undoes is null
          and not exists (select from authority_decision u where u.undoes = d.id)
        order by d.decided_at desc, d.id desc limit 1`,
      [beneficiaryId, programme],
    );
    return row;
  }

  async insertDecision(
    tx: Tx,
    made: {
      beneficiaryId: string;
      programme: string;
      move: Move;
      by: MoveBasis;
      facts: object;
      rules: readonly AuthorityStretch[];
      undoes: string | null;
    },
    at: Date,
  ): Promise<string> {
    const { move, by } = made;
    const rules = made.rules.map(({ valid, place, rule, source }) => ({ ...valid, ...place, rule, source }));
    // Ids in the order of deciding: two decisions of one instant are told apart by them.
    const [row] = await tx.query<{ id: string }>(
      `insert into authority_decision (id, beneficiary_id, programme, from_county, from_elsewhere, to_county, to_elsewhere, left_on,
         basis, document_no, note, facts, rules, undoes, decided_by, decided_at)
       values (uuidv7(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) returning id`,
      [
        made.beneficiaryId,
        made.programme,
        move.from.county,
        move.from.isElsewhere,
        move.to.county,
        move.to.isElsewhere,
        move.leftOn,
        by.basis,
        by.documentNo ?? null,
        by.note ?? null,
        JSON.stringify(made.facts),
        JSON.stringify(rules),
        made.undoes,
        by.actor,
        at,
      ],
    );
    return row!.id;
  }

  /** Ends what stands and begins what follows, in one go: no day is without an authority that had one. */
  async replace(
    tx: Tx,
    of: { beneficiaryId: string; programme: string; decisionId: string; actor: string },
    stretches: readonly AuthorityStretch[],
    at: Date,
  ): Promise<void> {
    await tx.query(
      `update authority_period set ended_by = $4, ended_at = $5, ended_decision = $3
        where beneficiary_id = $1 and programme = $2 and ended_at is null`,
      [of.beneficiaryId, of.programme, of.decisionId, of.actor, at],
    );
    await tx.query(
      `insert into authority_period (beneficiary_id, programme, valid, county_code, is_elsewhere, rule, source, decision_id, begun_by, begun_at)
       select $1, $2, daterange(s.valid_from, s.valid_until), s.county, s.is_elsewhere, s.rule, s.source, $3, $4, $5
         from unnest($6::date[], $7::date[], $8::text[], $9::boolean[], $10::text[], $11::text[])
              s (valid_from, valid_until, county, is_elsewhere, rule, source)`,
      [
        of.beneficiaryId,
        of.programme,
        of.decisionId,
        of.actor,
        at,
        stretches.map(({ valid }) => valid.from),
        stretches.map(({ valid }) => valid.until),
        stretches.map(({ place }) => place.county),
        stretches.map(({ place }) => place.isElsewhere),
        stretches.map(({ rule }) => rule),
        stretches.map(({ source }) => source),
      ],
    );
  }

  decisions(
    read: Tx,
    filter: { prefix: string; programme: string | null },
    after: readonly string[] | undefined,
    limit: number,
  ): Promise<DecisionView[]> {
    return read.query(
      `${DECISION} where (d.from_county ^@ $1 or d.to_county ^@ $1) and ($2::text is null or d.programme = $2)
          and ($3::timestamptz is null or (d.decided_at, d.id) < ($3, $4::uuid))
        order by d.decided_at desc, d.id desc limit $5`,
      [filter.prefix, filter.programme, after?.[0] ?? null, after?.[1] ?? null, limit],
    );
  }

  decisionsByIds(read: Tx, ids: readonly string[]): Promise<DecisionView[]> {
    return read.query(`${DECISION} where d.id = any($1::uuid[])`, [ids]);
  }

  /** Of a person, standing and ended, by programme and days. */
  ofPerson(read: Tx, personId: string): Promise<AuthorityPeriodView[]> {
    return read.query(`${PERIOD} where b.person_id = $1 order by a.programme, a.begun_at, a.valid`, [personId]);
  }

  /** Whatever the reader may see that stands; of a citizen, who sees a family's. */
  standingOfFamily(read: Tx): Promise<AuthorityPeriodView[]> {
    return read.query(`${PERIOD} where a.ended_at is null order by a.programme, b.id, a.valid limit 200`);
  }

  periodsOf(read: Tx, decisionIds: readonly string[]): Promise<AuthorityPeriodView[]> {
    return read.query(`${PERIOD} where a.decision_id = any($1::uuid[]) order by a.valid`, [decisionIds]);
  }

  /** Each place is shown its own side: a claim that lies in the other one is null. */
  carried(read: Tx, decisionIds: readonly string[]): Promise<CarriedClaim[]> {
    return read.query(
      `select k.decision_id as "decisionId", c.id as "claimId", n.id as "becameId" from carried_claim k
         left join claim c on c.id = k.claim_id left join claim n on n.id = k.became_id
        where k.decision_id = any($1::uuid[]) order by k.claim_id`,
      [decisionIds],
    );
  }

  /** Some persons whose registration moved, the longest waiting first in no particular order. */
  async moved(tx: Tx, limit: number): Promise<string[]> {
    const rows = await tx.query<{ id: string }>('select person_id as id from fact_moved order by person_id limit $1', [
      limit,
    ]);
    return rows.map(({ id }) => id);
  }

  async looked(tx: Tx, personId: string): Promise<void> {
    await tx.query('delete from fact_moved where person_id = $1', [personId]);
  }

  /** A question for a person about a claim; nothing is held by it, because the first place stays responsible. */
  async ask(tx: Tx, claimId: string, reason: string, facts: object, at: Date): Promise<void> {
    await tx.query(
      `insert into review_case (reason, claim_id, beneficiary_id, division_code, facts, opened_at)
       select $2, c.id, c.beneficiary_id, c.division_code, $3, $4 from claim c where c.id = $1
       on conflict (reason, claim_id, instruction_id) where state = 'open' do nothing`,
      [claimId, reason, JSON.stringify(facts), at],
    );
  }

  /** What was asked about a move that is followed now. */
  async answerAsked(tx: Tx, beneficiaryId: string, programme: string, actor: string, at: Date): Promise<void> {
    await tx.query(
      `update review_case r set state = 'resolved', decision = 'MOVE_FOLLOWED', resolved_by = $3, resolved_at = $4
         from claim c where c.id = r.claim_id and c.beneficiary_id = $1 and c.programme = $2 and r.state = 'open' and r.reason = 'MOVE_UNCLEAR'`,
      [beneficiaryId, programme, actor, at],
    );
  }
}
