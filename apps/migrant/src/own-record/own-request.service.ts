import type { Database } from '@app/database';
import { CLOCK, type Clock } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { MIGRANT_DATABASE } from '../migrant.tokens';
import { refuse } from './own-record.errors';
import { OwnRecordRepository } from './own-record.repository';
import type { OwnRequest, Settlement } from './own-record.types';

/** What people ask about their own records, as officers answer it. */
@Injectable()
export class OwnRequestService {
  constructor(
    @Inject(MIGRANT_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly records: OwnRecordRepository,
  ) {}

  list(
    prefix: string,
    isOpen: boolean | null,
    after: readonly string[] | undefined,
    limit: number,
  ): Promise<OwnRequest[]> {
    return this.database.read((read) => this.records.list(read, prefix, isOpen, after, limit));
  }

  /** Once, with reasons. A deletion that is granted is done in the same transaction, and nothing of the person is left here. */
  answer(id: string, { isGranted, reason, words: said }: Settlement): Promise<OwnRequest> {
    const words = said.trim();
    if (words.length < 4 || words.length > 1000) throw refuse.answerTooShort();
    if (isGranted === (reason !== null)) throw refuse.reasonMissing();
    return this.database.write(async (tx) => {
      const request = await this.records.lock(tx, id);
      if (!request) throw refuse.requestUnknown(id);
      if (request.state !== 'open') throw refuse.answeredAlready(request.state);

      const state = isGranted ? ('granted' as const) : ('refused' as const);
      const answered = await this.records.answer(tx, id, { state, reason, words }, this.clock.now());
      if (isGranted && request.kind === 'deletion') {
        const held = await this.records.heldBy(tx, request.residentId, this.clock.today());
        if (held.length > 0) throw refuse.held(held.join(', '));
        await this.records.deleteGranted(tx, id, this.clock.today());
      }
      tx.concern('own_request', [id]);
      return answered;
    });
  }
}
