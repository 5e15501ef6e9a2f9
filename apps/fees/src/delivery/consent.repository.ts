import type { Read, Tx } from '@app/database';
import type { Day } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { Consent } from './delivery.types';

const CONSENT = `c.id, c.basis, c.reference, c.words, c.given_on as "givenOn", e.ended_on as "endedOn"`;

/** The SQL about consents to electronic service. */
@Injectable()
export class ConsentRepository {
  /** Two who give or end a consent of one person at once do it one after the other. */
  async lock(tx: Tx, key: Buffer): Promise<void> {
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`consent:${key.toString('hex')}`]);
  }

  /** Consents of a person that hold. */
  inForce(read: Read, key: Buffer): Promise<Consent[]> {
    return read.query<Consent>(
      `select ${CONSENT} from delivery_consent c left join delivery_consent_end e on e.consent_id = c.id
        where c.owner_key = $1 and e.consent_id is null order by c.recorded_at, c.id`,
      [key],
    );
  }

  own(read: Read): Promise<Consent[]> {
    return read.query<Consent>(
      `select ${CONSENT} from delivery_consent c left join delivery_consent_end e on e.consent_id = c.id
        where c.owner_key = guard_key() order by c.recorded_at desc, c.id`,
    );
  }

  async insert(
    tx: Tx,
    consent: {
      id: string;
      key: Buffer;
      basis: Consent['basis'];
      reference: string | null;
      words: string;
      givenOn: Day;
      at: Date;
    },
  ): Promise<void> {
    const { id, key, basis, reference, words, givenOn, at } = consent;
    await tx.query(
      `insert into delivery_consent (id, owner_key, basis, reference, words, given_on, recorded_at) values ($1, $2, $3, $4, $5, $6, $7)`,
      [id, key, basis, reference, words, givenOn, at],
    );
  }

  async end(tx: Tx, id: string, today: Day, at: Date): Promise<void> {
    await tx.query('insert into delivery_consent_end (consent_id, ended_on, recorded_at) values ($1, $2, $3)', [
      id,
      today,
      at,
    ]);
  }
}
