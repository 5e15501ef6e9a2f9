import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { type Day, day } from '@app/kernel';
import { asOfficer } from '../../../../test/support/officer';
import { COUNTY } from '../receivable/receivable.fixture';
import { createRefundingCounty, type RefundingCounty } from '../refund/refund.fixture';
import { RefundPaymentService } from '../refund/refund-payment.service';
import { RefundRepository } from '../refund/refund.repository';
import { TreasuryFileRepository } from '../treasury-file/treasury-file.repository';
import { TreasuryFileService } from '../treasury-file/treasury-file.service';
import type { TreasuryFolder } from '../treasury-file/treasury-file.types';
import { RemittanceFileService } from './remittance-file.service';
import { RemittanceRepository } from './remittance.repository';
import { RemittanceService } from './remittance.service';

type Base = Pick<RefundingCounty, 'database' | 'clock' | 'ledger' | 'vault' | 'parameters'>;

/** The services that send money on, over a county that is there already: once more as a process with a failpoint loads them. */
export function treasuryOf({ database, clock, ledger, vault, parameters }: Base, folder: TreasuryFolder) {
  const files = new TreasuryFileService(database, clock, new TreasuryFileRepository(), folder);
  const remittances = new RemittanceService(database, clock, ledger, new RemittanceRepository());
  const remittanceFiles = new RemittanceFileService(
    database,
    new RemittanceRepository(),
    remittances,
    files,
    parameters,
  );
  const refundPayments = new RefundPaymentService(database, clock, vault, new RefundRepository(), files, parameters);
  return { files, remittances, remittanceFiles, refundPayments };
}

export interface RemittingCounty extends RefundingCounty, ReturnType<typeof treasuryOf> {
  readonly folder: TreasuryFolder;
  /** Accounts of the county and of these levels' treasuries. */
  accounts(...levels: string[]): Promise<void>;
  /** Prepared by one officer and approved by another. */
  sign(id: string): Promise<void>;
  close(): Promise<void>;
}

export async function createRemittingCounty(format: TreasuryFolder['format'] = 'pain.001'): Promise<RemittingCounty> {
  const county = await createRefundingCounty();
  const folder = { out: fs.mkdtempSync(path.join(os.tmpdir(), 'yangyu-treasury-')), format };
  const treasury = treasuryOf(county, folder);
  return {
    ...county,
    ...treasury,
    folder,
    accounts: async (...levels) => {
      for (const purpose of ['collecting', ...levels])
        await treasury.files.setAccount({
          countyCode: COUNTY,
          purpose,
          validFrom: day('2020-01-01') as Day,
          holderName: `示例${purpose}`,
          account: `A-${purpose}`,
          bank: '示例银行',
          document: '财库〔2020〕1号',
        });
    },
    sign: async (id) => {
      const { contentHash } = await asOfficer('bank-1', () => treasury.remittances.prepare(id, 'bank-1'));
      await asOfficer('finance-1', () => treasury.remittances.approve(id, 'finance-1', contentHash));
    },
    close: async () => {
      await county.world.drop();
      fs.rmSync(folder.out, { recursive: true, force: true });
    },
  };
}
