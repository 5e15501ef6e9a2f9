import { type Database, inContext, systemContext } from '@app/database';
import type { Outbox } from '@app/jobs';
import { Inject, Injectable } from '@nestjs/common';
import { FEES_DATABASE, FEES_OUTBOX } from '../fees.tokens';
import { RefundPaymentService } from '../refund/refund-payment.service';
import { TreasuryFileService } from '../treasury-file/treasury-file.service';
import { RemittanceFileService } from './remittance-file.service';
import { lookAtTreasury } from './remittance.jobs';
import { RemittanceService } from './remittance.service';

/** What happens to collected and refunded money by itself: it is drafted every working day, and goes when two have signed. */
@Injectable()
export class TreasuryBellService {
  constructor(
    @Inject(FEES_DATABASE) private readonly database: Database,
    @Inject(FEES_OUTBOX) private readonly outbox: Outbox,
    private readonly remittances: RemittanceService,
    private readonly remittanceFiles: RemittanceFileService,
    private readonly refundPayments: RefundPaymentService,
    private readonly files: TreasuryFileService,
  ) {}

  /** Of several rings at once one message goes on its way. */
  ring(): Promise<void> {
    return inContext(systemContext('treasury', { isPlumbing: true }), () =>
      this.database.write((tx) => this.outbox.plan(tx, lookAtTreasury, [{ bell: 'minute' }])),
    );
  }

  /** Repeatable at any point. Files are handed over by a process that was told where to put them. */
  async look(): Promise<void> {
    await this.remittances.draftDue();
    if (!this.files.hasFolder()) return;
    for (const id of await this.remittanceFiles.waiting()) await this.remittanceFiles.send(id);
    await this.refundPayments.sendDue();
  }
}
