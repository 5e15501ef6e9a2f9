import type { FeedPage, RegistrationFeed } from './registration-feed';

/** Calls one path of registration's door in the name of this process: a ServiceClient. */
interface RegistrationCalls {
  call<T>(path: string, value: unknown, how?: { readonly isRead?: boolean }): Promise<T>;
}

/** The register's change feed, asked over HTTP where registration is another process. */
export class RegistrationFeedClient implements RegistrationFeed {
  constructor(private readonly registration: RegistrationCalls) {}

  page(after: string, limit: number): Promise<FeedPage> {
    return this.registration.call('/feed', { after, limit }, { isRead: true });
  }
}
