import { RevocationList, type Revocations, TokenVerifier, type VerifierOptions, type VerifyToken } from '@app/access';
import type { Database } from '@app/database';
import type { Clock } from '@app/kernel';
import { RevocationRepository } from './revocation.repository';

/** What is revoked in this installation, for the door itself and for an operator who revokes. */
export const openRevocations = (database: Database, clock: Clock): Revocations =>
  new RevocationList(new RevocationRepository(database), clock);

/** Who may come in, and who no longer: the tokens of one issuer, and what it or an operator has ended. */
export class Doorkeeper {
  private readonly verifier: TokenVerifier;
  private readonly revocations: Revocations;
  readonly verify: VerifyToken;

  constructor({ database, ...options }: Omit<VerifierOptions, 'revocations'> & { readonly database: Database }) {
    this.revocations = openRevocations(database, options.clock);
    this.verifier = new TokenVerifier({ ...options, revocations: this.revocations });
    this.verify = this.verifier.verify;
  }

  /** Takes a back-channel log-out of the issuer. One that is sent again ends the same once more, and nothing that began since. */
  async signOut(logoutToken: string): Promise<void> {
    const { session, subject, at } = await this.verifier.readSignOut(logoutToken);
    const ended =
      session === undefined
        ? { kind: 'subject' as const, value: subject! }
        : { kind: 'session' as const, value: session };
    await this.revocations.revoke({ ...ended, until: at, reason: 'back-channel log-out', by: 'issuer' });
  }
}

export { openRateLimits, type RateLimits } from './rate-limit.repository';
