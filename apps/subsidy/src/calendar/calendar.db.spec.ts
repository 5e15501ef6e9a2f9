import { COUNTY, refusalOf, SubsidyWorld } from '../../../../test/support/subsidy-world';

let world: SubsidyWorld;
beforeEach(async () => {
  world = await SubsidyWorld.open();
  world.clock.set('2026-01-05');
});
afterEach(async () => {
  expect((await world.verification.run()).filter((row) => row.check !== 'V12')).toEqual([]);
  await world.close();
});

const plan = () => world.calendar.plan('childcare', COUNTY, 2026);
const rowOf = async (period: string) => (await world.calendar.list()).find((row) => row.period === period)!;
const runs = () =>
  world.rows<{ period: string; lines: number }>('select period, line_count as lines from payment_batch order by 1');

describe('the payment calendar', () => {
  it('plans the 20th of the last month of each quarter, and moves only what has not started', async () => {
    await plan();
    expect((await world.calendar.list()).map((row) => [row.period, row.dueOn])).toEqual([
      ['2026Q1', '2026-03-20'],
      ['2026Q2', '2026-06-20'],
      ['2026Q3', '2026-09-20'],
      ['2026Q4', '2026-12-20'],
    ]);
    await world.calendar.hold((await rowOf('2026Q1')).id, 'boss', 'audit');
    await world.calendar.plan('childcare', COUNTY, 2026, { monthOfQuarter: 2, dayOfMonth: 10, quartersLater: 1 });
    expect([(await rowOf('2026Q1')).dueOn, (await rowOf('2026Q4')).dueOn]).toEqual(['2026-03-20', '2027-02-10']);
  });

  it('starts nothing before its day', async () => {
    await plan();
    world.clock.set('2026-03-19');
    expect(await world.startDue()).toEqual([]);
  });

  it('starts a run once, however many bells ring at once and later (T24)', async () => {
    await world.claims({ count: 3 });
    await world.fund(10);
    await plan();
    world.clock.set('2026-03-20');
    const started = (await Promise.all([1, 2, 3, 4].map(() => world.startDue()))).flat();
    expect(started).toMatchObject([{ outcome: 'prepared' }]);
    await world.claims({ count: 1 });
    expect(await world.startDue()).toEqual([]);
    expect(await runs()).toEqual([{ period: '2026Q1', lines: 3 }]);
    expect(await rowOf('2026Q1')).toMatchObject({ state: 'started', batchId: started[0]!.batchId });
  });

  it('starts what was missed while the process was down, each period as its own run (T24)', async () => {
    await world.claims({ count: 2 });
    await world.fund(10);
    await plan();
    world.clock.set('2026-07-02');
    expect((await world.verification.run()).map((row) => row.check)).toEqual(['V12', 'V12']);
    expect((await world.startDue()).map((one) => [one.row.period, one.outcome])).toEqual([
      ['2026Q1', 'prepared'],
      ['2026Q2', 'nothing'],
    ]);
    expect(await world.verification.run()).toEqual([]);
  });

  it('can be held, with a reason, and released', async () => {
    await world.claims({ count: 1 });
    await world.fund(1);
    await plan();
    const { id } = await rowOf('2026Q1');
    await world.calendar.hold(id, 'boss', 'audit');
    world.clock.set('2026-03-25');
    expect(await world.startDue()).toEqual([]);
    expect((await refusalOf(world.calendar.hold(id, 'boss', 'again'))).code).toBe('CALENDAR_WRONG_STATE');
    await world.calendar.release(id);
    expect(await world.startDue()).toMatchObject([{ outcome: 'prepared' }]);
  });

  it('holds a run that cannot start, says why, and lets other counties go on', async () => {
    const other = '340203000000' as typeof COUNTY;
    await world.claims({ count: 1 });
    await world.claims({ count: 1, division: '340203001001' });
    await world.fund(1, '示例财〔2026〕9号', other);
    await plan();
    await world.calendar.plan('childcare', other, 2026);
    world.clock.set('2026-03-20');
    expect((await world.startDue()).map((one) => [one.row.divisionCode, one.outcome, one.reason])).toEqual([
      [COUNTY, 'held', 'FUNDS_NOT_RELEASED'],
      [other, 'prepared', null],
    ]);
    const held = (await world.calendar.list({ divisionPrefix: '340202' }))[0]!;
    expect(held).toMatchObject({ state: 'held', heldBy: 'system:calendar' });
    await world.fund(1);
    await world.calendar.release(held.id);
    expect(await world.startDue()).toMatchObject([{ outcome: 'prepared' }]);
  });

  it('is done when its batch is closed', async () => {
    const { batchId, messageId, references } = await (async () => {
      await world.claims({ count: 1 });
      await world.fund(1);
      await plan();
      world.clock.set('2026-03-20');
      const [started] = await world.startDue();
      await world.approve(started!.batchId!);
      const sent = await world.send(started!.batchId!);
      return {
        batchId: sent.batchId,
        messageId: sent.messageId,
        references: [...(await world.claimsByReference(sent.batchId)).keys()],
      };
    })();
    await world.answer(messageId, [
      {
        endToEndId: references[0]!,
        status: 'SETTLED',
        bankRef: 'B1',
        amountFen: 360_000n,
        at: '2026-03-21T01:00:00.000Z',
      },
    ]);
    await world.reconciliation.reconcile(batchId, 'clerk');
    expect(await rowOf('2026Q1')).toMatchObject({ state: 'done' });
  });
});
