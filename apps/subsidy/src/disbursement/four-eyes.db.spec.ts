import { assure } from '../../../../test/support/assurance';
import { asOfficer } from '../../../../test/support/officer';
import { refusalOf, SubsidyWorld } from '../../../../test/support/subsidy-world';

let world: SubsidyWorld;
let batchId: string;
beforeEach(async () => {
  world = await SubsidyWorld.open();
  await world.claims({ count: 3 });
  await world.fund(3);
  batchId = (await world.prepare()).batchId!;
});
afterEach(() => world.close());

/** Ways round that were seen to be closed. */
let tried = 0;
afterAll(() =>
  assure(
    'T22',
    'Four eyes and four powers: no money goes without two officers on the exact content, by code or by SQL',
    {
      'ways round tried': tried,
    },
  ),
);

const sql = (text: string, parameters: unknown[] = []) => world.database.write((tx) => tx.query(text, parameters));
const sqlBy = (actor: string, text: string) => asOfficer(actor, () => sql(text));
const approve = (officer: string, steppedUpAt?: Date) => world.approveAs(officer, batchId, undefined, steppedUpAt);
const minutesAgo = (minutes: number) => new Date(world.clock.now().getTime() - minutes * 60_000);

describe('four eyes', () => {
  it('are two different officers’ with a fresh second factor each; then, and only then, the file goes', async () => {
    await approve('finance-1', minutesAgo(4));
    expect((await refusalOf(world.send(batchId))).code).toBe('BATCH_WRONG_STATE');
    await approve('finance-2', minutesAgo(0));
    await expect(world.send(batchId)).resolves.toMatchObject({ lines: 3 });
  });

  it('are not closed by a second factor of six minutes ago, nor by one of tomorrow', async () => {
    expect((await refusalOf(approve('finance-1', minutesAgo(6)))).code).toBe('STEP_UP_REQUIRED');
    expect((await refusalOf(approve('finance-1', minutesAgo(-60)))).code).toBe('STEP_UP_REQUIRED');
    expect((await world.disbursement.summary(batchId)).approvers).toEqual([]);
  });

  it('are not one pair twice: the maker, the same officer again, and the same officer at the same moment are turned away', async () => {
    expect((await refusalOf(approve('clerk'))).code).toBe('APPROVER_IS_MAKER');
    const twice = await Promise.allSettled([approve('finance-1'), approve('finance-1'), approve('finance-1')]);
    expect(twice.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await world.disbursement.summary(batchId)).approvers).toEqual(['finance-1']);
    expect((await world.disbursement.get(batchId)).state).toBe('prepared');
  });

  it('of two officers who press the button in the same millisecond both count', async () => {
    await Promise.all([approve('finance-1'), approve('finance-2')]);
    expect(await world.disbursement.get(batchId)).toMatchObject({ state: 'approved' });
  });

  it.each([
    ['an amount', 'update attempt set amount_fen = amount_fen + 1 where line = 1'],
    ['a payee', `update attempt set holder_name = '别人' where line = 2`],
    [
      'an account',
      'update attempt a set payee_account_id = (select b.payee_account_id from attempt b where b.line = 2) where a.line = 1',
    ],
    [
      'the order of two lines’ accounts',
      'update attempt a set payee_account_id = o.payee_account_id from attempt o where o.line = 3 - a.line',
    ],
  ])(
    'see what is sent: after approval %s cannot be changed by the app’s own role in SQL, and it is not sent',
    async (_, change) => {
      await world.approve(batchId);
      await expect(sql(change)).rejects.toMatchObject({ driverError: { constraint: 'approval_is_of_this_content' } });
      await expect(world.send(batchId)).resolves.toMatchObject({ lines: 3 }); // As approved, to the byte.
      tried++;
    },
  );

  it.each([
    [
      'an officer’s approval forged by the app',
      `insert into approval select id, maker, sha256('x'), 'ghost', now(), now() from payment_batch`,
    ],
    ['a batch moved on by hand', `update payment_batch set state = 'sent'`],
    ['a batch approved by hand', `update payment_batch set state = 'approved'`],
    ['the content hash itself', `update payment_batch set content_hash = sha256('x')`],
    [
      'somebody else’s approval of the very content, given by whoever gave the first',
      `insert into approval (batch_id, maker, content_hash, approver, at, stepped_up_at)
       select id, maker, content_hash, 'finance-2', now(), now() from payment_batch`,
    ],
  ])('are not got round with %s', async (_, change) => {
    await approve('finance-1');
    await expect(sqlBy('finance-1', change)).rejects.toThrow();
    await expect(sql(change)).rejects.toThrow();
    expect((await world.disbursement.get(batchId)).state).toBe('prepared');
    tried++;
  });
});

describe('the four powers', () => {
  it('are not joined: who prepared may not approve elsewhere in the county, who approved may not confirm or reconcile', async () => {
    await world.approve(batchId);
    await world.claims({ count: 2 });
    await world.fund(2, '示例财〔2026〕2号');
    const { batchId: second } = await world.prepare(undefined, 'clerk-2');
    expect((await refusalOf(world.approveAs('clerk', second!))).code).toBe('POWERS_EXCLUDE_EACH_OTHER');
    const [claim] = (await world.claims({ count: 1 })).claims;
    await expect(
      sql(
        `insert into claim_event (claim_id, seq, from_state, to_state, actor, at) values ($1, 5, 'confirmed', 'held', 'finance-1', now())`,
        [claim],
      ),
    ).resolves.toBeDefined(); // Holding back is nobody's power.
    const refused = await refusalOf(
      sql(
        `insert into claim_event (claim_id, seq, from_state, to_state, actor, at) values ($1, 6, 'held', 'refused', 'finance-1', now())`,
        [claim],
      ),
    );
    expect(refused.code).toBe('POWERS_EXCLUDE_EACH_OTHER');
  });

  it('are used up by doing, for one programme, county and year, and not for another', async () => {
    await world.approve(batchId);
    const uses = await world.rows<{ officer: string; power: string }>(
      'select officer, power from power_use order by 1, 2',
    );
    expect(uses).toEqual([
      { officer: 'clerk', power: 'payment' },
      { officer: 'finance', power: 'funds' },
      { officer: 'finance-1', power: 'funds' },
      { officer: 'finance-2', power: 'funds' },
    ]);
    const use = (county: string, year: number, power: string) =>
      world.test.admin(
        `insert into subsidy.power_use (officer, programme, county_code, year, power) values ('clerk', 'childcare', $1, $2, $3)`,
        [county, year, power],
      );
    await expect(use('340202000000', 2026, 'funds')).rejects.toThrow('power_use_excludes_the_other_powers');
    await expect(use('340203000000', 2026, 'funds')).resolves.toBeDefined();
    await expect(use('340202000000', 2027, 'supervision')).resolves.toBeDefined();
  });

  it('cannot be given back or taken in advance by the app’s own role', async () => {
    await world.approve(batchId);
    for (const change of [
      'delete from power_use',
      `update power_use set power = 'funds'`,
      `insert into power_use (officer, programme, county_code, year, power) values ('rival', 'childcare', '340202000000', 2026, 'payment')`,
    ])
      await expect(sql(change)).rejects.toMatchObject({ driverError: { code: '42501' } });
  });
});
