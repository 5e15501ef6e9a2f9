import { createHash } from 'node:crypto';
import type { TestDatabase } from '@app/testing';
import { nameForMatching } from './name.rules';

/** A person of a test; marks such as N1 stand for whole numbers, of which nothing but sameness counts here. */
export interface MadePerson {
  readonly name?: string;
  readonly born?: string | null;
  readonly sex?: number;
  readonly number?: string | null;
  readonly idType?: string;
  readonly legacy?: string;
  readonly certificate?: string | null;
  readonly motherId?: string;
  readonly fatherId?: string;
  readonly motherKey?: string | null;
  readonly fatherKey?: string | null;
  readonly division?: string;
  readonly status?: number;
  readonly died?: string;
  readonly householdId?: string;
  readonly relation?: string;
  readonly movedIn?: string;
  readonly movedOut?: string;
}

/** What a mark is searched by: 32 bytes, like a blind index. */
export const keyOf = (mark: string): Buffer => createHash('sha256').update(mark).digest();

export const VILLAGE = '340202100201';
let made = 0;

export async function makeDivisions(world: TestDatabase, codes: readonly string[]): Promise<void> {
  for (const code of codes) {
    for (const [digits, level] of [
      [2, 'province'],
      [4, 'city'],
      [6, 'county'],
      [9, 'township'],
      [12, 'village'],
    ] as const) {
      const above = { 2: 0, 4: 2, 6: 4, 9: 6, 12: 9 }[digits];
      await world.admin(
        `insert into registration.division (code, level, parent_code, status, recorded_at)
         values ($1, $2, $3, 'unconfirmed', now()) on conflict do nothing`,
        [code.slice(0, digits).padEnd(12, '0'), level, above === 0 ? null : code.slice(0, above).padEnd(12, '0')],
      );
      if (code.slice(digits).replaceAll('0', '') === '') break;
    }
  }
}

/** Puts a person straight into the table, past every import. Returns the id. */
export async function makePerson(world: TestDatabase, person: MadePerson = {}): Promise<string> {
  made += 1;
  const { name = '王建国', born = '1985-07-19', sex = 1, number = null, certificate = null, status = 0 } = person;
  const key = (mark: string | null | undefined) => (mark ? keyOf(mark) : null);
  const [row] = await world.admin<{ id: string }>(
    `insert into registration.person (registry_person_id, name, name_match, sex, id_type, id_number_sealed, id_number_key,
       id_number_mask, id_number_legacy_key, birth_certificate_sealed, birth_certificate_key, born, died, status, household_id,
       relation_to_head, division_code, mother_key, father_key, mother_id, father_id, moved_in_on, moved_out_on,
       source_updated_at, row_hash, batch_id, batch_line, recorded_at, id_number_shared)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
       '2026-01-01', $24, '00000000-0000-0000-0000-000000000001', $25, '2026-01-01',
       exists (select from registration.person where id_number_key = $7)) returning id`,
    [
      `T${made}`,
      name,
      nameForMatching(name),
      sex,
      number ? (person.idType ?? '111') : null,
      number ? Buffer.from([1]) : null,
      key(number),
      number ? '3402**************' : null,
      key(person.legacy),
      certificate ? Buffer.from([1]) : null,
      key(certificate),
      born,
      person.died ?? null,
      status,
      person.householdId ?? null,
      person.relation ?? null,
      person.division ?? VILLAGE,
      key(person.motherKey ?? person.motherId),
      key(person.fatherKey ?? person.fatherId),
      person.motherId ?? null,
      person.fatherId ?? null,
      person.movedIn ?? null,
      person.movedOut ?? null,
      keyOf(`row ${made}`),
      made,
    ],
  );
  return row!.id;
}

export async function makeHousehold(world: TestDatabase, division = VILLAGE, number?: string): Promise<string> {
  made += 1;
  const [row] = await world.admin<{ id: string }>(
    `insert into registration.household (id, county_code, household_no, division_code, recorded_at)
     values (gen_random_uuid(), $1, $2, $3, now()) returning id`,
    [`${division.slice(0, 6)}000000`, number ?? String(made), division],
  );
  return row!.id;
}
