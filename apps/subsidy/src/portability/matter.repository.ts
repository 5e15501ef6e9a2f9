import type { Tx } from '@app/database';
import type { Day, Fen } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { CaseValues, Matter } from './matter.types';

const MATTER = `select m.id, m.kind, m.programme, m.person_id as "personId", m.from_county as "fromCounty", m.to_county as "toCounty",
    m.moved_on as "movedOn", m.outcome, r.fen, lower(r.period) as "from", upper(r.period) as "until", r.state as "reimbursementState"
  from place_matter m left join reimbursement r on r.id = m.reimbursement_id`;

/** What another place is asked for. */
@Injectable()
export class MatterRepository {
  /** The one there is for the same case, or a new one. */
  async wantCase(
    tx: Tx,
    wanted: { personId: string; programme: string; from: string; to: string; movedOn: Day; actor: string },
    at: Date,
  ): Promise<string> {
    await tx.query(
      `insert into place_matter (kind, programme, person_id, from_county, to_county, moved_on, made_by, made_at)
       values ('transfer-case', $2, $1, $3, $4, $5, $6, $7) on conflict do nothing`,
      [wanted.personId, wanted.programme, wanted.from, wanted.to, wanted.movedOn, wanted.actor, at],
    );
    const [row] = await tx.query<{ id: string }>(
      `select id from place_matter where kind = 'transfer-case' and person_id = $1 and programme = $2 and to_county = $3 and moved_on = $4`,
      [wanted.personId, wanted.programme, wanted.to, wanted.movedOn],
    );
    return row!.id;
  }

  async find(read: Tx, id: string): Promise<Matter | undefined> {
    return (await read.query<Matter>(`${MATTER} where m.id = $1`, [id]))[0];
  }

  async isInRegister(read: Tx, personId: string, county: string): Promise<boolean> {
    const [row] = await read.query<{ is: boolean }>(
      `select exists (select from person_fact where person_id = surviving_person($1) and division_code ^@ left($2, 6)) as is`,
      [personId, county],
    );
    return row!.is;
  }

  /** False where the outcome is not news. */
  async answer(tx: Tx, id: string, outcome: string, at: Date): Promise<boolean> {
    const rows = await tx.query(
      `update place_matter set outcome = $2, answered_at = $3
        where id = $1 and (outcome is null or outcome = 'no-reply' and $2 <> 'no-reply') returning 1`,
      [id, outcome, at],
    );
    return rows.length > 0;
  }

  /** The decision that a request of another place has led to. */
  async decisionOf(read: Tx, request: string): Promise<{ id: string; beneficiaryId: string } | undefined> {
    const [row] = await read.query<{ id: string; beneficiaryId: string }>(
      `select id, beneficiary_id as "beneficiaryId" from authority_decision where basis = 'other-place' and document_no = $1 order by decided_at limit 1`,
      [request],
    );
    return row;
  }

  /** What the other place needs to go on: the newest claim, its applicant and account, and until when was paid. */
  async caseOf(read: Tx, decisionId: string): Promise<CaseValues | undefined> {
    const [row] = await read.query<CaseValues>(
      `select c.claim_year as "claimYear", c.submitted_on as "submittedOn", c.relation, a.id as "accountId", a.holder_name as "holderName",
              a.holder_sealed as "holderSealed", a.account_sealed as "accountSealed", a.bank_code as "bankCode", a.kind as "accountKind",
              (a.holder_key = c.applicant_key) as "holderIsApplicant",
              (select min(lower(p.valid)) from authority_period p where p.decision_id = d.id and p.county_code = d.to_county) as "responsibleUntil",
              (select max(upper(i.period)) from instruction i where i.beneficiary_id = d.beneficiary_id and i.programme = d.programme and i.is_live) as "paidUntil",
              exists (select from carried_claim k where k.decision_id = d.id and k.claim_id = c.id) as "isHandedOver"
         from authority_decision d join claim c on c.beneficiary_id = d.beneficiary_id and c.programme = d.programme
         left join payee_account a on a.id = c.payee_account_id
        where d.id = $1 and c.state not in ('new', 'refused') and left(c.division_code, 6) = left(d.from_county, 6)
        order by c.claim_year desc, c.submitted_on desc limit 1`,
      [decisionId],
    );
    return row;
  }

  /** Whether a county stands as responsible for a day of somebody's. */
  async isResponsible(read: Tx, beneficiaryId: string, programme: string, county: string, on: Day): Promise<boolean> {
    const [row] = await read.query<{ is: boolean }>(
      `select exists (select from authority_period where beneficiary_id = $1 and programme = $2 and ended_at is null and county_code = $3
                        and not is_elsewhere and valid @> $4::date) as is`,
      [beneficiaryId, programme, county, on],
    );
    return row!.is;
  }

  /** A claim that another installation hands over, as if it had been made here. */
  async takeOver(
    tx: Tx,
    taken: {
      id: string;
      claimNo: string;
      programme: string;
      beneficiaryId: string;
      applicantKey: Buffer;
      applicantMask: string;
      relation: string;
      claimYear: number;
      submittedOn: Day;
      county: string;
      hash: Buffer;
    },
    at: Date,
  ): Promise<void> {
    await tx.query(
      `insert into claim (id, programme, claim_no, beneficiary_id, applicant_key, applicant_mask, relation, claim_year, submitted_on,
         channel, row_hash, recorded_at, division_code, payee_account_id)
       select $1, $2, $3, $4, $5, $6, $7, $8, $9, 'carried-on', $10, $11,
              coalesce((select f.division_code from beneficiary b join person_fact f on f.person_id = b.person_id
                         where b.id = $4 and f.division_code ^@ left($12, 6)), $12),
              (select a.id from payee_account a where a.holder_key = $5 and a.ended_at is null order by a.recorded_at desc limit 1)`,
      [
        taken.id,
        taken.programme,
        taken.claimNo,
        taken.beneficiaryId,
        taken.applicantKey,
        taken.applicantMask,
        taken.relation,
        taken.claimYear,
        taken.submittedOn,
        taken.hash,
        at,
        taken.county,
      ],
    );
    await tx.query(
      `insert into claim_event (claim_id, seq, from_state, to_state, actor, reason, at) values ($1, 1, 'new', 'received', 'system:portability', 'CARRIED_ON', $2)`,
      [taken.id, at],
    );
  }

  async hasClaim(read: Tx, beneficiaryId: string, programme: string, year: number): Promise<boolean> {
    const [row] = await read.query<{ has: boolean }>(
      `select exists (select from claim where beneficiary_id = $1 and programme = $2 and claim_year = $3
                        and state not in ('new', 'refused', 'withdrawn')) as has`,
      [beneficiaryId, programme, year],
    );
    return row!.has;
  }

  async insertAccount(
    tx: Tx,
    account: {
      id: string;
      holderKey: Buffer;
      holderMask: string;
      holderSealed: Buffer;
      holderName: string;
      bankCode: string;
      accountKey: Buffer;
      accountMask: string;
      accountSealed: Buffer;
      kind: string;
    },
    at: Date,
  ): Promise<void> {
    await tx.query(
      `insert into payee_account (id, holder_key, holder_mask, holder_sealed, holder_name, bank_code, account_key, account_mask, account_sealed, kind, recorded_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing`,
      [
        account.id,
        account.holderKey,
        account.holderMask,
        account.holderSealed,
        account.holderName,
        account.bankCode,
        account.accountKey,
        account.accountMask,
        account.accountSealed,
        account.kind,
        at,
      ],
    );
  }
}

/** An amount that travels as text. */
export const fenOf = (text: string | undefined): Fen | null =>
  text && /^[1-9]\d{0,14}$/.test(text) ? BigInt(text) : null;
