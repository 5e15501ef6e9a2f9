import type { Clock } from '@app/kernel';
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { refuse } from './access.errors';

/** Where the keys of an issuer are: given, at an address, or where its discovery document says. */
export type KeySource = JSONWebKeySet | URL | 'discovery';

const MINUTE = 60_000;
/** After this the keys are fetched anew, beside the request that noticed. */
const FRESH = 10 * MINUTE;
/** So long the keys are believed while the issuer does not answer; a key it has withdrawn is not believed for longer. */
const USABLE = 24 * 60 * MINUTE;
/** Between two fetches, whatever key ids are asked for and whether or not the issuer answered. */
const COOL_DOWN = 10_000;
/** For discovery and keys together. */
const DEADLINE = 3_000;
const BYTES_MAX = 200_000;

const discovery = z.object({ issuer: z.string(), jwks_uri: z.url() });

/**
 * The public keys of one issuer. jose's own remote set forgets its keys when the issuer is down after their time;
 * these are kept, so that an issuer that is restarted stops nobody's work.
 */
export class IssuerKeys {
  private keys: JWTVerifyGetKey | undefined;
  private fetchedAt = -Infinity;
  private triedAt = -Infinity;
  private fetching: Promise<void> | undefined;

  constructor(
    private readonly issuer: string,
    private readonly source: KeySource,
    private readonly clock: Clock,
  ) {
    if (isKeySet(source)) this.keys = createLocalJWKSet(source);
  }

  /** The key that a header names; refuses with SIGN_IN_UNAVAILABLE when there are no keys to look among. */
  find: JWTVerifyGetKey = async (header, token) => {
    if (isKeySet(this.source)) return this.keys!(header, token);
    const age = this.since(this.fetchedAt);
    if (!this.keys || age > USABLE) await this.fetchAgain();
    else if (age > FRESH && this.mayTry()) void this.fetchAgain().catch(() => undefined);
    try {
      return await this.keys!(header, token);
    } catch (error) {
      // A key we do not know may be a new one.
      const mayBeNew = error instanceof errors.JWKSNoMatchingKey && (this.fetching || this.mayTry());
      if (!mayBeNew) throw error;
      await this.fetchAgain();
      return this.keys!(header, token);
    }
  };

  /** One fetch at a time. */
  private async fetchAgain(): Promise<void> {
    if (!this.fetching && !this.mayTry()) throw refuse.signInUnavailable();
    this.fetching ??= this.fetch().finally(() => (this.fetching = undefined));
    try {
      await this.fetching;
    } catch {
      // The network, the issuer, or what it sent: there are no keys, and that is all that matters here.
      throw refuse.signInUnavailable();
    }
  }

  private async fetch(): Promise<void> {
    const now = this.clock.now().getTime();
    this.triedAt = now;
    const signal = AbortSignal.timeout(DEADLINE);
    const address = this.source instanceof URL ? this.source : await this.discover(signal);
    this.keys = createLocalJWKSet((await getJson(address, signal)) as JSONWebKeySet);
    this.fetchedAt = now;
  }

  private async discover(signal: AbortSignal): Promise<URL> {
    const address = new URL(`${this.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
    const found = discovery.parse(await getJson(address, signal));
    if (found.issuer !== this.issuer) throw new Error(`${address.href} speaks for ${found.issuer}`);
    return new URL(found.jwks_uri);
  }

  private mayTry(): boolean {
    return this.since(this.triedAt) >= COOL_DOWN;
  }

  private since(moment: number): number {
    return Math.abs(this.clock.now().getTime() - moment);
  }
}

const isKeySet = (source: KeySource): source is JSONWebKeySet => source !== 'discovery' && !(source instanceof URL);

/** Keys that came in the clear could be anybody's; on this machine itself nobody listens between. */
export const isSafeAddress = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname));

async function getJson(address: URL, signal: AbortSignal): Promise<unknown> {
  if (!isSafeAddress(address)) throw new Error(`${address.href} is not https`);
  const response = await fetch(address, { signal, redirect: 'error', headers: { accept: 'application/json' } });
  if (response.status !== 200) throw new Error(`${address.href} answered ${response.status}`);
  let text = '';
  const decoder = new TextDecoder();
  for await (const part of response.body! as AsyncIterable<Uint8Array>) {
    text += decoder.decode(part, { stream: true });
    if (text.length > BYTES_MAX) throw new Error(`${address.href} sent too much`);
  }
  return JSON.parse(text);
}
