import { randomUUID } from 'node:crypto';
import type { Database } from '@app/database';
import { day } from '@app/kernel';
import { createTestDatabase, type TestDatabase } from '@app/testing';
import { DeterminationRepository } from './determination.repository';
import { chunkDigits, claimRelation, personChunks } from './determination.rules';

const AS_OF = day('2026-03-31');
const AT = new Date('2026-04-01T02:00:00Z');
const VERSION = '1'.repeat(64);

let test: TestDatabase;
let database: Database;
const determinations = new DeterminationRepository();

beforeAll(async () => {
  test = await createTestDatabase();
  database = await test.open('subsidy');
});
afterAll(() => test.drop());

const begin = (division: string, chunks: string) =>
  database.write((tx) =>
    determinations.begin(
      tx,
      { programmes: ['JF'], versions: [VERSION], division, asOf: AS_OF, actor: 'test', at: AT },
      chunks,
    ),
  );

/** Decides these persons, each for the amount given. */
const write = (runId: string, isFirst: boolean, persons: Readonly<Record<string, number>>) =>
  database.write((tx) =>
    determinations.write(
      tx,
      { runId, year: 2026, asOf: AS_OF, at: AT, isFirst },
      Object.entries(persons)
        .map(
          ([id, fen]) =>
            `select '${id}'::uuid as person_id, null::uuid as claim_id, 1 as facts_version, 'JF'::text as programme,
               'ELIGIBLE'::text as outcome, ${fen}::int8 as amount_fen, 1::int8 as met, 0::int8 as unknown`,
        )
        .join(' union all '),
      { JF: VERSION },
    ),
  );

const standing = (persons: readonly string[]) =>
  test.admin<{ amount_fen: string; is_current: boolean }>(
    'select amount_fen, is_current from subsidy.determination where person_id = any($1) order by person_id, id',
    [persons],
  );

describe('a decision', () => {
  it('is not written twice in the very first run, when a person moves between two of its parts meanwhile', async () => {
    const [moved, other] = [randomUUID(), randomUUID()].sort() as [string, string];
    const run = randomUUID();
    expect(await write(run, true, { [moved]: 96_000 })).toBe(1);
    expect(await write(run, true, { [moved]: 96_000, [other]: 96_000 })).toBe(1);
    expect(await standing([moved, other])).toEqual([
      { amount_fen: '96000', is_current: true },
      { amount_fen: '96000', is_current: true },
    ]);
  });

  it('that comes out otherwise replaces the one before, which stays on record', async () => {
    const person = randomUUID();
    await write(randomUUID(), false, { [person]: 96_000 });
    expect(await write(randomUUID(), false, { [person]: 96_000 })).toBe(0);
    expect(await write(randomUUID(), false, { [person]: 97_000 })).toBe(1);
    expect(await standing([person])).toEqual([
      { amount_fen: '96000', is_current: false },
      { amount_fen: '97000', is_current: true },
    ]);
  });
});

describe('a run', () => {
  it('is the first of its programmes only until another one has begun, also when it is taken up again', async () => {
    const chunk = `select '340202' as prefix, 2026 as year`;
    const isFirst = async ({ id }: { id: string }) =>
      (await database.write((tx) => determinations.take(tx, id, 1)))!.isFirst;
    const first = await begin('340202000000', chunk);
    expect(first).toMatchObject({ resumed: false });
    expect(await begin('340202000000', chunk)).toEqual({ id: first.id, resumed: true });
    expect(await isFirst(first)).toBe(true);
    const second = await begin('340202001000', chunk);
    expect(second).toMatchObject({ resumed: false });
    expect([await isFirst(first), await isFirst(second)]).toEqual([false, false]);
  });

  it.each([
    { division: '34', regions: [], parts: ['34020200', '34020299', '34020300'] },
    { division: '340202', regions: ['34', ''], parts: ['34020200', '34020299'] },
    { division: '340202', regions: ['340202001'], parts: ['340202001', '340202999'] },
    { division: '340202001', regions: [], parts: ['340202001'] },
    { division: '340202001002', regions: [], parts: ['340202001002'] },
    { division: '35', regions: [], parts: [] },
  ])(
    'for $division with parameters of "$regions" is made in the parts $parts',
    async ({ division, regions, parts }) => {
      await database.write((tx) =>
        tx.query(
          `insert into person_fact (person_id, status, division_code)
         select uuidv7(), 0, code from unnest($1::text[]) code
          where not exists (select from person_fact where division_code = code)`,
          [['340202001001', '340202001002', '340202999999', '340203000000']],
        ),
      );
      const sql = personChunks(division, chunkDigits(division, regions), 2026);
      const chunks = await database.read((read) => read.query<{ prefix: string }>(`${sql} order by 1`));
      expect(chunks.map(({ prefix }) => prefix)).toEqual(parts);
    },
  );
});

describe('what the other claims of a child say', () => {
  const claims = [
    { no: 'refused', year: 2025, on: '2025-09-01', state: 'refused' },
    { no: 'paid', year: 2025, on: '2025-09-02', state: 'paid' },
    { no: 'first', year: 2026, on: '2026-02-01', state: 'received' },
    { no: 'later', year: 2026, on: '2026-02-02', state: 'received' },
    { no: 'next', year: 2027, on: '2027-02-01', state: 'received' },
  ];
  const ids = new Map(claims.map(({ no }) => [no, randomUUID()]));

  beforeAll(async () => {
    const [child] = await test.admin<{ id: string }>(
      `insert into subsidy.beneficiary (id_number_key) values ('\\x01') returning id`,
    );
    for (const { no, year, on, state } of claims) {
      await test.admin(
        `insert into subsidy.claim (id, programme, claim_no, beneficiary_id, applicant_key, applicant_mask, relation, claim_year,
           submitted_on, channel, state, takes_year, amount_fen, row_hash, recorded_at)
         values ($1, 'YEB', $2, $3, '\\x02', '3402**', 'mother', $4, $5, 'counter', $6, $6 = 'paid', 360000, '\\x03', now())`,
        [ids.get(no), no, child!.id, year, on, state],
      );
    }
  });

  it.each([
    { no: 'paid', first_year: 2025, earlier_paid: 0, other_claimant: false },
    { no: 'first', first_year: 2025, earlier_paid: 1, other_claimant: false },
    { no: 'later', first_year: 2025, earlier_paid: 1, other_claimant: true },
    { no: 'next', first_year: 2025, earlier_paid: 1, other_claimant: false },
    // Refused itself, and later than nobody: the paid claim came after it.
    { no: 'refused', first_year: 2025, earlier_paid: 0, other_claimant: false },
  ])('is the same for one claim and for many: $no', async ({ no, ...expected }) => {
    for (const where of [`c.id = '${ids.get(no)!}'`, `c.programme = 'YEB'`]) {
      const { from, facts, keys } = claimRelation(where);
      const [row] = await database.read((read) =>
        read.query(
          `select ${facts['claim.first_year']} as first_year, ${facts['claim.earlier_paid']} as earlier_paid,
                  ${facts['claim.other_claimant']} as other_claimant
             from ${from} where ${keys['claim_id']} = $1`,
          [ids.get(no)],
        ),
      );
      expect(row).toEqual(expected);
    }
  });
});
