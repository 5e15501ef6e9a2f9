import type { FeedPage, RegistrationFeed } from '@app/contracts';
import type { ServiceClient } from '@app/service';

/** The register's change feed, asked over HTTP where registration is another process. */
export class RegistrationFeedClient implements RegistrationFeed {
  constructor(private readonly registration: ServiceClient) {}

  page(after: string, limit: number): Promise<FeedPage> {
    return this.registration.call('/feed', { after, limit }, { isRead: true });
  }
}
