import type { TestDatabase } from '@app/testing';

/** A place that is nobody's in a test world: moves to it concern one of its counties only. */
const AWAY = '340207000000';

export interface MadeMove {
  readonly decisionId: string;
  readonly reimbursementId: string;
}

/** Somebody moved here from a county that is not in the test: a decision, who is responsible now, a claim that came along, a debt. */
export async function addMove({ admin }: Pick<TestDatabase, 'admin'>, claimId: string): Promise<MadeMove> {
  const [made] = await admin<MadeMove>(
    `with one as (
       select c.id, c.programme, c.beneficiary_id, left(c.division_code, 6) || '000000' as county from subsidy.claim c where c.id = $1),
     decided as (
       insert into subsidy.authority_decision (id, beneficiary_id, programme, from_county, from_elsewhere, to_county, to_elsewhere, left_on,
         basis, document_no, facts, rules, decided_by, decided_at)
       select gen_random_uuid(), beneficiary_id, programme, '${AWAY}', true, county, false, '2025-06-10', 'officer', '准迁证示例1号', '{}', '[]',
              'test', now() from one returning id, beneficiary_id, programme, to_county),
     period as (
       insert into subsidy.authority_period (beneficiary_id, programme, valid, county_code, is_elsewhere, rule, source, decision_id, begun_by, begun_at)
       select beneficiary_id, programme, '[2025-01-01,)', to_county, false, 'later-year', '示例', id, 'test', now() from decided),
     carried as (
       insert into subsidy.carried_claim (decision_id, claim_id) select d.id, one.id from decided d, one),
     owed as (
       insert into subsidy.reimbursement (id, programme, beneficiary_id, decision_id, debtor_county, debtor_elsewhere, creditor_county,
         creditor_elsewhere, period, fen, asked_by, booked_at)
       select gen_random_uuid(), programme, beneficiary_id, id, to_county, false, '${AWAY}', true, '[2025-01-01,2026-01-01)', 360000,
              'request ' || id, now() from decided returning id),
     asked as (
       insert into subsidy.enrolment_question (beneficiary_id, programme, period, county_code, occasion, made_at)
       select beneficiary_id, programme, '[2025-01-01,2026-01-01)', to_county, 'cross-check', now() from decided),
     wanted as (
       insert into subsidy.place_matter (kind, programme, person_id, from_county, to_county, moved_on, made_by, made_at)
       select 'transfer-case', d.programme, b.person_id, d.to_county, '${AWAY}', '2025-06-10', 'test', now()
         from decided d join subsidy.beneficiary b on b.id = d.beneficiary_id),
     shared as (
       insert into subsidy.reimbursement_share (reimbursement_id, side, level, fen) select id, 'creditor', 'county', 360000 from owed)
     select d.id as "decisionId", o.id as "reimbursementId" from decided d, owed o`,
    [claimId],
  );
  return made!;
}
