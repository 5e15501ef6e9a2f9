import type { NewbornClaim, NewbornClaims } from '@app/contracts';
import type { ServiceClient } from '@app/service';

/** What a newborn matter asks for, asked over HTTP where registration is another process. */
export class NewbornClaimsClient implements NewbornClaims {
  constructor(private readonly registration: ServiceClient) {}

  find(subCase: string): Promise<NewbornClaim | null> {
    return this.registration.call('/newborn-claim', { subCase }, { isRead: true });
  }
}
