import type { Tx } from '@app/database';
import type { Day } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { Newborn, NewHousehold } from './register.types';

export interface PersonBasics {
  readonly id: string;
  readonly name: string;
  readonly sex: 0 | 1 | 2 | 9;
  readonly born: Day | null;
  readonly divisionCode: string;
}

/** What governed changes need of persons and households beside facts. */
@Injectable()
export class RegisterRepository {
  /** A person whom the registry does not know yet: nothing is stated, everything else comes from facts. */
  async insertPerson(
    tx: Tx,
    person: {
      id: string;
      name: string;
      nameMatch: string;
      sex: number;
      born: Day | null;
      divisionCode: string;
      hash: Buffer;
      at: Date;
    },
  ): Promise<void> {
    await tx.query(
      `insert into person (id, registry_person_id, name, name_match, sex, born, status, division_code, source_updated_at,
                           row_hash, batch_line, recorded_at, is_governed)
       values ($1::uuid, 'own:' || $1::uuid, $2, $3, $4, $5, 0, $6, $7, $8, 0, $7, true)`,
      [person.id, person.name, person.nameMatch, person.sex, person.born, person.divisionCode, person.at, person.hash],
    );
  }

  basics(read: Tx, ids: readonly string[]): Promise<PersonBasics[]> {
    return read.query(
      'select id, name, sex, born, division_code as "divisionCode" from person where id = any($1::uuid[])',
      [ids],
    );
  }

  /** Who holds this birth certificate, wherever they are registered. */
  async holderOfCertificate(read: Tx, key: Buffer): Promise<string | undefined> {
    const [row] = await read.query<{ id: string }>(
      'select id from person where birth_certificate_key = $1 and merged_into is null limit 1',
      [key],
    );
    return row?.id;
  }

  /**
   * A child registered on the same evidence of whom everything that was said is the same. Locks the parents, so that two
   * presses of a button meet here one after the other.
   */
  async sameNewborn(
    tx: Tx,
    {
      name,
      sex,
      born,
      divisionCode,
      motherId,
      fatherId,
      sourceRef,
    }: Omit<Newborn, 'birthCertificateNo'> & { sourceRef?: string | null },
  ): Promise<string | undefined> {
    const parents = [motherId, fatherId];
    await tx.query('select from person where id = any($1::uuid[]) order by id for update', [parents]);
    const parent = (code: string) =>
      `(select k.other_person_id from fact k where k.person_id = p.id and k.code = '${code}' and k.ended_at is null limit 1)`;
    const [row] = await tx.query<{ id: string }>(
      `select p.id from change c join person p on p.id = any (c.persons)
        where c.kind = 'newborn' and p.registry_person_id = 'own:' || p.id and p.merged_into is null
          and p.birth_certificate_key is null and (p.name, p.sex, p.born, p.division_code) = ($1, $2, $3, $4)
          and c.source_ref is not distinct from $7
          and ${parent('birth-mother')} is not distinct from $5::uuid and ${parent('birth-father')} is not distinct from $6::uuid
        limit 1`,
      [name, sex, born, divisionCode, motherId, fatherId, sourceRef ?? null],
    );
    return row?.id;
  }

  async isDivision(read: Tx, code: string): Promise<boolean> {
    return (await read.query('select from division where code = $1', [code])).length > 0;
  }

  async insertHousehold(tx: Tx, id: string, household: NewHousehold, countyCode: string, at: Date): Promise<void> {
    await tx.query(
      `insert into household (id, county_code, household_no, division_code, household_type, address, recorded_at)
       values ($1, $2, $3, $4, $5, $6, $7)`,
      [id, countyCode, household.householdNo, household.divisionCode, household.householdType, household.address, at],
    );
  }

  async visibleHouseholds(read: Tx, ids: readonly string[]): Promise<string[]> {
    const rows = await read.query<{ id: string }>('select id from household where id = any($1::uuid[])', [ids]);
    return rows.map(({ id }) => id);
  }
}
