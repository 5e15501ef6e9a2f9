import * as fs from 'node:fs';
import * as path from 'node:path';
import { openPaymentFile } from '@app/bankfile';
import { constraintName } from '@app/database';
import { type Fen, Refusal } from '@app/kernel';
import { asOfficer } from '../../../../test/support/officer';
import { COUNTY } from '../receivable/receivable.fixture';
import { createRemittingCounty, type RemittingCounty, type treasuryOf } from './remittance.fixture';
import type { RemittanceRow } from './remittance.types';

let county: RemittingCounty;
beforeEach(async () => void (county = await createRemittingCounty()));
afterEach(() => county.close());

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return 'done';
  } catch (error) {
    return error instanceof Refusal ? error.code : (constraintName(error) ?? String(error));
  }
};
const collected = (level: string, year: number) => county.balance(`collected:${COUNTY}:${level}:${year}`);
const treasury = (level: string, year: number) => county.balance(`treasury:${COUNTY}:${level}:${year}`);
const all = () => county.remittances.list('', { from: null, until: null }, null, 50);
const only = async (): Promise<RemittanceRow> => {
  const rows = await all();
  expect(rows).toHaveLength(1);
  return rows[0]!;
};
const SHARES = [
  { level: 'central', year: 2025, fen: 60n },
  { level: 'county', year: 2025, fen: 25n },
  { level: 'county', year: 2026, fen: 15n },
];
const filesIn = () => fs.readdirSync(county.folder.out).filter((name) => !name.startsWith('.'));

it('drafts what stands, in the funders’ proportions and by the year of their budgets, once a working day', async () => {
  await county.matched(100n, SHARES);
  await county.matched(100n, SHARES);
  expect(await county.remittances.draftDue()).toBe(1);
  expect(await county.remittances.draftDue()).toBe(0);
  const drafted = await only();
  expect(drafted).toMatchObject({ state: 'drafted', day: '2026-04-01', totalFen: 200n, lineCount: 3 });
  const lines = await county.remittances.lines([drafted.id]);
  expect(lines.map(({ level, year, fen, route }) => [level, year, fen, route])).toEqual([
    ['central', 2025, 120n, 'treasury-return'],
    ['county', 2025, 50n, 'treasury-return'],
    ['county', 2026, 30n, 'reduce-expenditure'],
  ]);
  expect([await collected('central', 2025), await treasury('central', 2025)]).toEqual([0n, 0n]);
  await county.matched(100n, SHARES);
  expect(await county.remittances.draftDue()).toBe(0);
  county.clock.set('2026-04-04'); // A Saturday, and a holiday (清明).
  expect(await county.remittances.draftDue()).toBe(0);
  county.clock.set('2026-04-07');
  expect(await county.remittances.draftDue()).toBe(1);
  expect((await all())[0]).toMatchObject({ day: '2026-04-07', totalFen: 100n });
});

it('traces every fen of a line to the share of a receivable and the payment that it came by', async () => {
  const receipts = [
    await county.matched(100n, SHARES),
    await county.matched(37n, [{ level: 'county', year: 2025, fen: 37n }]),
  ];
  await county.remittances.draftDue();
  const lines = await county.remittances.lines([(await only()).id]);
  const parts = await county.remittances.parts(lines.map(({ id }) => id));
  for (const line of lines) {
    const own = parts.filter(({ lineId }) => lineId === line.id);
    expect(own.reduce((sum, { fen }) => sum + fen, 0n)).toBe(line.fen);
  }
  const byReceipt = (receipt: string): Fen =>
    parts.filter(({ bankReceiptId }) => bankReceiptId === receipt).reduce((sum, { fen }) => sum + fen, 0n);
  expect(receipts.map(byReceipt)).toEqual([100n, 37n]);
  expect(parts.every(({ fen, shareFen, matterId }) => fen === shareFen && matterId !== null)).toBe(true);
});

it('goes when one officer has prepared it and another approved its exact content, and is posted when the treasury has it', async () => {
  await county.accounts('central', 'county');
  await county.matched(100n, SHARES);
  const { id, contentHash } = await asOfficer('bank-1', () => county.remittances.draft(COUNTY));
  const approve = (actor: string, hash = contentHash, at?: Date) =>
    asOfficer(actor, () => county.remittances.approve(id, actor, hash, at));
  expect(await codeOf(approve('finance-1'))).toBe('REMITTANCE_CANNOT_MOVE');
  await asOfficer('bank-1', () => county.remittances.prepare(id, 'bank-1'));
  expect(await codeOf(approve('bank-1'))).toBe('REMITTANCE_NEEDS_SECOND_OFFICER');
  expect(await codeOf(approve('finance-1', '00'))).toBe('REMITTANCE_CHANGED_SINCE_SEEN');
  const stale = new Date(county.clock.now().getTime() - 301_000);
  expect(await codeOf(approve('finance-1', contentHash, stale))).toBe('remittance_approval_is_stepped_up');
  const forged = asOfficer('bank-1', () => county.remittances.approve(id, 'finance-1', contentHash));
  expect(await codeOf(forged)).toBe('remittance_is_signed_by_who_acts');
  await approve('finance-1');
  const file = await county.remittanceFiles.send(id);
  expect(await only()).toMatchObject({ state: 'handed', fileId: file.id });
  expect(await county.remittances.confirm(id, '国库回单1', 'system')).toMatchObject({ state: 'confirmed' });
  expect([await collected('county', 2025), await treasury('county', 2025), await treasury('central', 2025)]).toEqual([
    0n,
    25n,
    60n,
  ]);
  expect(await codeOf(county.remittances.fail(id, '重复', 'system'))).toBe('REMITTANCE_CANNOT_MOVE');
});

it.each(['pain.001', 'csv'] as const)(
  'is handed over as a %s file that the bank can read, to each treasury’s account',
  async (format) => {
    await county.close();
    county = await createRemittingCounty(format);
    await county.accounts('central', 'county');
    await county.matched(100n, SHARES);
    await county.remittances.draftDue();
    const { id } = await only();
    await county.sign(id);
    const { path: at, name } = await county.remittanceFiles.send(id);
    expect(filesIn()).toEqual([name]);
    const file = await openPaymentFile(at);
    const lines = [];
    for await (const line of file.transfers()) lines.push([line.payeeAccount, line.amountFen, line.endToEndId]);
    const reference = `R${id.replaceAll('-', '')}`;
    expect(lines).toEqual([
      ['A-central', 60n, `${reference}01`],
      ['A-county', 25n, `${reference}02`],
      ['A-county', 15n, `${reference}03`],
    ]);
    expect(file.head).toMatchObject({ debtorAccount: 'A-collecting', count: 3, totalFen: 100n });
  },
);

it('waits where a treasury’s account is not on record', async () => {
  await county.accounts('central');
  await county.matched(100n, SHARES);
  await county.remittances.draftDue();
  const { id } = await only();
  await county.sign(id);
  expect(await codeOf(county.remittanceFiles.send(id))).toBe('TREASURY_ACCOUNT_MISSING');
  expect(await only()).toMatchObject({ state: 'approved' });
});

it.each([
  ['cancelled', async (id: string) => county.remittances.cancel(id, '金额有误', 'system')],
  [
    'failed',
    async (id: string) => {
      await county.sign(id);
      await county.remittanceFiles.send(id);
      return county.remittances.fail(id, '账号有误', 'system');
    },
  ],
])('that is %s leaves the money standing, and the next draft remits the same fen', async (state, end) => {
  await county.accounts('central', 'county');
  await county.matched(100n, SHARES);
  await county.remittances.draftDue();
  const { id } = await only();
  expect(await end(id)).toMatchObject({ state });
  expect(await collected('central', 2025)).toBe(60n);
  expect(await county.remittances.draftDue()).toBe(1);
  const again = (await all()).find((row) => row.state === 'drafted')!;
  await county.sign(again.id);
  await county.remittanceFiles.send(again.id);
  await county.remittances.confirm(again.id, '国库回单2', 'system');
  expect([await collected('central', 2025), await treasury('central', 2025)]).toEqual([0n, 60n]);
});

it('remits no fen twice when several draft together', async () => {
  await county.matched(100n, SHARES);
  await Promise.all(Array.from({ length: 6 }, () => county.remittances.draftDue()));
  expect(await only()).toMatchObject({ totalFen: 100n });
});

it('remits nothing of what a later decision gave back', async () => {
  const receivable = await county.open(100n, { shares: SHARES });
  const receipt = await county.receipt(100n);
  await county.database.write((tx) => county.service.satisfy(tx, receivable, null, receipt, 100n));
  await county.database.write((tx) => county.service.cut(tx, receivable, 40n, 'decision-changed', '复议变更'));
  await county.remittances.draftDue();
  const row = await only();
  expect(row.totalFen).toBe(60n);
  const lines = await county.remittances.lines([row.id]);
  const parts = await county.remittances.parts(lines.map(({ id }) => id));
  expect(parts.reduce((sum, { fen }) => sum + fen, 0n)).toBe(60n);
});

/** The services as a process with this failpoint would load them. */
function withFailpoint(failpoint: string): ReturnType<typeof treasuryOf> {
  let built: ReturnType<typeof treasuryOf> | undefined;
  process.env.YANGYU_FAILPOINT = failpoint;
  jest.isolateModules(() => {
    const isolated =
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- only require() can be isolated
      require('./remittance.fixture') as typeof import('./remittance.fixture');
    built = isolated.treasuryOf(county, county.folder);
  });
  delete process.env.YANGYU_FAILPOINT;
  return built!;
}

it.each([
  'remittance.reserved',
  'remittance.drafted',
  'remittance.prepared',
  'remittance.approved',
  'treasury-file.written',
  'treasury-file.committing',
  'treasury-file.committed',
  'treasury-file.handed',
  'treasury-file.noted',
  'remittance.confirmed',
])('dies at %s and goes on: one file, every fen once', async (failpoint) => {
  await county.accounts('central', 'county');
  await county.matched(100n, SHARES);
  const dying = withFailpoint(`${failpoint}:1:throw`);
  const story = async (by: ReturnType<typeof treasuryOf>) => {
    await by.remittances.draftDue();
    const row = await only();
    const { id, contentHash } = row;
    if (row.state === 'drafted') await asOfficer('bank-1', () => by.remittances.prepare(id, 'bank-1'));
    if (['drafted', 'prepared'].includes(row.state))
      await asOfficer('finance-1', () => by.remittances.approve(id, 'finance-1', contentHash));
    for (const waiting of await by.remittanceFiles.waiting()) await by.remittanceFiles.send(waiting);
    if ((await only()).state === 'handed') await by.remittances.confirm(id, '国库回单', 'system');
  };
  await expect(story(dying)).rejects.toThrow(`failpoint ${failpoint}`);
  await story(county);
  expect(await only()).toMatchObject({ state: 'confirmed', totalFen: 100n });
  expect(filesIn()).toHaveLength(1);
  expect([await collected('central', 2025), await treasury('central', 2025), await treasury('county', 2026)]).toEqual([
    0n,
    60n,
    15n,
  ]);
  const left = fs.readdirSync(path.join(county.folder.out, '.being-written')).filter((name) => name.endsWith('.xml'));
  expect(left).toEqual([]);
});

it.each([
  ['a line raised', 'update remittance_line set fen = fen + 1', '42501'],
  ['a part moved', 'update remittance_part set fen = 1', '42501'],
  ['the total', 'update remittance set total_fen = 1', '42501'],
  ['the content hash', `update remittance set content_hash = sha256('x')`, '42501'],
  ['a state past the officers', `update remittance set state = 'approved'`, 'remittance_moves'],
  [
    'a confirmation that the ledger does not know',
    `update remittance set state = 'cancelled', ended_by = 'system', ended_on = '2026-04-01', end_note = 'xx'`,
    'remittance_ends_as_the_ledger_says',
  ],
  [
    'a fen remitted by hand a second time',
    `insert into remittance (id, county_code, day, state, line_count, total_fen, content_hash, drafted_at)
     select '00000000-0000-4000-8000-00000000000a', county_code, day + 1, 'drafted', 1, total_fen, content_hash, now() from remittance;
     insert into remittance_line (id, remittance_id, line, level, year, fen, route, transfer_id)
     select '00000000-0000-4000-8000-00000000000b', '00000000-0000-4000-8000-00000000000a', 1, level, year, fen, route,
            (select t.id from transfer t where t.kind = 'single' limit 1) from remittance_line where line = 1;
     insert into remittance_part select '00000000-0000-4000-8000-00000000000b', step_id, level, year, fen from remittance_part where level = 'central'`,
    'remittance_part_is_remitted_once',
  ],
  ['its deletion', 'delete from remittance', '42501'],
])('cannot have %s by the app’s own role', async (_, sql, refused) => {
  await county.matched(100n, SHARES);
  await county.remittances.draftDue();
  const how = await county.database
    .write(async (tx) => {
      for (const one of sql.split(';\n')) await tx.query(one);
    })
    .then(
      () => ['done'],
      (error: { driverError: { code: string; constraint?: string } }) => [
        error.driverError.code,
        error.driverError.constraint,
      ],
    );
  expect(how).toContain(refused);
});

it('exports the lines of a span of days as CSV, and an empty span as its head', async () => {
  await county.matched(100n, SHARES);
  await county.remittances.draftDue();
  const csv = await county.remittances.export('34', { from: null, until: null });
  expect(csv.split('\r\n').slice(0, 2)).toEqual([
    'day,county_code,state,line,level,year,route,amount_yuan,remittance',
    expect.stringMatching(/^2026-04-01,340202000000,drafted,1,central,2025,treasury-return,0\.60,/),
  ]);
  const none = await county.remittances.export('99', { from: null, until: null });
  expect(none.trim().split('\n')).toHaveLength(1);
});

it('pays approved refunds in one file of their county, each to the account that was approved, and no refund twice', async () => {
  await county.accounts();
  const ids: string[] = [];
  for (const fen of [100n, 250n]) {
    const id = await county.openRefund(await county.refundable(fen), fen);
    await asOfficer('unit-1', () => county.refunds.verify(id, { quotedReceiptNo: null, target: null }, 'unit-1'));
    await asOfficer('finance-1', () => county.refunds.approve(id, 'finance-1'));
    ids.push(id);
  }
  for (const failpoint of ['treasury-file.written', 'refund.handed', 'treasury-file.committed', 'treasury-file.handed'])
    await expect(withFailpoint(`${failpoint}:1:throw`).refundPayments.sendDue()).rejects.toThrow(
      `failpoint ${failpoint}`,
    );
  expect(await county.refundPayments.sendDue()).toHaveLength(1);
  expect(await county.refundPayments.sendDue()).toEqual([]);
  expect(filesIn()).toHaveLength(1);
  const file = await openPaymentFile(path.join(county.folder.out, filesIn()[0]!));
  const lines = [];
  for await (const line of file.transfers()) lines.push([line.payeeName, line.payeeAccount, line.amountFen]);
  expect(lines.sort((a, b) => Number((a[2] as Fen) - (b[2] as Fen)))).toEqual([
    ['张三', '6222020200112233', 100n],
    ['张三', '6222020200112233', 250n],
  ]);
  for (const id of ids) expect(await county.refunds.confirm(id, 'B')).toMatchObject({ state: 'confirmed', tries: 1 });
  expect(await county.balance(`refunded:${COUNTY}`)).toBe(350n);
});
