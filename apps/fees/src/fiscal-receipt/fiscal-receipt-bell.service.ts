import { type Database, inContext, systemContext } from '@app/database';
import type { Outbox } from '@app/jobs';
import { Inject, Injectable } from '@nestjs/common';
import { FEES_DATABASE, FEES_OUTBOX } from '../fees.tokens';
import { issueDueReceipts } from './fiscal-receipt.jobs';

/** Sees to it every minute that matched money gets its receipt. */
@Injectable()
export class FiscalReceiptBellService {
  constructor(
    @Inject(FEES_DATABASE) private readonly database: Database,
    @Inject(FEES_OUTBOX) private readonly outbox: Outbox,
  ) {}

  /** Of several rings at once one message goes on its way. */
  ring(): Promise<void> {
    return inContext(systemContext('fiscal-receipt', { isPlumbing: true }), () =>
      this.database.write((tx) => this.outbox.plan(tx, issueDueReceipts, [{ bell: 'minute' }])),
    );
  }
}
