import type { Fen } from '@app/kernel';
import { transferId } from '@app/ledger';
import { Vault } from '@app/vault';
import { FiscalReceiptRepository } from '../fiscal-receipt/fiscal-receipt.repository';
import { FiscalReceiptService } from '../fiscal-receipt/fiscal-receipt.service';
import { accountOf } from '../ledger/ledger.rules';
import { ParameterRepository } from '../parameter/parameter.repository';
import { ParameterService } from '../parameter/parameter.service';
import { ACCOUNT, type CollectingCounty, COUNTY, createCollectingCounty } from '../receivable/receivable.fixture';
import { RefundRepository } from './refund.repository';
import { RefundService } from './refund.service';
import type { NewRefund } from './refund.types';

/** A county that collects and gives back, on a real database. */
export interface RefundingCounty extends CollectingCounty {
  readonly vault: Vault;
  readonly parameters: ParameterService;
  readonly fiscalReceipts: FiscalReceiptService;
  readonly refunds: RefundService;
  /** A receipt all of which is to go back; its id. */
  refundable(fen: Fen): Promise<string>;
  openRefund(sourceId: string, fen: Fen, more?: Partial<NewRefund>): Promise<string>;
  /** A receipt that was matched with a receivable of its own; its id. */
  matched(fen: Fen, shares?: readonly { level: string; year: number; fen: Fen }[]): Promise<string>;
}

export const TARGET = { holderName: '张三', account: '6222020200112233', bank: '示例银行' };

/** What gives money back, over a county that is there already. */
export function refundsOf({
  database,
  clock,
  ledger,
  vault,
}: Pick<RefundingCounty, 'database' | 'clock' | 'ledger' | 'vault'>) {
  const parameters = new ParameterService(database, clock, new ParameterRepository());
  const fiscalReceipts = new FiscalReceiptService(database, clock, new FiscalReceiptRepository(), parameters);
  const refunds = new RefundService(database, clock, vault, ledger, new RefundRepository(), parameters, fiscalReceipts);
  return { parameters, fiscalReceipts, refunds };
}

export async function createRefundingCounty(): Promise<RefundingCounty> {
  const county = await createCollectingCounty();
  const { database, clock, ledger } = county;
  const vault = new Vault(Buffer.alloc(32, 5));
  const { parameters, fiscalReceipts, refunds } = refundsOf({ ...county, vault });
  const refundable = async (fen: Fen): Promise<string> => {
    const receiptId = await county.receipt(fen);
    const [from, to] = [accountOf.unmatched(COUNTY, ACCOUNT), accountOf.refundable(COUNTY, receiptId)];
    await database.write(async (tx) => {
      await ledger.open(tx, [to]);
      const id = transferId('refundable', receiptId);
      await ledger.post(tx, [
        { id, debit: from.code, credit: to.code, fen, code: 'refundable', ref: receiptId, at: clock.now() },
      ]);
    });
    return receiptId;
  };
  const matched: RefundingCounty['matched'] = async (fen, shares) => {
    const receivable = await county.open(fen, shares ? { shares } : {});
    const receiptId = await county.receipt(fen);
    await database.write((tx) => county.service.satisfy(tx, receivable, null, receiptId, fen));
    return receiptId;
  };
  const openRefund: RefundingCounty['openRefund'] = (sourceId, fen, more = {}) =>
    database.write((tx) =>
      refunds.open(tx, {
        kind: 'receipt',
        sourceId,
        fen,
        payerName: '张三',
        payerKey: Buffer.alloc(32, 7),
        divisionCode: COUNTY,
        reason: '多缴',
        target: TARGET,
        ...more,
      }),
    );
  return { ...county, vault, parameters, fiscalReceipts, refunds, refundable, matched, openRefund };
}
