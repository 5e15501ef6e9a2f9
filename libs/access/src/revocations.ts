import type { Clock } from '@app/kernel';
import type { Caller } from './caller';

/** One token, one session at the issuer, or all that somebody's sign-ins up to a moment gave them. */
export type RevokedKind = 'token' | 'session' | 'subject';

export interface Revocation {
  readonly kind: RevokedKind;
  readonly value: string;
  /** Of a subject: sign-ins after this moment are good again. */
  readonly until: Date;
  readonly reason: string;
  /** Who revoked: an operator, or the issuer by a back-channel log-out. */
  readonly by: string;
}

/** What is no longer believed although its signature is good. */
export interface Revocations {
  isRevoked(caller: Caller): Promise<boolean>;
  revoke(revocation: Revocation): Promise<void>;
}

/** Where revocations are kept for all processes. */
export interface RevocationStore {
  /** Those that can still matter at `now`. */
  load(now: Date): Promise<readonly Revocation[]>;
  /** The same one again changes nothing. */
  add(revocation: Revocation, now: Date): Promise<void>;
}

/** Half of the minute within which a revocation is to hold, whichever process was told. */
const STALE_MILLISECONDS = 30_000;

/**
 * The store's list, read again at most half a minute later: a request costs no query. When it cannot be read,
 * nobody is let in, since whoever was shut out might be.
 */
export class RevocationList implements Revocations {
  private entries = new Map<string, number>();
  private readAt = -Infinity;
  private reading: Promise<void> | undefined;

  constructor(
    private readonly store: RevocationStore,
    private readonly clock: Clock,
  ) {}

  async isRevoked({ id, signIn }: Caller): Promise<boolean> {
    if (!signIn) return false;
    if (Math.abs(this.clock.now().getTime() - this.readAt) >= STALE_MILLISECONDS) await this.readAgain();
    if (this.entries.has(`token ${signIn.tokenId}`)) return true;
    if (signIn.session !== undefined && this.entries.has(`session ${signIn.session}`)) return true;
    return signIn.at.getTime() <= (this.entries.get(`subject ${id}`) ?? -Infinity);
  }

  async revoke(revocation: Revocation): Promise<void> {
    await this.store.add(revocation, this.clock.now());
    await this.reading?.catch(() => undefined); // A reading that began before would overwrite this entry.
    this.enter(this.entries, revocation);
  }

  private readAgain(): Promise<void> {
    this.reading ??= this.read().finally(() => (this.reading = undefined));
    return this.reading;
  }

  private async read(): Promise<void> {
    const now = this.clock.now();
    const entries = new Map<string, number>();
    for (const revocation of await this.store.load(now)) this.enter(entries, revocation);
    this.entries = entries;
    this.readAt = now.getTime();
  }

  private enter(entries: Map<string, number>, { kind, value, until }: Revocation): void {
    const key = `${kind} ${value}`;
    entries.set(key, Math.max(entries.get(key) ?? -Infinity, until.getTime()));
  }
}
