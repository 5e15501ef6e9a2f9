import { copyLine, idsFrom, type Tx } from '@app/database';
import { Injectable } from '@nestjs/common';

/** What the register holds of a person, as far as deciding about a row needs it. */
export interface KnownVersion {
  readonly id: string;
  /** Microseconds since 1970 UTC. */
  readonly updatedAt: number;
  /** Hex. */
  readonly hash: string;
}

export interface HouseholdRow {
  readonly countyCode: string;
  readonly householdNo: string;
  readonly divisionCode: string;
  readonly householdType: string | null;
  readonly address: string | null;
}

/** Columns of `person` in the order of a {@link PersonValues}. */
const PERSON_COLUMNS = [
  'id',
  'registry_person_id',
  'name',
  'name_match',
  'sex',
  'ethnicity',
  'id_type',
  'id_number_sealed',
  'id_number_key',
  'id_number_mask',
  'id_number_legacy_key',
  'birth_certificate_sealed',
  'birth_certificate_key',
  'born',
  'died',
  'status',
  'household_id',
  'relation_to_head',
  'household_type',
  'division_code',
  'address',
  'father_key',
  'mother_key',
  'father_id',
  'mother_id',
  'marital_status',
  'moved_in_on',
  'moved_out_on',
  'source_updated_at',
  'row_hash',
  'batch_id',
  'batch_line',
  'recorded_at',
] as const;
export type PersonValues = readonly (string | number | Buffer | null)[];

const PERSON_LIST = PERSON_COLUMNS.join(', ');
const CHANGEABLE = PERSON_COLUMNS.filter((column) => column !== 'id');

/** Writes of an import, set by set. Everything here runs in the transaction of one chunk or of the end. */
@Injectable()
export class RegistryImportRepository {
  /**
   * Imports decide from what is there and then write, so one at a time does both. A chunk takes a second or so,
   * the end of a large batch longer: the usual lock time-out would be too short.
   */
  async lockImports(tx: Tx): Promise<void> {
    await tx.query(`set local lock_timeout = '15min'`);
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('registration.import', 0))`);
  }

  /**
   * For the look-ups of a chunk: some thousand probes of an index. The planner, which cannot know that the pages are
   * warm, would read the whole table for every chunk until it holds a million rows.
   */
  async lookUpByIndex(tx: Tx): Promise<void> {
    await tx.query('set local enable_hashjoin = off');
    await tx.query('set local enable_mergejoin = off');
  }

  /** For what goes through whole sets again, in the same transaction. */
  async planFreely(tx: Tx): Promise<void> {
    await tx.query('set local enable_hashjoin = on');
    await tx.query('set local enable_mergejoin = on');
  }

  /** What the register holds of these registry ids. */
  async findVersions(tx: Tx, registryPersonIds: readonly string[]): Promise<Map<string, KnownVersion>> {
    const rows = await tx.query<{ registryPersonId: string; id: string; updatedAt: bigint; hash: string }>(
      `select p.registry_person_id as "registryPersonId", p.id, encode(p.row_hash, 'hex') as hash,
              (extract(epoch from p.source_updated_at) * 1000000)::int8 as "updatedAt"
         from unnest($1::text[]) as r (id) join person p on p.registry_person_id = r.id`,
      [registryPersonIds],
    );
    return new Map(
      rows.map(({ registryPersonId, updatedAt, ...known }) => [
        registryPersonId,
        { ...known, updatedAt: Number(updatedAt) },
      ]),
    );
  }

  /**
   * Persons of our own, registered before the registry knew them, by their birth certificates (blind indexes in hex): the
   * registry's row takes their place.
   */
  async findOwn(tx: Tx, certificates: readonly string[]): Promise<Map<string, string>> {
    if (certificates.length === 0) return new Map();
    const rows = await tx.query<{ key: string; id: string }>(
      `select k.key, p.id
         from (select key, decode(key, 'hex') as bytes from unnest($1::text[]) as u (key) offset 0) k
         join person p on p.birth_certificate_key = k.bytes
        where p.registry_person_id like 'own:%' and p.merged_into is null`,
      [certificates],
    );
    return new Map(rows.map(({ key, id }) => [key, id]));
  }

  /**
   * Of rows that are older than the register: the lines that this very file once put in and itself replaced further
   * down. Reading the file again must find nothing to say about them.
   */
  async findReplacedByOwnFile(
    tx: Tx,
    fileSha256: string,
    rows: readonly { line: number; registryPersonId: string; hash: string }[],
  ): Promise<Set<number>> {
    if (rows.length === 0) return new Set();
    const found = await tx.query<{ line: number }>(
      `select r.line
         from unnest($1::int[], $2::text[], $3::text[]) as r (line, registry_person_id, hash)
         join person_history h on h.registry_person_id = r.registry_person_id and h.row_hash = decode(r.hash, 'hex')
         join import_batch written on written.id = h.batch_id
         join import_batch replaced on replaced.id = h.replaced_by_batch_id
        where written.file_sha256 = decode($4, 'hex') and replaced.file_sha256 = decode($4, 'hex')`,
      [rows.map((r) => r.line), rows.map((r) => r.registryPersonId), rows.map((r) => r.hash), fileSha256],
    );
    return new Set(found.map(({ line }) => line));
  }

  /** Ids of the households by `county/number`, made when new. */
  async ensureHouseholds(
    tx: Tx,
    households: ReadonlyMap<string, HouseholdRow>,
    at: Date,
  ): Promise<Map<string, string>> {
    if (households.size === 0) return new Map();
    const rows = [...households.values()];
    const nextId = idsFrom(at);
    await tx.query(
      `insert into household (id, county_code, household_no, division_code, household_type, address, recorded_at)
       select h.*, $7 from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) as h
       on conflict (county_code, household_no) do nothing`,
      [
        rows.map(() => nextId()),
        rows.map((row) => row.countyCode),
        rows.map((row) => row.householdNo),
        rows.map((row) => row.divisionCode),
        rows.map((row) => row.householdType),
        rows.map((row) => row.address),
        at,
      ],
    );
    const found = await tx.query<{ key: string; id: string }>(
      `select k.county || '/' || k.no as key, h.id from unnest($1::text[], $2::text[]) as k (county, no)
         join household h on h.county_code = k.county and h.household_no = k.no`,
      [rows.map((row) => row.countyCode), rows.map((row) => row.householdNo)],
    );
    return new Map(found.map(({ key, id }) => [key, id]));
  }

  /** Who holds these numbers (blind indexes in hex), persons about to be rewritten left out. */
  async findHolders(
    tx: Tx,
    keys: readonly string[],
    leavingOut: readonly string[],
  ): Promise<{ key: string; id: string }[]> {
    if (keys.length === 0) return [];
    return tx.query(
      // Read apart first: under row-level security an index is used only for what cannot leak, and decode() might.
      `select k.key, p.id
         from (select key, decode(key, 'hex') as bytes from unnest($1::text[]) as u (key) offset 0) k
         join person p on p.id_number_key = k.bytes
        where p.id <> all ($2::uuid[])`,
      [keys, leavingOut],
    );
  }

  /** Puts new persons in, straight by COPY. */
  async insertPersons(tx: Tx, persons: readonly PersonValues[]): Promise<void> {
    if (persons.length > 0) await tx.copyInto('person', PERSON_LIST, copyLines(persons));
  }

  /** Rewrites persons by id; the trigger keeps what they were. */
  async updatePersons(tx: Tx, persons: readonly PersonValues[]): Promise<void> {
    if (persons.length === 0) return;
    await tx.query(`create temp table incoming on commit drop as select ${PERSON_LIST} from person limit 0`);
    await tx.copyIn(`copy incoming (${PERSON_LIST}) from stdin`, copyLines(persons));
    await tx.query(
      `update person p set ${CHANGEABLE.map((column) => `${column} = i.${column}`).join(', ')},
              changed_xid = pg_current_xact_id()
         from incoming i where p.id = i.id`,
    );
    await tx.query('drop table incoming');
  }

  /**
   * Marks numbers that more than one person holds, and takes the mark off where that ended; a parent is then not
   * known by such a number. Returns how many persons were touched.
   */
  async markSharedNumbers(tx: Tx, batchId: string, firstXid: string): Promise<void> {
    await tx.query(
      `update person p set id_number_shared = true, changed_xid = pg_current_xact_id()
         from (select distinct b.id_number_key from person b
                where b.batch_id = $1 and b.changed_xid >= $2::xid8 and b.id_number_key is not null
                  and exists (select from person o where o.id_number_key = b.id_number_key and o.id <> b.id)) s
        where p.id_number_key = s.id_number_key and not p.id_number_shared`,
      [batchId, firstXid],
    );
    await tx.query(
      `update person p set id_number_shared = false, changed_xid = pg_current_xact_id()
        where p.id_number_shared
          and not exists (select from person o where o.id_number_key = p.id_number_key and o.id <> p.id)`,
    );
    for (const parent of ['father', 'mother']) {
      await tx.query(
        `update person c set ${parent}_id = null, changed_xid = pg_current_xact_id()
           from person p
          where c.${parent}_id = p.id and (p.id_number_shared or p.id_number_key is distinct from c.${parent}_key)
            and p.changed_xid >= $1::xid8`,
        [firstXid],
      );
    }
  }

  /** Links those who waited for a parent that has been registered since. */
  async linkParents(tx: Tx, firstXid: string): Promise<void> {
    for (const parent of ['father', 'mother']) {
      await tx.query(
        `update person c set ${parent}_id = p.id, changed_xid = pg_current_xact_id()
           from person p
          where c.${parent}_id is null and c.${parent}_key = p.id_number_key
            and not p.id_number_shared and p.id <> c.id and p.changed_xid >= $1::xid8`,
        [firstXid],
      );
    }
  }

  /** A household is where its head is registered. */
  async followHeads(tx: Tx, batchId: string, firstXid: string, at: Date): Promise<void> {
    await tx.query(
      `update household h
          set division_code = p.division_code, household_type = p.household_type, address = p.address, recorded_at = $3
         from person p
        where p.household_id = h.id and p.relation_to_head in ('01', '02') and p.status = 0
          and p.batch_id = $1 and p.changed_xid >= $2::xid8
          and (h.division_code, h.household_type, h.address)
              is distinct from (p.division_code, p.household_type, p.address)`,
      [batchId, firstXid, at],
    );
  }

  /** Facts too: until an import has let PostgreSQL count them, the next compares each of them with each person of its own. */
  async analyze(tx: Tx): Promise<void> {
    await tx.query('analyze person, household, fact');
  }
}

function* copyLines(persons: readonly PersonValues[]): Generator<string> {
  let text = '';
  for (const values of persons) {
    text += copyLine(values);
    if (text.length > 1 << 18) {
      yield text;
      text = '';
    }
  }
  yield text;
}
