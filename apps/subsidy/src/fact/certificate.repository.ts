import type { EndedCertificate } from '@app/contracts';
import type { Tx } from '@app/database';
import { Injectable } from '@nestjs/common';

const FINDING = 'only_child_certificate';

/** The only SQL that ends what a legacy certificate attested. */
@Injectable()
export class CertificateRepository {
  /** Closes the finding on that day, and states from then on that there is none. What holds for earlier days is untouched. */
  async end(tx: Tx, { number, officeCode, endedOn, holderKeys }: EndedCertificate, at: Date): Promise<void> {
    await tx.query(
      `create temp table ended_for on commit drop as
       select f.person_key from finding f
        where f.person_key in (select decode(k, 'hex') from unnest($1::text[]) k) and f.name = '${FINDING}' and f.value = 'true'
          and upper_inf(f.valid) and lower(f.valid) < $2::date`,
      [holderKeys, endedOn],
    );
    await tx.query(
      `update finding f set valid = daterange(lower(f.valid), $1::date) from ended_for e
        where f.person_key = e.person_key and f.name = '${FINDING}' and upper_inf(f.valid)`,
      [endedOn],
    );
    await tx.query(
      `insert into finding (person_key, name, value, valid, document_no, issued_by, recorded_at)
       select person_key, '${FINDING}', 'false', daterange($1::date, null), $2, $3, $4 from ended_for order by 1`,
      [endedOn, number, officeCode, at],
    );
  }
}
