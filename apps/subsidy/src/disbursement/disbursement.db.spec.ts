import * as fs from 'node:fs';
import * as path from 'node:path';
import { readPaymentFile } from '@app/bankfile';
import type { Refusal } from '@app/kernel';
import { asOfficer } from '../../../../test/support/officer';
import { refusalOf, SubsidyWorld, COUNTY } from '../../../../test/support/subsidy-world';
import { BATCH_MOVES } from './batch.state';

let world: SubsidyWorld;

/** A database for each test of the group; whatever a test did, every invariant must still hold. */
function inAFreshWorld(): void {
  beforeEach(async () => void (world = await SubsidyWorld.open()));
  afterEach(async () => {
    expect(await world.verification.run()).toEqual([]);
    await world.close();
  });
}

const claimStates = () => world.rows('select state, count(*)::integer as n from claim group by 1 order by 1');

describe('the states of a batch', () => {
  inAFreshWorld();

  it('move as the table says, and PostgreSQL has the same table', async () => {
    const rows = await world.rows<{ from_state: string; to_state: string }>('select * from batch_state_move');
    const inDatabase = rows.map((row) => `${row.from_state} -> ${row.to_state}`).sort();
    expect(inDatabase).toEqual(
      Object.entries(BATCH_MOVES)
        .flatMap(([from, tos]) => tos.map((to) => `${from} -> ${to}`))
        .sort(),
    );
  });
});

describe('preparing a batch', () => {
  inAFreshWorld();

  it('pays every confirmed claim of the county once, and each level bears its share to the fen', async () => {
    await world.claims({ count: 3, amountFen: 120_001n });
    await world.fund(3);
    const prepared = await world.prepare();
    expect(prepared).toMatchObject({ lines: 3, totalFen: 360_003n, held: { accountMissing: 0, paidElsewhere: 0 } });
    expect(prepared.shares).toEqual([
      { level: 'central', fen: 324_002n },
      { level: 'province', fen: 21_600n },
      { level: 'county', fen: 14_401n },
    ]);
    expect(await claimStates()).toEqual([{ state: 'paying', n: 3 }]);
    const budget = await world.database.read((read) =>
      world.ledger.balance(read, `budget:childcare:${COUNTY}:2026:county`),
    );
    expect(budget).toMatchObject({ debitsPending: 14_401n, available: 43_200n - 14_401n });
  });

  it('finds nothing to pay a second time', async () => {
    await world.claims({ count: 2 });
    await world.fund(5);
    await world.prepare();
    expect(await world.prepare()).toMatchObject({ batchId: null, lines: 0 });
  });

  it('refuses more than was released, says what is missing at each level and how to release it, and changes nothing', async () => {
    await world.claims({ count: 4 });
    await world.fund(3);
    const refusal = await refusalOf(world.prepare());
    expect(refusal.code).toBe('FUNDS_NOT_RELEASED');
    expect(refusal.facts).toMatchObject({ centralNeededFen: '1296000', centralAvailableFen: '972000' });
    expect(refusal.sentence.en).toContain(
      'yangyu release --programme childcare --division 340202000000 --year 2026 --level central --yuan 3240.00',
    );
    expect(await claimStates()).toEqual([{ state: 'confirmed', n: 4 }]);
    expect(await world.rows('select from payment_batch')).toEqual([]);
  });

  it('holds a claim whose account has ended and pays the others; a corrected account takes its place', async () => {
    const { accounts } = await world.claims({ count: 3 });
    await world.fund(3);
    await world.test.admin('update subsidy.payee_account set ended_at = now() where id = any($1)', [
      accounts.slice(0, 2),
    ]);
    const corrected = await world.account(1, 1);
    const prepared = await world.prepare();
    expect(prepared).toMatchObject({ lines: 2, held: { accountMissing: 1, paidElsewhere: 0 } });
    expect(await world.rows('select reason, state from review_case')).toEqual([
      { reason: 'ACCOUNT_MISSING', state: 'open' },
    ]);
    expect(await world.rows('select payee_account_id as id from attempt order by line')).toContainEqual({
      id: corrected,
    });
  });

  it('points at lines whose account is new', async () => {
    const { claims } = await world.claims({ count: 3 });
    await world.fund(3);
    const changed = await world.account(2, 99, '2026-03-18T00:00:00Z');
    await world.test.admin('update subsidy.claim set payee_account_id = $1 where id = $2', [changed, claims[2]]);
    const { batchId, attention } = await world.prepare();
    expect(attention).toBe(1);
    expect((await world.disbursement.summary(batchId!)).attention).toMatchObject([{ reason: 'ACCOUNT_CHANGED' }]);
  });

  it('takes a county or less', async () => {
    expect((await refusalOf(world.prepare('340200000000'))).code).toBe('PAYMENT_DIVISION_TOO_WIDE');
  });
});

describe('one child, one payment', () => {
  inAFreshWorld();

  it('pays 2,000 children once that two divisions claim at the same time, and gives every loser a case (T15)', async () => {
    // Two records of each child, found to be one: the first net, on claims, sees two different ids.
    const [here, there] = ['340202001001', '340203001001'];
    const mine = await world.claims({ count: 2_000, division: here });
    const theirs = await world.claims({ count: 2_000, division: there });
    await world.test.admin(
      `update subsidy.beneficiary b set merged_into = m.keep from unnest($1::uuid[], $2::uuid[]) m (lost, keep) where b.id = m.lost`,
      [theirs.beneficiaries, mine.beneficiaries],
    );
    await world.fund(2_000);
    await world.fund(2_000, '示例财〔2026〕2号', '340203000000' as typeof COUNTY);
    const [first, second] = await Promise.all([world.prepare(COUNTY), world.prepare('340203000000')]);

    expect(first.lines + second.lines).toBe(2_000);
    expect(first.held.paidElsewhere + second.held.paidElsewhere).toBe(2_000);
    expect(await claimStates()).toEqual([
      { state: 'held', n: 2_000 },
      { state: 'paying', n: 2_000 },
    ]);
    const [paid] = await world.rows(
      'select count(*)::integer as n, count(distinct beneficiary_id)::integer as children from instruction',
    );
    expect(paid).toEqual({ n: 2_000, children: 2_000 });
    const cases = await world.rows(
      `select r.reason, count(*)::integer as n, count(distinct r.claim_id)::integer as claims from review_case r
         join claim c on c.id = r.claim_id and c.state = 'held' where r.state = 'open' group by 1`,
    );
    expect(cases).toEqual([{ reason: 'PAID_ELSEWHERE', n: 2_000, claims: 2_000 }]);
  });

  it('cannot pay overlapping days twice, even by hand in SQL', async () => {
    const { beneficiaries } = await world.claims({ count: 1 });
    const other = await world.claims({ count: 1, year: 2027, beneficiaries, division: '340202002001' });
    await world.fund(1);
    await world.prepare('340202001001');
    const insert = world.test.admin(
      `insert into subsidy.instruction (id, claim_id, beneficiary_id, programme, claim_year, period, amount_fen, state, made_at)
       values (gen_random_uuid(), $1, $2, 'childcare', 2027, '[2026-12-31,2028-01-01)', 360000, 'due', now())`,
      [other.claims[0], beneficiaries[0]],
    );
    await expect(insert).rejects.toMatchObject({ constraint: 'instruction_pays_a_day_once' });
  });
});

describe('the budget', () => {
  inAFreshWorld();

  it('is never overspent: of 200 runs at once for a budget of 150, exactly 150 are prepared (T17)', async () => {
    await world.fund(150);
    const villages = Array.from({ length: 200 }, (_, i) => `3402020${String(i + 10_000).slice(1)}1`.padEnd(12, '0'));
    await world.claims({ count: 200, division: villages });
    const results = await Promise.allSettled(villages.map((division) => world.prepare(division)));
    const refused = results.flatMap((result) =>
      result.status === 'rejected' ? [(result.reason as Refusal).code] : [],
    );
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(150);
    expect(new Set(refused)).toEqual(new Set(['FUNDS_NOT_RELEASED']));
    const left = await world.database.read((read) => world.ledger.balances(read, { prefix: 'budget:' }));
    expect(left.map((balance) => balance.available)).toEqual(left.map(() => 0n));
  });
});

describe('four eyes (T22)', () => {
  inAFreshWorld();

  let batchId: string;
  beforeEach(async () => {
    await world.claims({ count: 2 });
    await world.fund(2);
    batchId = (await world.prepare()).batchId!;
  });

  it('needs two officers who did not prepare the batch', async () => {
    expect((await refusalOf(world.approveAs('clerk', batchId))).code).toBe('APPROVER_IS_MAKER');
    expect(await world.approveAs('finance-1', batchId)).toMatchObject({ state: 'prepared', approvals: 1 });
    expect((await refusalOf(world.approveAs('finance-1', batchId))).code).toBe('BATCH_NEEDS_ANOTHER_APPROVER');
    expect((await refusalOf(world.send(batchId))).code).toBe('BATCH_WRONG_STATE');
    expect(await world.approveAs('finance-2', batchId)).toMatchObject({ state: 'approved', approvals: 2 });
  });

  it('serves two officers pressing the button together one after the other', async () => {
    const approved = await Promise.all(['finance-1', 'finance-2'].map((actor) => world.approveAs(actor, batchId)));
    expect(approved.map((one) => one.approvals).sort()).toEqual([1, 2]);
  });

  it('approves what was looked at and nothing else', async () => {
    const { contentHash } = await world.disbursement.summary(batchId);
    expect((await refusalOf(world.approveAs('finance-1', batchId, '00'))).code).toBe('BATCH_CHANGED_SINCE_SEEN');
    await world.approveAs('finance-1', batchId, contentHash);
  });

  it('does not accept an approval once the batch has moved on', async () => {
    await world.approve(batchId);
    expect((await refusalOf(world.approveAs('finance-3', batchId))).code).toBe('BATCH_WRONG_STATE');
  });
});

describe('after one officer approved', () => {
  let approved: SubsidyWorld;
  beforeAll(async () => {
    approved = await SubsidyWorld.open();
    await approved.claims({ count: 2 });
    await approved.fund(2);
    await approved.approveAs('finance-1', (await approved.prepare()).batchId!);
  });
  afterAll(async () => {
    expect(await approved.verification.run()).toEqual([]);
    await approved.close();
  });

  it.each([
    ['an amount', `update attempt set amount_fen = amount_fen + 1 where line = 1`],
    ['a name', `update attempt set holder_name = '别人' where line = 1`],
    [
      'an account',
      `update attempt set payee_account_id = (select payee_account_id from attempt where line = 2) where line = 1`,
    ],
    [
      'a further line',
      `insert into attempt (id, instruction_id, batch_id, line, no, payee_account_id, holder_name, amount_fen, state)
       select gen_random_uuid(), instruction_id, batch_id, 99, 2, payee_account_id, holder_name, amount_fen, 'CANCELLED' from attempt where line = 1`,
    ],
  ])('refuses to change %s after one officer approved, by hand in SQL as the app', async (_, sql) => {
    await expect(approved.database.write((tx) => tx.query(sql))).rejects.toMatchObject({
      driverError: { constraint: 'approval_is_of_this_content' },
    });
  });

  it.each([
    ['take an approval back', 'delete from approval', '42501'],
    ['edit the hash', `update payment_batch set content_hash = ''`, '42501'],
    ['delete a line', 'delete from attempt', '42501'],
    [
      'approve its own batch',
      `insert into approval select id, maker, content_hash, maker, now(), now() from payment_batch`,
      '23514',
    ],
    ['skip the second officer', `update payment_batch set state = 'approved'`, '23514'],
    ['send without approvals', `update payment_batch set state = 'sent'`, '23514'],
    ['rewrite the ledger', 'update transfer set fen = 1', '42501'],
    ['fill an account', 'update ledger_account set credits_posted = 1000000', '42501'],
  ])('does not let the app %s by hand in SQL', async (_, sql, code) => {
    const byMaker = asOfficer('clerk', () => approved.database.write((tx) => tx.query(sql)));
    await expect(byMaker).rejects.toMatchObject({ driverError: { code } });
  });
});

describe('whose data goes to the bank', () => {
  inAFreshWorld();

  it('is on record before the first byte is on a disk', async () => {
    const { accounts } = await world.claims({ count: 3 });
    await world.fund(3);
    const { batchId } = await world.prepare();
    await world.approve(batchId!);
    const folder = path.join(world.folder, 'a-file');
    fs.writeFileSync(folder, '');
    await expect(world.files.send({ batchId: batchId!, folder, format: 'csv' })).rejects.toThrow();
    const lines = await world.test.admin<{ subjects: string[] }>(
      `select subjects from subsidy.audit_entry where kind = 'read' and subject_type = 'payee_account'`,
    );
    expect(lines.map(({ subjects }) => subjects)).toEqual([[...accounts].sort()]);
  });
});

describe('cancelling', () => {
  inAFreshWorld();

  it('frees the money and lets the claims be prepared again', async () => {
    await world.claims({ count: 2 });
    await world.fund(2);
    const first = await world.prepare();
    await world.approve(first.batchId!);
    await world.disbursement.cancel(first.batchId!, 'finance-1', 'wrong quarter');
    expect(await claimStates()).toEqual([{ state: 'confirmed', n: 2 }]);
    expect(await world.prepare()).toMatchObject({ lines: 2 });
  });

  it('is too late once the file was made', async () => {
    const { batchId } = await world.sent(1);
    expect((await refusalOf(world.disbursement.cancel(batchId, 'finance-1', 'oops'))).code).toBe('BATCH_ALREADY_SENT');
  });
});

describe('sending', () => {
  inAFreshWorld();

  it('writes what was approved, with the numbers opened, and moves the money out of the budgets', async () => {
    const { batchId, references } = await world.sent(3);
    const [file] = await world.rows<{ path: string; state: string }>('select path, state from bank_file');
    expect(file!.state).toBe('handed');
    const { head, transfers } = await readPaymentFile(fs.createReadStream(file!.path));
    expect(head).toMatchObject({ count: 3, totalFen: 1_080_000n, messageId: `YY${batchId.replaceAll('-', '')}` });
    expect(transfers.map((transfer) => transfer.payeeAccount).sort()).toEqual([
      '0062000000000000',
      '0062000000000001',
      '0062000000000002',
    ]);
    expect(references.every((reference) => reference.length <= 35)).toBe(true);
    const paying = await world.database.read((read) => world.ledger.balance(read, `paying:${batchId}`));
    expect(paying!.available).toBe(1_080_000n);
  });

  it('again hands over nothing new', async () => {
    const { batchId } = await world.sent(2);
    const before = fs.readdirSync(world.folder);
    const again = await world.send(batchId);
    expect(fs.readdirSync(world.folder)).toEqual(before);
    expect(again.sha256).toHaveLength(64);
  });

  it('after a crash between commit and hand-over sends the same bytes under the same name', async () => {
    const { batchId } = await world.sent(2);
    const [before] = await world.rows<{ path: string }>('select path from bank_file');
    const bytes = fs.readFileSync(before!.path);
    fs.unlinkSync(before!.path);
    await world.test.admin(`update subsidy.bank_file set state = 'written', sent_at = null`);
    world.clock.set('2026-03-24');
    const again = await world.send(batchId);
    expect(again.path).toBe(before!.path);
    expect(fs.readFileSync(again.path).equals(bytes)).toBe(true);
  });

  it('carries the approved account or is refused when the account behind a line was changed (T23)', async () => {
    const { accounts } = await world.claims({ count: 2 });
    await world.fund(2);
    const { batchId } = await world.prepare();
    await world.approve(batchId!);
    const [key] = await world.rows<{ key: Buffer }>('select account_key as key from payee_account where id = $1', [
      accounts[0],
    ]);
    const tamper = (value: Buffer) =>
      world.test.admin('update subsidy.payee_account set account_key = $1 where id = $2', [value, accounts[0]]);
    await tamper(Buffer.alloc(32));
    expect((await refusalOf(world.send(batchId!))).code).toBe('BATCH_CONTENT_CHANGED');
    await tamper(key!.key);
    await world.send(batchId!);
  });

  it('refuses sealed numbers that were moved from another row', async () => {
    const { accounts } = await world.claims({ count: 2 });
    await world.fund(2);
    const { batchId } = await world.prepare();
    await world.approve(batchId!);
    await world.test.admin(
      `update subsidy.payee_account set account_sealed = (select account_sealed from subsidy.payee_account where id = $1) where id = $2`,
      accounts,
    );
    await expect(world.send(batchId!)).rejects.toThrow();
    expect(fs.readdirSync(world.folder).filter((name) => !name.startsWith('.'))).toEqual([]);
    expect(fs.readdirSync(path.join(world.folder, '.being-written')).filter((name) => !name.endsWith('.part'))).toEqual(
      [],
    );
  });
});
