import type { Tx } from '@app/database';
import type { FactValues, Relation } from '@app/rules';
import { Injectable } from '@nestjs/common';

export interface Subject {
  readonly person_id: string | null;
  readonly beneficiary_id: string | null;
  readonly id_number_mask: string | null;
  readonly division_code: string | null;
}

export interface ClaimRow {
  readonly id: string;
  readonly programme: string;
  readonly claim_no: string;
  readonly claim_year: number;
  readonly state: string;
  readonly division_code: string | null;
  readonly determination_id: bigint | null;
  readonly questions: { reason: string; openedAt: string }[];
}

export interface StandingRow {
  readonly id: bigint;
  readonly programme: string;
  readonly year: number;
  readonly claim_id: string | null;
  readonly outcome: string;
  readonly amount_fen: bigint | null;
  readonly version: string;
  readonly facts_version: number | null;
  readonly decided_at: Date;
}

/** Blind indexes of a number, where it may be one, and the text as a claim number. */
export interface SubjectKeys {
  readonly idKey: Buffer | null;
  readonly certificateKey: Buffer | null;
  readonly claimNo: string;
}

@Injectable()
export class ExplanationRepository {
  /** By blind index of a number or certificate, or by claim number; the register's person first. */
  async findSubject(tx: Tx, by: SubjectKeys): Promise<Subject | undefined> {
    const [row] = await tx.query<Subject>(
      `with named as (
         select coalesce(
                  (select person_id from person_fact where id_number_key = $1 limit 1),
                  (select person_id from person_fact where birth_certificate_key = $2 limit 1)) as person_id,
                coalesce(
                  (select id from beneficiary where merged_into is null and id_number_key = $1),
                  (select id from beneficiary where merged_into is null and birth_certificate_key = $2),
                  (select beneficiary_id from claim where claim_no = $3 limit 1)) as beneficiary_id
       ), joined as (
         select coalesce(n.person_id, b.person_id) as person_id,
                coalesce(n.beneficiary_id, (select id from beneficiary o where o.merged_into is null and o.person_id = n.person_id)) as beneficiary_id
           from named n left join beneficiary b on b.id = n.beneficiary_id
       )
       select j.person_id, j.beneficiary_id, f.id_number_mask, f.division_code
         from joined j left join person_fact f on f.person_id = j.person_id
        where j.person_id is not null or j.beneficiary_id is not null`,
      [by.idKey, by.certificateKey, by.claimNo],
    );
    return row;
  }

  claims(tx: Tx, beneficiaryId: string): Promise<ClaimRow[]> {
    return tx.query(
      `select c.id, c.programme, c.claim_no, c.claim_year, c.state, c.division_code, c.determination_id,
              coalesce((select jsonb_agg(jsonb_build_object('reason', r.reason, 'openedAt', r.opened_at) order by r.opened_at)
                          from review_case r where r.claim_id = c.id and r.state = 'open'), '[]') as questions
         from claim c where c.beneficiary_id = $1 order by c.claim_year, c.submitted_on, c.claim_no`,
      [beneficiaryId],
    );
  }

  standing(tx: Tx, subjectIds: readonly string[]): Promise<StandingRow[]> {
    return tx.query(
      `select id, programme, year, claim_id, outcome, amount_fen, version, facts_version, decided_at from determination
        where person_id = any($1::uuid[]) and is_current`,
      [subjectIds],
    );
  }

  /** The facts of every case of a relation, by the names programmes use. */
  facts(tx: Tx, relation: Relation): Promise<FactValues[]> {
    const columns = Object.entries(relation.facts).map(([name, sql]) => `${sql} as "${name}"`);
    return tx.query(`select ${columns.join(', ')} from ${relation.from}`);
  }
}
