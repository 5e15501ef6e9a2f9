import { randomUUID } from 'node:crypto';
import { auditRecorder } from '@app/audit';
import type { Database, Tx } from '@app/database';
import { Outbox } from '@app/jobs';
import type { Fen } from '@app/kernel';
import { Ledger, transferId } from '@app/ledger';
import { createTestDatabase, TestClock, type TestDatabase } from '@app/testing';
import { explainConstraint } from '../fees.errors';
import { accountOf } from '../ledger/ledger.rules';
import { PaymentRequestRepository } from '../payment-request/payment-request.repository';
import { PaymentRequestService } from '../payment-request/payment-request.service';
import { ReceivableRepository } from './receivable.repository';
import { ReceivableService } from './receivable.service';
import type { NewReceivable } from './receivable.types';

export const COUNTY = '340202000000';
export const ACCOUNT = 'a1';

/** A county that collects, on a real database. */
export interface CollectingCounty {
  readonly world: TestDatabase;
  readonly database: Database;
  readonly clock: TestClock;
  readonly ledger: Ledger;
  readonly service: ReceivableService;
  readonly requests: PaymentRequestService;
  open(fen: Fen, more?: Partial<NewReceivable>): Promise<string>;
  /** A receipt as the bank tells of it: in the ledger, matched with nothing. */
  receipt(fen: Fen): Promise<string>;
  balance(code: string): Promise<Fen>;
}

export async function createCollectingCounty(): Promise<CollectingCounty> {
  const world = await createTestDatabase();
  const database = await world.open('fees', { recorder: auditRecorder('fees'), explain: explainConstraint });
  const clock = new TestClock('2026-04-01');
  const ledger = new Ledger();
  const requests = new PaymentRequestService(clock, new PaymentRequestRepository());
  const service = new ReceivableService(clock, new Outbox('fees'), ledger, new ReceivableRepository(), requests);
  return {
    world,
    database,
    clock,
    ledger,
    service,
    requests,
    open: (fen, more = {}) => database.write((tx) => service.open(tx, newReceivable(fen, more))),
    receipt: (fen) => database.write((tx) => receive(tx, ledger, fen, clock.now())),
    balance: (code) => database.read(async (read) => (await ledger.balance(read, code))?.available ?? 0n),
  };
}

export const newReceivable = (fen: Fen, more: Partial<NewReceivable> = {}): NewReceivable => ({
  matterId: randomUUID(),
  divisionCode: COUNTY,
  programme: 'childcare',
  debtor: { name: '张三', key: Buffer.alloc(32, 7) },
  fen,
  shares: [{ level: 'county', year: 2025, fen }],
  ...more,
});

async function receive(tx: Tx, ledger: Ledger, fen: Fen, at: Date): Promise<string> {
  const id = randomUUID();
  const [bank, unmatched] = [accountOf.bank(COUNTY, ACCOUNT), accountOf.unmatched(COUNTY, ACCOUNT)];
  await ledger.open(tx, [bank, unmatched]);
  const posting = { id: transferId('bank', id), debit: bank.code, credit: unmatched.code, fen, code: 'received' };
  await ledger.post(tx, [{ ...posting, ref: id, at }]);
  return id;
}
