import { inContext, systemContext } from '@app/database';
import { findDivisionCode } from '@app/kernel';
import { refusalOf } from '../../../../test/support/subsidy-world';
import { openTwoCounties, OURS, THEIRS, type TwoCounties } from '../../../../test/support/two-counties';
import { EqualAccessService } from './equal-access.service';
import type { EqualAccess } from './equal-access.types';

let world: TwoCounties;
beforeAll(async () => {
  world = await openTwoCounties();
}, 200_000);
afterAll(() => world?.close());

const access = () => world.app.get(EqualAccessService, { strict: false });
const freeze = () => inContext(systemContext('freeze'), () => access().freezeDue());
const published = (division: string = OURS): Promise<EqualAccess[]> =>
  inContext(systemContext('public', { actor: 'anonymous', division: undefined }), () =>
    access().published(division, 'YEB', '2026Q2'),
  );
const group = (one: EqualAccess, household: string) => one.groups.find((row) => row.household === household)!;

describe('equal access to a programme', () => {
  it('is frozen once, twenty days after the quarter, and counts every decided claim on one side or the other', async () => {
    // Half of the children whose claims were decided moved in a year before.
    await world.database.admin(
      `update subsidy.person_fact f set moved_in_on = case when n % 2 = 0 then '2025-06-01'::date end
         from (select b.person_id, row_number() over (order by b.person_id) as n from subsidy.claim c
                 join subsidy.beneficiary b on b.id = c.beneficiary_id) d where d.person_id = f.person_id`,
    );
    world.clock.set('2026-07-19');
    await freeze();
    expect(await published()).toEqual([]);
    world.clock.set('2026-07-21');
    expect((await freeze()).frozen).toBeGreaterThan(0);
    expect(await freeze()).toEqual({ frozen: 0, corrected: 0 });

    const [ours] = await published();
    const [{ n } = { n: 0 }] = await world.database.admin<{ n: number }>(
      `select count(distinct e.claim_id)::integer as n from subsidy.claim_event e join subsidy.claim c on c.id = e.claim_id
        where e.to_state in ('confirmed', 'refused') and c.programme = 'YEB' and c.division_code like '340202%'`,
    );
    expect(n).toBeGreaterThan(20);
    expect(group(ours!, 'ALL').cases).toBe(n);
    expect(group(ours!, 'NEWCOMER').cases! + group(ours!, 'LOCAL').cases!).toBe(n);
    expect(group(ours!, 'NEWCOMER').cases).toBeGreaterThan(5);
    expect(group(ours!, 'NEWCOMER').daysMedian).not.toBeNull();
    expect(ours).toMatchObject({ programme: 'YEB', divisionCode: OURS, correction: 0 });
  });

  it('is corrected by lines of its own, once a later quarter is frozen and only by five or more', async () => {
    const moved = (count: number, on: string | null) =>
      world.database.admin(
        `update subsidy.person_fact set moved_in_on = $2::date where person_id in (
           select b.person_id from subsidy.claim c join subsidy.beneficiary b on b.id = c.beneficiary_id
             join subsidy.person_fact f on f.person_id = b.person_id
            where c.division_code like '340202%' and c.state in ('confirmed', 'paying', 'paid', 'returned', 'closed')
              and f.moved_in_on is not null order by 1 limit $1)`,
        [count, on],
      );
    await moved(1, null);
    world.clock.set('2026-10-21');
    await freeze();
    expect((await published()).map(({ correction }) => correction)).toEqual([0]);
    await moved(7, null);
    world.clock.set('2027-01-21');
    await freeze();
    const [before, after] = await published();
    expect([before!.correction, after!.correction]).toEqual([0, 1]);
    expect(group(before!, 'NEWCOMER').cases! - group(after!, 'NEWCOMER').cases!).toBe(8);
    expect((await published(THEIRS)).map(({ correction }) => correction)).toEqual([0]);
  });

  it('cannot be rewritten once it is frozen', async () => {
    const database = await world.database.open('subsidy');
    await expect(database.write((tx) => tx.query('update equal_access set cases = 0'))).rejects.toThrow(
      /permission denied/,
    );
    await expect(database.write((tx) => tx.query('delete from equal_access'))).rejects.toThrow(/permission denied/);
  });

  it('says what is wrong with a quarter or a division', async () => {
    const ask = (division: string, quarter: string) => () => access().published(division, null, quarter);
    const work = (of: () => Promise<unknown>) => inContext(systemContext('public'), async () => of());
    expect((await refusalOf(work(ask('3402x', '2026Q1')))).code).toBe('EQUAL_ACCESS_DIVISION');
    expect((await refusalOf(work(ask(findDivisionCode('34')!, '2026')))).code).toBe('EQUAL_ACCESS_QUARTER');
  });
});
