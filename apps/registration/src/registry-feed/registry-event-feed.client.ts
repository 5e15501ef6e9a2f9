import type { RegistryEventFeed, RegistryEventPage } from '@app/contracts';
import type { ServiceClient } from '@app/service';

/** What the household registry told the exchange, asked over HTTP where the exchange is another process. */
export class RegistryEventFeedClient implements RegistryEventFeed {
  constructor(private readonly exchange: ServiceClient) {}

  page(after: string, limit: number): Promise<RegistryEventPage> {
    return this.exchange.call('/registry-events', { after, limit }, { isRead: true });
  }
}
