import { Database } from '@app/database';
import { day, type DivisionCode, findDivisionCode } from '@app/kernel';
import { RegistryImportService } from '../../apps/registration/src/registry-import/registry-import.service';
import { DeterminationService } from '../../apps/subsidy/src/determination/determination.service';
import { DisbursementService } from '../../apps/subsidy/src/disbursement/disbursement.service';
import { FactService } from '../../apps/subsidy/src/fact/fact.service';
import { FundingService } from '../../apps/subsidy/src/funding/funding.service';
import { IntakeService } from '../../apps/subsidy/src/intake/intake.service';
import { ReviewService } from '../../apps/subsidy/src/review/review.service';
import { VerifyService } from '../../apps/subsidy/src/verify/verify.service';
import * as made from '../support/claimed-twice';
import { type CountyWorld, openCountyWorld } from '../support/county-world';
import { asOfficer } from '../support/officer';

const COUNT = 2_000;
const PROGRAMME = 'YEB';
const counties = [made.PLACES.first, made.PLACES.second].map((code) => findDivisionCode(code)!);
const children = made.children(COUNT);
const early = children.filter(({ spelling }) => spelling === 'certificate first');

let world: CountyWorld;
/** Claims by county and state, when both have decided and neither has confirmed. */
let decided: unknown[];

beforeAll(async () => {
  world = await openCountyWorld('2025-11-20');
  // The first county decides while the children live there: a fifth of them is claimed for before the register knows them.
  const others = children.filter((child) => !early.includes(child));
  await register([
    ...others.map((child) => made.registered(child, 'first', '2025-09-01T00:00:00+08:00')),
    ...early.map(made.registeredMother),
  ]);
  const intake = world.get(IntakeService);
  await intake.importAccounts(world.file('accounts.csv', children.flatMap(made.accounts)));
  await claim('first');
  await determine(counties[0]!);
  await register(early.map((child) => made.registered(child, 'first', '2025-10-05T00:00:00+08:00')));
  await determine(counties[0]!);
  // Then they move, and the second county decides what it was asked.
  await register(children.map((child) => made.registered(child, 'second', '2025-11-01T00:00:00+08:00')));
  await claim('second');
  await determine(counties[1]!);
  decided = await world.database.admin(
    `select left(division_code, 6) as county, state, count(*)::int as claims, count(distinct beneficiary_id)::int as children
       from subsidy.claim group by 1, 2 order by 1`,
  );
}, 120_000);
afterAll(() => world.close());

async function register(rows: Parameters<CountyWorld['file']>[1]) {
  const summary = await world.get(RegistryImportService).import(world.file('registry.csv', rows));
  expect(summary).toMatchObject({ accepted: rows.length, rejected: 0 });
  await world.get(FactService).pull();
}

async function claim(place: made.Place) {
  const rows = children.map((child) => made.claimed(child, place));
  const summary = await world.get(IntakeService).importClaims(world.file(`${place}.csv`, rows), PROGRAMME);
  expect(summary).toMatchObject({ accepted: COUNT, rejected: 0 });
}

const determine = (division: DivisionCode) =>
  world
    .get(DeterminationService)
    .determine({ programmes: [PROGRAMME], division, asOf: day('2025-11-20'), actor: 'test' });

const count = async (sql: string): Promise<number> =>
  Number((await world.database.admin<{ n: string }>(`select count(*) as n from ${sql}`))[0]!.n);

const WAVES: readonly (readonly [first: readonly number[], second: readonly number[]])[] = [
  [
    [0, 1],
    [4, 3],
  ],
  [
    [2, 3],
    [2, 1],
  ],
  [[4], [0]],
];

describe('two divisions that are asked to pay the same 2,000 children', () => {
  it('both find every claim in order, so that nothing but the guards stands between a child and two payments', async () => {
    expect(decided).toEqual(
      Object.values(made.PLACES).map((county) => ({ county, state: 'determined', claims: COUNT, children: COUNT })),
    );
    expect(await count('subsidy.beneficiary where merged_into is null')).toBe(COUNT);
  });

  it('pay each of them once when they confirm and prepare at the same moment; every loser has an open case', async () => {
    await Promise.all(
      counties.map((division, i) =>
        world.get(ReviewService).review({ programme: PROGRAMME, division, actor: `township-${i}` }),
      ),
    );
    // Each from the other end of its townships, every one of which shares children with every one over there; in waves,
    // so that neither is through with all of them before the other begins.
    let [first, second] = [0, 0];
    for (const [here, there] of WAVES) {
      const taken = await Promise.all([confirm('first', here), confirm('second', there)]);
      first += taken[0];
      second += taken[1];
    }
    process.stdout.write(`confirmed by the first county: ${first}, by the second: ${second}\n`);
    expect(first).toBeGreaterThan(0);
    expect(second).toBeGreaterThan(0);
    expect(first + second).toBe(COUNT);

    await Promise.all(counties.map((county) => fund(county)));
    const prepared = await Promise.all(
      counties.map((division, i) => {
        const request = { programme: PROGRAMME, division, period: '2025Q4', actor: `maker-${i}` } as const;
        return asOfficer(request.actor, () => world.get(DisbursementService).prepare(request));
      }),
    );
    expect(prepared.map((one) => one.lines)).toEqual([first, second]);

    expect(await count('subsidy.instruction')).toBe(COUNT);
    expect(await count('(select distinct beneficiary_id from subsidy.instruction) one')).toBe(COUNT);
    expect(await count(`subsidy.claim where state = 'paying'`)).toBe(COUNT);
    expect(await count(`subsidy.claim where state = 'held'`)).toBe(COUNT);
    const asked = `select from subsidy.review_case r where r.claim_id = c.id and r.state = 'open' and r.reason = 'YEAR_TAKEN'`;
    expect(await count(`subsidy.claim c where state = 'held' and exists (${asked})`)).toBe(COUNT);
    expect(await world.get(VerifyService).run()).toEqual([]);
  });

  it('would pay many of them twice if they only looked before they wrote', async () => {
    await world.database.admin('create table public.unguarded (child integer not null, paid_by text not null)');
    await world.database.admin('grant select, insert on public.unguarded to subsidy_rw');
    const divisions = await Promise.all(counties.map(() => world.database.open('subsidy')));
    let doubles = 0;
    for (let round = 1; doubles === 0; round++) {
      if (round > 5) throw new Error('the race did not happen: this test shows nothing on this machine');
      for (let from = 0; from < COUNT; from += 100) {
        // Side by side again every hundred children, or the faster one would only run ahead.
        const some = children.slice(from, from + 100).map(({ n }) => round * 10_000 + n);
        await Promise.all(divisions.map((database, i) => payUnguarded(database, counties[i]!, some)));
      }
      doubles = await count(
        '(select child from public.unguarded group by child having count(distinct paid_by) > 1) twice',
      );
    }
    process.stdout.write(`without guards: ${doubles} of ${COUNT} children paid twice\n`);
    expect(doubles).toBeGreaterThan(0);
  });
});

/** What a careful programmer writes first: look whether somebody paid the child, then pay it. */
async function payUnguarded(database: Database, division: string, some: readonly number[]): Promise<void> {
  for (const child of some) {
    await database.write(async (tx) => {
      const paid = await tx.query('select from public.unguarded where child = $1', [child]);
      if (paid.length === 0) await tx.query('insert into public.unguarded values ($1, $2)', [child, division]);
    });
  }
}

/** Claims that a county takes when it confirms some of its townships at once. */
async function confirm(place: made.Place, townships: readonly number[]): Promise<number> {
  const confirmed = await Promise.all(
    townships.map((township) =>
      world.get(ReviewService).confirm({
        programme: PROGRAMME,
        division: made.townshipOf(place, township),
        actor: `confirmer-${place}`,
      }),
    ),
  );
  return confirmed.reduce((sum, { count }) => sum + count, 0);
}

async function fund(county: DivisionCode): Promise<void> {
  const release = { programme: PROGRAMME, county, year: 2025, releasedOn: day('2025-11-20'), actor: 'test' };
  for (const level of ['central', 'province', 'county'] as const) {
    await world
      .get(FundingService)
      .release({ ...release, level, amountFen: BigInt(COUNT) * 360_000n, documentNo: `${county} ${level}` });
  }
}
