import { type Database, inContext, systemContext } from '@app/database';
import type { Outbox } from '@app/jobs';
import { Inject, Injectable } from '@nestjs/common';
import { forgetMessages } from '../callback/callback.jobs';
import { ringComparisons } from '../comparison/comparison.jobs';
import { ringEnrolments } from '../enrolment/enrolment.jobs';
import { EXCHANGE_DATABASE, EXCHANGE_OUTBOX } from '../exchange.tokens';
import { ringPeers } from '../peer/peer.jobs';
import { ringQuestions } from '../question/question.jobs';
import { pullEvents } from '../registry-event/registry-event.jobs';

const RING = [{ bell: 'registry' }];

/** Has everything looked after that waits for other agencies: questions, batches and changes of the household registry, and other installations. */
@Injectable()
export class ConnectionBellService {
  constructor(
    @Inject(EXCHANGE_DATABASE) private readonly database: Database,
    @Inject(EXCHANGE_OUTBOX) private readonly outbox: Outbox,
  ) {}

  /** Once; of several rings at once one message of each kind goes on its way. */
  ring(): Promise<void> {
    return inContext(systemContext('registry bell', { isPlumbing: true }), () =>
      this.database.write(async (tx) => {
        for (const job of [forgetMessages, ringComparisons, ringQuestions, pullEvents, ringPeers, ringEnrolments])
          await this.outbox.plan(tx, job, RING);
      }),
    );
  }
}
