import { randomUUID } from 'node:crypto';
import type { Database, Tx } from '@app/database';
import { countyOf, type DivisionCode } from '@app/kernel';
import { Ledger, transferId } from '@app/ledger';
import { accountOf } from '../../apps/fees/src/ledger/ledger.rules';
import { FEES_DATABASE } from '../../apps/fees/src/fees.tokens';
import { PaymentRequestService } from '../../apps/fees/src/payment-request/payment-request.service';
import { ReceivableService } from '../../apps/fees/src/receivable/receivable.service';
import type { CountyWorld } from './county-world';
import { asOfficer } from './officer';

/** What somebody owes, as it lies in the fees app: with a request that is open, and one that was paid. */
export interface PlantedReceivable {
  readonly receivableId: string;
  readonly requestId: string;
  /** The account that the county's shares of it are collected on. */
  readonly collected: string;
}

const NOTE = '复议决定改变原决定';
const YUAN = 100n;

/** A receivable of a county and a debtor that went through every kind of step there is. */
export function plantReceivable(
  world: Pick<CountyWorld, 'app' | 'clock' | 'get'>,
  debtor: { readonly division: string; readonly ownKey: Buffer | null },
): Promise<PlantedReceivable> {
  const county = countyOf(debtor.division as DivisionCode);
  const database = world.app.get<Database>(FEES_DATABASE, { strict: false });
  const [receivables, requests] = [world.get(ReceivableService), world.get(PaymentRequestService)];
  return asOfficer('planted', () =>
    database.write(async (tx) => {
      const receivableId = await receivables.open(tx, {
        matterId: randomUUID(),
        divisionCode: county,
        programme: 'YEB',
        debtor: { name: '示例', key: debtor.ownKey },
        fen: 1_000n * YUAN,
        shares: [
          { level: 'central', year: 2025, fen: 600n * YUAN },
          { level: 'county', year: 2025, fen: 400n * YUAN },
        ],
      });
      const ask = (fen: bigint) =>
        requests.request(tx, { receivableId, fen, dueOn: '2026-06-01' as never, instalmentId: null });
      const first = await ask(500n * YUAN);
      await ask(400n * YUAN);
      const receiptId = await receive(tx, world, county, 500n * YUAN);
      await receivables.satisfy(tx, receivableId, first.id, receiptId, 500n * YUAN);
      await receivables.cut(tx, receivableId, 600n * YUAN, 'decision-changed', NOTE);
      const open = await receivables.open(tx, {
        matterId: randomUUID(),
        divisionCode: county,
        programme: 'YEB',
        debtor: { name: '示例', key: debtor.ownKey },
        fen: 300n * YUAN,
        shares: [{ level: 'county', year: 2026, fen: 300n * YUAN }],
      });
      const { id: requestId } = await requests.request(tx, {
        receivableId: open,
        fen: 300n * YUAN,
        dueOn: null,
        instalmentId: null,
      });
      return { receivableId, requestId, collected: accountOf.collected(county, 'county', 2025).code };
    }),
  );
}

/** Money that came in on a county's account, as the bank told of it. */
async function receive(
  tx: Tx,
  world: Pick<CountyWorld, 'clock' | 'get'>,
  county: string,
  fen: bigint,
): Promise<string> {
  const ledger = world.get(Ledger);
  const [id, bank, unmatched] = [randomUUID(), accountOf.bank(county, 'a1'), accountOf.unmatched(county, 'a1')];
  await ledger.open(tx, [bank, unmatched]);
  const posting = { id: transferId('bank', id), debit: bank.code, credit: unmatched.code, fen, code: 'received' };
  await ledger.post(tx, [{ ...posting, ref: id, at: world.clock.now() }]);
  return id;
}

/** Where a county's debtors pay to, everywhere from the beginning of the law. */
export async function plantPaymentAccount(world: Pick<CountyWorld, 'database'>): Promise<void> {
  await world.database.admin(
    `insert into fees.parameter (name, valid, value, unit, source, status)
     select name, '[2021-08-20,)', value, 'text', 'test', 'assumed'
       from (values ('payment-request.account-name', '示例县财政局非税收入专户'), ('payment-request.account-bank', '示例银行示例支行'),
                    ('payment-request.account-number', '0000 0000 0000 0000')) p (name, value)
      where not exists (select from fees.parameter f where f.name = p.name)`,
  );
}
