import { type SentBatch, SubsidyWorld, word } from '../../../../test/support/subsidy-world';

let world: SubsidyWorld;
let batch: SentBatch;
beforeAll(async () => {
  world = await SubsidyWorld.open();
  batch = await world.sent(6);
  const [a, b, c] = batch.references;
  await world.answer(batch.messageId, [word(a!, 'SETTLED'), word(b!, 'REJECTED'), word(c!, 'SETTLED')]);
});
afterAll(() => world.close());

/** What is found after tampering as superuser, with every trigger off; everything is rolled back. */
async function found(sql: string): Promise<string[]> {
  await world.test.admin(`begin`);
  try {
    await world.test.admin(`set local session_replication_role = replica`);
    await world.test.admin(`set local search_path = subsidy, public`);
    await world.test.admin(sql);
    const rows = await world.verification.runOn({
      query: (text, parameters) => world.test.admin(text, [...(parameters ?? [])]),
    });
    return [...new Set(rows.map((row) => row.check))];
  } finally {
    await world.test.admin(`rollback`);
  }
}

const line = (n: number) => `(select id from attempt where line = ${n})`;

const overpaid = (fen: number) =>
  `with made as (
     insert into overpayment (claim_id, instruction_id, attempt_id, programme, county_code, ground, days, fen, paid_on, found_on, found_at, state)
     select i.claim_id, i.id, a.id, i.programme, '340202000000', 'duplicate', i.period, ${fen}, '2026-03-20', '2026-03-20', now(), 'found'
       from instruction i join attempt a on a.instruction_id = i.id where i.state = 'paid' limit 1 returning id)`;
const sharedBy = (fen: number) => `insert into overpayment_share select id, 'county', 2026, ${fen} from made`;

describe('verification', () => {
  it('finds nothing where nothing is wrong', async () => {
    expect(await world.verification.run()).toEqual([]);
    expect(await found('select 1')).toEqual([]);
  });

  it.each([
    [
      'V2',
      'a counter that was edited',
      `update ledger_account set credits_posted = credits_posted + 1 where code like 'paid:%'`,
    ],
    ['V2', 'a transfer that vanished', `delete from transfer where code = 'settled'`],
    ['V3', 'a budget that got more than was released', `delete from indicator where level = 'central'`],
    ['V5', 'a settled line without its money', `update transfer set ref = gen_random_uuid() where code = 'settled'`],
    ['V4', 'an amount raised on a line', `update attempt set amount_fen = amount_fen + 1 where line = 5`],
    ['V4', 'an amount raised on an instruction', `update instruction set amount_fen = amount_fen + 1`],
    ['V5', 'a line called settled by hand', `update attempt set state = 'SETTLED' where line = 5`],
    ['V6', 'money with the bank for nobody', `update attempt set state = 'CANCELLED' where line = 5`],
    ['V6', 'a line forgotten at the bank', `update payment_batch set sent_at = sent_at - interval '30 days'`],
    [
      'V7',
      'a word of the bank about another amount',
      `update bank_status_line set amount_fen = 1 where attempt_id = ${line(1)}`,
    ],
    [
      'V7',
      'a settled line the bank never spoke of',
      `delete from bank_status_line where attempt_id = (select id from attempt where state = 'SETTLED' limit 1)`,
    ],
    ['V8', 'a claim moved without an event', `update claim set state = 'closed' where state = 'paid'`],
    ['V8', 'an event taken out of a history', `delete from claim_event where seq = 3`],
    ['V8', 'an instruction that was made to vanish', `update instruction set state = 'cancelled'`],
    ['V9', 'an account changed after approval', `update payee_account set account_key = '\\x00'`],
    ['V9', 'a name changed after approval', `update attempt set holder_name = '别人' where line = 5`],
    ['V9', 'an approval that never was', `delete from approval where approver = 'finance-2'`],
    ['V9', 'a share that was lowered', `update batch_share set fen = fen - 1 where level = 'county'`],
    ['V9', 'a file with another total', `update bank_file set total_fen = total_fen + 1`],
    [
      'V12',
      'a run that nobody started',
      `insert into payment_calendar (id, programme, division_code, period, due_on)
       values (gen_random_uuid(), 'childcare', '340202000000', '2026Q1', '2026-03-01')`,
    ],
    [
      'V16',
      'a decision without its rules',
      `insert into determination (run_id, programme, version, person_id, year, as_of, outcome, met, unknown, decided_at)
       values (gen_random_uuid(), 'childcare', 'gone', gen_random_uuid(), 2026, '2026-01-01', 'UNKNOWN', 0, 0, now())`,
    ],
    [
      'V18',
      'a payment for a year after the child died',
      `with child as (
         insert into person_fact (person_id, status, division_code, died)
         select gen_random_uuid(), 9, '340202001001', '2025-06-01' returning person_id)
       update beneficiary set person_id = (select person_id from child)
        where id = (select beneficiary_id from instruction where state = 'paid' limit 1)`,
    ],
    ['V21', 'an overpayment that its shares do not add up to', `${overpaid(2)} ${sharedBy(1)}`],
    ['V21', 'more overpaid than was paid', `${overpaid(360_001)} ${sharedBy(360_001)}`],
  ])('%s finds %s', async (check, _, sql) => {
    expect(await found(sql)).toContain(check);
  });
});
