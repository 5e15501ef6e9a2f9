import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Caller } from '@app/access';
import { type Database, inContext, systemContext } from '@app/database';
import { LegacyImportService } from '../../apps/fees/src/legacy-fee/legacy-import.service';
import { FEES_DATABASE } from '../../apps/fees/src/fees.tokens';
import { RefundPaymentService } from '../../apps/fees/src/refund/refund-payment.service';
import { RefundService } from '../../apps/fees/src/refund/refund.service';
import { type CountyWorld, openCountyWorld } from '../support/county-world';
import * as made from '../support/family';
import { GraphClient } from '../support/graph-client';
import { asOfficer } from '../support/officer';

const PAYER = made.citizenNumber('1980-05-05', 22);
const CASE = '旧〔2015〕17';

let world: CountyWorld;
let graph: GraphClient;

beforeAll(async () => {
  world = await openCountyWorld('2026-09-07');
  graph = await GraphClient.open(world);
});
afterAll(async () => {
  await graph?.close();
  await world?.close();
});

const payer: Caller = {
  id: 'payer',
  name: 'payer',
  roles: ['citizen'],
  division: '' as Caller['division'],
  idNumber: PAYER,
};

const done = async <Data>(who: string | Caller, query: string, variables: object = {}): Promise<Data> => {
  const { data, errors } = await graph.ask<Data>(who, query, variables);
  expect(errors).toEqual([]);
  return data;
};
const refused = async (who: string, query: string, variables: object = {}) =>
  (await graph.ask(who, query, variables)).refused;

interface Case {
  readonly id: string;
  readonly closeOut: string;
  readonly mispaid: string;
  readonly ceased: string;
  readonly isInRefundReview: boolean;
  readonly payments: readonly {
    readonly id: string;
    readonly amount: string;
    readonly receiptNo: string;
    readonly error: string | null;
  }[];
  readonly reviews: readonly {
    readonly id: string;
    readonly state: string;
    readonly answerBy: string | null;
    readonly paidBackOn: string | null;
  }[];
}
const SHOWN =
  'id closeOut mispaid ceased isInRefundReview payments { id amount receiptNo error } reviews { id state answerBy paidBackOn }';
const mine = async (): Promise<Case> =>
  (await done<{ myLegacyCases: Case[] }>(payer, `{ myLegacyCases { ${SHOWN} } }`)).myLegacyCases[0]!;
const memo = async () =>
  (
    await done<{ legacyMemo: unknown[] }>(
      'finance-officer-1',
      '{ legacyMemo { levied paid ceased receivable mispaid refundApproved inRefundReview } }',
    )
  ).legacyMemo;
const balance = async (code: string): Promise<bigint> => {
  const [row] = await world.database.admin<{ fen: string }>(
    'select credits_posted - debits_posted as fen from fees.ledger_account where code = $1',
    [code],
  );
  return BigInt(row?.fen ?? 0);
};

it('gives a double legacy payment back: asked by who paid it, verified, decided, paid by the treasury, and owed to nobody twice', async () => {
  const of = { office_code: '340202', case_no: CASE };
  const taken = await world.get(LegacyImportService).import(
    world.file('cases.csv', [
      {
        ...of,
        payer_name: '示例甲',
        id_number: PAYER,
        decided_on: '2015-03-01',
        levied_yuan: '1000',
        paid_yuan: '2000',
      },
    ]),
    world.file('payments.csv', [
      { ...of, amount_yuan: '1000', paid_on: '2015-04-01', receipt_no: 'A1' },
      { ...of, amount_yuan: '1000', paid_on: '2015-05-01', receipt_no: 'A2' },
    ]),
  );
  expect(taken).toMatchObject({ accepted: 1, rejected: 0 });
  await done('archivist', 'mutation { sealLegacyLedgers(officeCode: "340202000000") }');

  // Who paid sees it: closed, nothing owed, and one payment too many.
  const asked = await mine();
  expect(asked).toMatchObject({ closeOut: 'CLOSED_PAID', ceased: '0', mispaid: '100000', isInRefundReview: false });
  const [lawful, twice] = asked.payments;
  expect([lawful, twice]).toMatchObject([
    { receiptNo: 'A1', error: null },
    { receiptNo: 'A2', error: 'TWICE' },
  ]);

  // The archive opens the review and verifies it, within our own ten working days; finance decides.
  const open = `mutation ($c: ID!, $p: ID!) { openLegacyRefund(caseId: $c, paymentId: $p, reason: "本人申请，两次缴纳", foundByUnit: false) }`;
  expect(await refused('archivist', open, { c: asked.id, p: lawful!.id })).toEqual(['LEGACY_PAYMENT_NOT_IN_ERROR']);
  const { openLegacyRefund: id } = await done<{ openLegacyRefund: string }>('archivist', open, {
    c: asked.id,
    p: twice!.id,
  });
  expect(await mine()).toMatchObject({
    isInRefundReview: true,
    reviews: [{ state: 'OPENED', answerBy: '2026-09-20' }],
  });
  const decide = `mutation ($id: ID!) { decideLegacyRefund(id: $id, isApproved: true, decision: "核实无误，同意退还") }`;
  expect(await refused('archivist', decide, { id })).toEqual(['NOT_PERMITTED']);
  await done('archivist', 'mutation ($id: ID!) { verifyLegacyRefund(id: $id) }', { id });
  await done('finance-officer-1', decide, { id });

  // The treasury pays: the receipt is quoted, the account is the payer's own, two officers sign, the bank confirms.
  const { refunds } = await done<{ refunds: { nodes: { id: string }[] } }>(
    'county-confirmer',
    '{ refunds(state: ASKED) { nodes { id kind sourceId amount payerName originalReceiptNo receivedOn } } }',
  );
  const [refund] = refunds.nodes;
  expect(refunds.nodes).toMatchObject([
    {
      kind: 'LEGACY',
      sourceId: twice!.id,
      amount: '100000',
      payerName: '示例甲',
      originalReceiptNo: 'A2',
      receivedOn: '2015-05-01',
    },
  ]);
  const target = { holderName: '示例甲', account: '6222020200112233', bank: '示例银行' };
  const verify =
    'mutation ($id: ID!, $no: String, $to: RefundTarget) { verifyRefund(id: $id, receiptNo: $no, target: $to) { state } }';
  const approve = 'mutation ($id: ID!) { approveRefund(id: $id) { state route } }';
  const of1 = { id: refund!.id };
  expect(await refused('county-confirmer', verify, { ...of1, no: 'A1', to: target })).toEqual([
    'REFUND_RECEIPT_NOT_QUOTED',
  ]);
  expect(
    await refused('county-confirmer', verify, { ...of1, no: 'A2', to: { ...target, holderName: '他人' } }),
  ).toEqual(['REFUND_NOT_TO_THE_PAYER']);
  expect(await refused('finance-officer-2', approve, of1)).toEqual(['REFUND_CANNOT_MOVE']);
  await done('county-confirmer', verify, { ...of1, no: 'A2', to: target });
  expect(await refused('county-confirmer', approve, of1)).toEqual(['NOT_PERMITTED']);
  expect(await done('finance-officer-2', approve, of1)).toEqual({
    approveRefund: { state: 'APPROVED', route: 'treasury-return' },
  });
  await done(
    'finance-officer-2',
    `mutation { setTreasuryAccount(division: "340202000000", purpose: "collecting", from: "2026-01-01", holderName: "示例县财政局",
       account: "11001234567890", bank: "示例银行", document: "财库〔2026〕1号") { purpose } }`,
  );
  const folder = { out: path.join(world.folder, 'treasury'), format: 'pain.001' as const };
  const [file] = await asOfficer('bell', () => world.get(RefundPaymentService).sendDue(folder));
  expect(file).toMatchObject({ kind: 'refund', lineCount: 1, totalFen: 100_000n, state: 'handed' });
  const text = fs.readFileSync(file!.path, 'utf8');
  expect([text.includes('1000.00'), text.includes(target.account), text.includes('示例甲')]).toEqual([
    true,
    true,
    true,
  ]);
  expect((await mine()).reviews).toMatchObject([{ state: 'APPROVED', paidBackOn: null }]);
  world.clock.set('2026-09-10');
  await done(
    'payment-clerk',
    'mutation ($id: ID!) { confirmRefund(id: $id, bankRef: "B-2026-0910-1") { state } }',
    of1,
  );

  // It is back: who paid it sees the day, the ledger has it gone out of the treasury, and nobody owes anything.
  expect((await mine()).reviews).toMatchObject([{ state: 'APPROVED', answerBy: null, paidBackOn: '2026-09-10' }]);
  expect(await done(payer, '{ myRefunds { state amount endedOn } }')).toEqual({
    myRefunds: [{ state: 'CONFIRMED', amount: '100000', endedOn: '2026-09-10' }],
  });
  expect([await balance('restitution:340202000000'), await balance('refunded:340202000000')]).toEqual([
    -100_000n,
    100_000n,
  ]);
  expect(await memo()).toEqual([
    {
      levied: '100000',
      paid: '100000',
      ceased: '0',
      receivable: '0',
      mispaid: '100000',
      refundApproved: '100000',
      inRefundReview: 0,
    },
  ]);
  expect(await refused('archivist', open, { c: asked.id, p: twice!.id })).toEqual(['LEGACY_REVIEW_OPEN']);
  const again = () =>
    world.app.get<Database>(FEES_DATABASE, { strict: false }).write((tx) =>
      world.get(RefundService).open(tx, {
        kind: 'legacy',
        sourceId: twice!.id,
        fen: 1n,
        payerName: '示例甲',
        payerKey: null,
        divisionCode: '340202000000',
        reason: '再退一次',
      }),
    );
  await expect(inContext(systemContext('test', { permission: 'legacy-fee.decide' }), again)).rejects.toMatchObject({
    code: 'REFUND_MORE_THAN_RECEIVED',
  });
});
