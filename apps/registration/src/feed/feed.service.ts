import type { FeedPage, RegistrationFeed } from '@app/contracts';
import type { Database } from '@app/database';
import { Inject, Injectable } from '@nestjs/common';
import { REGISTRATION_DATABASE } from '../registration.tokens';
import { refuse } from './feed.errors';
import { FEED_START, type FeedPosition, FeedRepository } from './feed.repository';

const POSITION = /^(\d{1,20})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** What other apps learn of the register: every person in the newest shape, once after every change. */
@Injectable()
export class FeedService implements RegistrationFeed {
  constructor(
    @Inject(REGISTRATION_DATABASE) private readonly database: Database,
    private readonly feed: FeedRepository,
  ) {}

  /**
   * The next persons after a position ('' is the start), at most `limit`. While older transactions are open anywhere
   * on the server, later changes are held back and the page is not the last one: ask again in a moment.
   */
  page(after: string, limit: number): Promise<FeedPage> {
    const from = positionOf(after);
    return this.database.read(async (read) => {
      const { persons, last } = await this.feed.page(read, from, limit);
      const caughtUp = persons.length < limit && !(await this.feed.hasHeldBack(read));
      return { persons, next: `${last.xid}.${last.id}`, caughtUp };
    });
  }
}

function positionOf(after: string): FeedPosition {
  if (after === '') return FEED_START;
  const [, xid, id] = POSITION.exec(after) ?? [];
  if (!xid || !id) throw refuse.positionUnreadable(after);
  return { xid, id };
}
