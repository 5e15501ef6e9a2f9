import { addDays, type Day } from '@app/kernel';
import fc from 'fast-check';
import { type Child, MovesWorld, PLACES } from '../../../../test/support/moves-world';

let world: MovesWorld;
beforeAll(async () => void (world = await MovesWorld.open()), 60_000);
afterAll(() => world?.close());

type Step =
  | { do: 'move'; to: number; daysAgo: number; isKnown: boolean }
  | { do: 'back' }
  | { do: 'claim'; where: number; year: number }
  | { do: 'confirm'; which: number }
  | { do: 'pay'; where: number }
  | { do: 'send'; where: number }
  | { do: 'answer'; status: 'SETTLED' | 'RETURNED' }
  | { do: 'settle'; which: number }
  | { do: 'days'; count: number };

const where = fc.nat(PLACES.length - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('move' as const),
      to: where,
      daysAgo: fc.constantFrom(0, 30, 78, 90, 120),
      isKnown: fc.constantFrom(true, true, false),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('back' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('claim' as const), where, year: fc.constantFrom(2026, 2027) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('confirm' as const), which: fc.nat(5) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('pay' as const), where }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('send' as const), where }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('answer' as const), status: fc.constantFrom('SETTLED', 'RETURNED') }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('settle' as const), which: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('days' as const), count: fc.integer({ min: 1, max: 60 }) }) },
);

/** How a sequence may begin, so that money is often at stake from the start. */
const LATE: Step = { do: 'move', to: 1, daysAgo: 120, isKnown: true };
const PAID: Step = { do: 'pay', where: 0 };
const beginning = fc.constantFrom<Step[]>([], [PAID], [LATE], [PAID, LATE], [PAID, LATE, { do: 'settle', which: 0 }]);

/** What must be true after every step, counted anew from the rows and without the code that is tested. */
async function wrong(child: Child): Promise<unknown[]> {
  const id = [child.beneficiaryId];
  const twice = await world.admin(
    `select 'two live instructions for a day' as what from subsidy.instruction a join subsidy.instruction b
        on b.beneficiary_id = a.beneficiary_id and b.programme = a.programme and b.id > a.id and b.period && a.period
      where a.beneficiary_id = $1 and a.is_live and b.is_live`,
    id,
  );
  const authorities = await world.admin(
    `select 'two authorities on ' || d.day::date as what from generate_series('2024-01-01'::date, '2029-01-01', '1 month') d (day)
       join subsidy.authority_period a on a.beneficiary_id = $1 and a.ended_at is null and a.valid @> d.day::date group by d.day having count(*) > 1`,
    id,
  );
  const gaps = await world.admin(
    `select 'a day without an authority after one that had' as what from (
       select upper(valid) as ends, lead(lower(valid)) over (order by valid) as next from subsidy.authority_period
        where beneficiary_id = $1 and ended_at is null) p where p.ends is not null and p.next is distinct from p.ends`,
    id,
  );
  // Both programmes of the test pay by years: the authority of a year is that of its first day.
  const debts = await world.admin(
    `with due as (
       select i.id, left(a.county_code, 6) as debtor, left(c.division_code, 6) as creditor, i.amount_fen as fen
         from subsidy.instruction i join subsidy.claim c on c.id = i.claim_id
         join subsidy.authority_period a on a.beneficiary_id = i.beneficiary_id and a.ended_at is null and a.valid @> lower(i.period)
        where i.beneficiary_id = $1 and i.state in ('paid', 'closed') and left(a.county_code, 6) <> left(c.division_code, 6)),
     booked as (
       select r.instruction_id as id, left(r.debtor_county, 6) as debtor, left(r.creditor_county, 6) as creditor, r.fen from subsidy.reimbursement r
        where r.beneficiary_id = $1 and r.state <> 'dropped'
       union all
       select r.instruction_id, left(r.creditor_county, 6), left(r.debtor_county, 6), -r.fen from subsidy.reimbursement r
        where r.beneficiary_id = $1 and r.state <> 'dropped'),
     payer as (select i.id, left(c.division_code, 6) as creditor from subsidy.instruction i join subsidy.claim c on c.id = i.claim_id where i.beneficiary_id = $1),
     net as (select b.id, b.debtor, b.creditor, sum(b.fen) as fen from booked b join payer p on p.id = b.id and p.creditor = b.creditor group by 1, 2, 3)
     select 'owed ' || coalesce(n.fen, 0) || ' of ' || coalesce(d.fen, 0) || ' fen' as what from due d full join net n using (id, debtor, creditor)
      where coalesce(n.fen, 0) <> coalesce(d.fen, 0)`,
    id,
  );
  const lost = await world.admin(
    `select 'a year that was asked for is asked for nowhere: ' || c.claim_year as what from subsidy.claim c
      where c.beneficiary_id = $1 and c.state = 'withdrawn' and not exists (
        select from subsidy.claim o where o.beneficiary_id = $1 and o.claim_year = c.claim_year and o.state <> 'withdrawn')`,
    id,
  );
  // Nobody asks the bank here why it is silent.
  const others = (await world.money.verification.run()).filter(({ check }) => check !== 'V6');
  return [...twice, ...authorities, ...gaps, ...debts, ...lost, ...others];
}

async function take(
  one: Step,
  child: Child,
  state: { sent: { messageId: string; references: string[] }[]; place: string },
) {
  const today = world.money.clock.today();
  if (one.do === 'move') {
    state.place = PLACES[one.to]!;
    const on = one.isKnown ? earliest(addDays(today, -one.daysAgo)) : null;
    await world.move(child, state.place, { on });
  } else if (one.do === 'back') {
    const [last] = await world.admin<{ from: string }>(
      `select from_county as "from" from subsidy.authority_decision where beneficiary_id = $1 order by decided_at desc, id desc limit 1`,
      [child.beneficiaryId],
    );
    if (last) await world.move(child, last.from);
  } else if (one.do === 'claim') {
    await world.claim(child, PLACES[one.where]!, one.year, today);
  } else if (one.do === 'confirm') {
    const waiting = (await world.claims(child)).filter(({ state: at }) => at === 'received');
    const claim = waiting[one.which % Math.max(waiting.length, 1)];
    if (claim) await world.confirm(claim.id);
  } else if (one.do === 'pay') {
    await world.pay(PLACES[one.where]!);
  } else if (one.do === 'send') {
    const sent = await world.pay(PLACES[one.where]!, 'none');
    if (sent) state.sent.push(sent);
  } else if (one.do === 'answer') {
    const sent = state.sent.shift();
    if (sent) await world.answer(sent, one.status);
  } else if (one.do === 'settle') {
    const open = await world.openReimbursements(child);
    const chosen = open[one.which % Math.max(open.length, 1)];
    if (chosen) await world.settle(chosen.id, chosen.debtor);
  } else {
    world.money.clock.advance(one.count * 86_400_000);
  }
  world.money.clock.advance(1_000);
  await world.following.followAll();
}

/** Nobody moves before they are born. */
const earliest = (on: Day): Day => (on < '2025-03-01' ? ('2025-03-01' as Day) : on);

const RUNS = Number(process.env.YANGYU_MODEL_RUNS ?? 8);

describe('any sequence of moves, claims, payments, settlements and returns', () => {
  it('leaves one authority a day, one payment a day, and debts that are what was paid for another’s days', async () => {
    await fc.assert(
      fc.asyncProperty(beginning, fc.array(step, { minLength: 4, maxLength: 10 }), async (begin, then) => {
        const steps = [...begin, ...then];
        world.money.clock.set('2026-03-20');
        const child = await world.child();
        const state = { sent: [], place: PLACES[0] as string };
        for (const [n, one] of steps.entries()) {
          await take(one, child, state);
          expect([n, one, await wrong(child)]).toEqual([n, one, []]);
        }
        // Nothing of this run is left on its way for the next.
        for (const sent of state.sent as { messageId: string; references: string[] }[])
          await world.answer(sent, 'SETTLED');
        for (const place of PLACES) await world.pay(place);
        await world.following.followAll();
        expect(await wrong(child)).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  }, 400_000);
});
