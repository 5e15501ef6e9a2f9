import type { Tx } from '@app/database';
import { Injectable } from '@nestjs/common';
import type { PersonFilter, PersonView } from './person.types';

const COLUMNS = `id, registry_person_id as "registryPersonId", name, sex, ethnicity, id_type as "idType",
  id_number_mask as "idNumberMask", id_number_shared as "idNumberShared",
  birth_certificate_key is not null as "hasBirthCertificate", born, died, status, household_id as "householdId",
  relation_to_head as "relationToHead", household_type as "householdType", division_code as "divisionCode", address,
  father_id as "fatherId", mother_id as "motherId", marital_status as "maritalStatus", moved_in_on as "movedInOn",
  moved_out_on as "movedOutOn", source_updated_at as "updatedAt", recorded_at as "recordedAt",
  merged_into as "mergedInto"`;

/** The name index is in code point order: everything that begins with a text lies before the text and the last code point. */
const MATCHES = `division_code ^@ $1
  and ($2::uuid is null or household_id = $2) and ($3::int is null or status = $3)
  and ($4::date is null or born >= $4) and ($5::date is null or born <= $5)
  and ($6::text is null or (name_match >= $6 and name_match < $6 || chr(1114111)))`;

const parametersOf = (filter: PersonFilter): unknown[] => [
  filter.prefix,
  filter.householdId ?? null,
  filter.status ?? null,
  filter.bornFrom ?? null,
  filter.bornTo ?? null,
  filter.nameMatch ?? null,
];

@Injectable()
export class PersonRepository {
  async find(read: Tx, ids: readonly string[]): Promise<PersonView[]> {
    return read.disclose(
      'person',
      await read.query<PersonView>(`select ${COLUMNS} from person where id = any($1::uuid[])`, [ids]),
    );
  }

  /** Those of these ids that the caller may see. */
  async visible(read: Tx, ids: readonly string[]): Promise<string[]> {
    const rows = await read.query<{ id: string }>('select id from person where id = any($1::uuid[])', [ids]);
    return rows.map(({ id }) => id);
  }

  /** By division and id; `after` is the last row of the page before. The last of `limit` rows is for looking ahead only. */
  async list(
    read: Tx,
    filter: PersonFilter,
    after: readonly string[] | undefined,
    limit: number,
  ): Promise<PersonView[]> {
    const rows = await read.query<PersonView>(
      `select ${COLUMNS} from person
        where ${MATCHES} and ($7::text is null or (division_code, id) > ($7::text, $8::uuid))
        order by division_code, id limit $9`,
      [...parametersOf(filter), after?.[0] ?? null, after?.[1] ?? null, limit],
    );
    read.disclose('person', rows.slice(0, limit - 1));
    return rows;
  }

  /** Everybody the caller may see, the eldest first: for a citizen, who sees a family. */
  async all(read: Tx): Promise<PersonView[]> {
    const rows = await read.query<PersonView>(`select ${COLUMNS} from person order by born, id limit 50`);
    return read.disclose('person', rows);
  }

  /** The one person who holds a number, with their children born after a day; nobody while two hold it. */
  /** Whether several persons hold this number, so that it says nobody's name. */
  async isNumberShared(read: Tx, idNumberKey: Buffer): Promise<boolean> {
    const rows = await read.query('select from person where id_number_key = $1 and id_number_shared limit 1', [
      idNumberKey,
    ]);
    return rows.length > 0;
  }

  family(read: Tx, idNumberKey: Buffer, bornAfter: string): Promise<{ id: string }[]> {
    return read.query(
      `with self as (select id from person where id_number_key = $1 and not id_number_shared and status <> 1)
       select id from self
       union select p.id from person p join self on self.id in (p.father_id, p.mother_id) where p.born > $2`,
      [idNumberKey, bornAfter],
    );
  }

  async count(read: Tx, filter: PersonFilter): Promise<number> {
    const [row] = await read.query<{ n: number }>(
      `select count(*)::int as n from person where ${MATCHES}`,
      parametersOf(filter),
    );
    return row!.n;
  }

  /** Members of these households: the head first, then by relation and age. */
  async listMembers(read: Tx, householdIds: readonly string[]): Promise<PersonView[]> {
    return read.disclose(
      'person',
      await read.query<PersonView>(
        `select ${COLUMNS} from person where household_id = any($1::uuid[])
          order by household_id, relation_to_head nulls last, born, id`,
        [householdIds],
      ),
    );
  }

  /** Children of these parents by birth, once under each parent. */
  async listChildren(read: Tx, parentIds: readonly string[]): Promise<(PersonView & { parentId: string })[]> {
    return read.disclose(
      'person',
      await read.query<PersonView & { parentId: string }>(
        `select p.parent_id as "parentId", c.* from unnest($1::uuid[]) as p (parent_id)
           cross join lateral (select ${COLUMNS} from person
                                where father_id = p.parent_id or mother_id = p.parent_id) c
          order by p.parent_id, c.born, c.id`,
        [parentIds],
      ),
    );
  }
}
