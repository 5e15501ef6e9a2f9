import type { Read } from '@app/database';
import type { Day } from '@app/kernel';
import { Injectable } from '@nestjs/common';

/** A question as the place it goes to needs it. */
export interface TravellingQuestion {
  readonly registrationId: string;
  readonly fromDivision: string;
  readonly toDivision: string;
  readonly legalBasis: string;
  readonly fields: readonly string[];
  readonly outcome: string | null;
  readonly isLive: boolean;
  readonly partyId: string;
  readonly personId: string | null;
  readonly name: string;
  readonly numberSealed: Buffer | null;
  readonly bornOn: Day | null;
  readonly expectedMonth: Day | null;
}

export interface RegisteredBirth {
  readonly registrationId: string;
  readonly office: string;
  readonly registeredAt: Date;
  readonly bornOn: Day | null;
  readonly expectedMonth: Day | null;
}

/** The SQL about what travels to other places, and what they ask of ours. */
@Injectable()
export class ElsewhereMatterRepository {
  async find(read: Read, questionId: string): Promise<TravellingQuestion | undefined> {
    const rows = await read.query<TravellingQuestion>(
      `select r.id as "registrationId", r.division_code as "fromDivision", q.asked_code as "toDivision", q.legal_basis as "legalBasis",
              q.fields_wanted as fields, a.outcome, r.ended_at is null as "isLive", p.id as "partyId", p.person_id as "personId",
              p.name, p.id_number_sealed as "numberSealed", v.expected_month as "expectedMonth",
              (select min(c.born_on) from birth_registration_child c
                where c.registration_id = r.id and c.version = r.version and c.kind = 'born') as "bornOn"
         from elsewhere_question q join birth_registration r on r.id = q.registration_id
         join birth_registration_version v on v.registration_id = r.id and v.version = r.version
         join birth_registration_party p on p.id = q.party_id
         left join lateral (select * from elsewhere_answer a where a.question_id = q.id order by a.seq desc limit 1) a on true
        where q.id = $1`,
      [questionId],
    );
    return read.disclose('birth_registration', rows, ({ registrationId }) => registrationId)[0];
  }

  async isOurs(read: Read, divisionCode: string): Promise<boolean> {
    const [row] = await read.query<{ ours: boolean }>('select exists (select from division where code = $1) as ours', [
      divisionCode,
    ]);
    return row!.ours;
  }

  /** Births that are registered in a place and name this parent, by person or by number. */
  async births(
    read: Read,
    prefix: string,
    parent: { personId: string | null; numberKey: Buffer | null },
  ): Promise<RegisteredBirth[]> {
    const rows = await read.query<RegisteredBirth>(
      `with parent as (
         select $3::bytea as key where $3::bytea is not null
         union select id_number_key from person where id = $2 and id_number_key is not null and not id_number_shared),
       named as (
         select r.id from birth_registration r join parent k on r.party_keys @> array[k.key]
         union
         select p.registration_id from birth_registration_party p where p.person_id = $2)
       select r.id as "registrationId", coalesce(d.name, r.division_code) as office, r.registered_at as "registeredAt",
              v.expected_month as "expectedMonth",
              (select min(c.born_on) from birth_registration_child c
                where c.registration_id = r.id and c.version = r.version and c.kind = 'born') as "bornOn"
         from named n join birth_registration r on r.id = n.id
         join birth_registration_version v on v.registration_id = r.id and v.version = r.version
         left join division d on d.code = r.division_code
        where r.state = 'registered' and r.division_code ^@ $1 order by r.registered_at, r.id`,
      [prefix, parent.personId, parent.numberKey],
    );
    return read.disclose('birth_registration', rows, ({ registrationId }) => registrationId);
  }
}
