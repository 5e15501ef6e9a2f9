import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import type { Clock } from '@app/kernel';
import { calculateJwkThumbprint, type JWK } from 'jose';
import { z } from 'zod';
import { RegistryFailure } from './household-registry.types';
import { fail } from './registry-failure.rules';
import { decodeText, orAborted, type RegistryHttp } from './registry-http.client';
import { cutEnvelope, readTerms, signingText, type SignatureTerms, termsText } from './spdci-envelope.rules';

export interface SpdciSignatureOptions {
  /** What the registry calls us, and we it. */
  readonly senderId: string;
  readonly registryId: string;
  /** Our private key: Ed25519 or P-256. */
  readonly key: JWK;
  /** Milliseconds that our clocks may be apart. */
  readonly skew?: number;
}

const LIFETIME_SECONDS = 300;
const SKEW_MILLISECONDS = 5 * 60_000;
const KEYS_PATH = '/.well-known/jwks.json';
const KEYS_BYTES_MAX = 256 * 1024;
const KEYS_KEPT_MILLISECONDS = 10 * 60_000;
/** An unknown key is looked for again, but not at every message: else a forger decides how often we ask. */
const KEYS_AGAIN_MILLISECONDS = 30_000;

const keySet = z.object({
  keys: z
    .array(
      z.looseObject({
        kty: z.string(),
        kid: z.string().min(1),
        use: z.enum(['sig', 'enc']),
        alg: z.string(),
        /** Seconds; from then on nothing that the key signs is good. */
        exp: z.number().optional(),
      }),
    )
    .max(100),
});
type PublicKey = z.output<typeof keySet>['keys'][number];

/** The names in SPDCI and in a JWK of the two algorithms that are spoken; every other is refused. */
const ALGORITHMS: Readonly<Record<string, { readonly crv: string; readonly alg: readonly string[] }>> = {
  ed25519: { crv: 'Ed25519', alg: ['EdDSA', 'Ed25519'] },
  es256: { crv: 'P-256', alg: ['ES256'] },
};

/** Signs what we send and verifies what comes, by the key sets both sides publish. */
export class SpdciSignatures {
  private readonly algorithm: string;
  private readonly privateKey: KeyObject;
  private keys: readonly PublicKey[] = [];
  private keysAt = -Infinity;
  private fetching: Promise<void> | undefined;

  constructor(
    private readonly options: SpdciSignatureOptions,
    private readonly http: RegistryHttp,
    private readonly clock: Clock,
  ) {
    const found = Object.entries(ALGORITHMS).find(([, { crv }]) => crv === options.key.crv);
    if (!found) throw new RangeError('the key of the SPDCI connection is neither Ed25519 nor P-256');
    this.algorithm = found[0];
    this.privateKey = createPrivateKey({ key: options.key, format: 'jwk' });
  }

  /** Our public key for /.well-known/jwks.json, named by its thumbprint (RFC 7638). */
  async publicKeys(): Promise<{ keys: JWK[] }> {
    const key = createPublicKey(this.privateKey).export({ format: 'jwk' }) as JWK;
    const kid = await calculateJwkThumbprint(key);
    return { keys: [{ ...key, kid, use: 'sig', alg: ALGORITHMS[this.algorithm]!.alg[0] }] };
  }

  /** The whole message as it goes out. */
  async sealed(header: string, message: string): Promise<Buffer> {
    const created = Math.floor(this.clock.now().getTime() / 1000);
    const kid = await calculateJwkThumbprint(this.options.key);
    const times = { created, expires: created + LIFETIME_SECONDS };
    const terms: SignatureTerms = {
      senderId: this.options.senderId,
      keyId: kid,
      algorithm: this.algorithm,
      ...times,
      signature: this.signatureOf(signingText(times, digestOf(header, message))),
    };
    return Buffer.from(`{"signature":${JSON.stringify(termsText(terms))},"header":${header},"message":${message}}`);
  }

  /** Header and message, parsed only after the signature held; what they say is still to be looked at. */
  async opened(body: Buffer, contentType: string, signal: AbortSignal): Promise<{ header: unknown; message: unknown }> {
    const { text } = decodeText({ body, contentType, headers: {} });
    const cut = cutEnvelope(text);
    if (!cut) throw fail.unreadable('it is not one object of signature, header and message');
    const terms = readTerms(cut.signature);
    if (!terms) throw fail.badSignature('its terms cannot be read or do not cover everything');
    if (terms.senderId !== this.options.registryId) throw fail.badSignature('it is of somebody else');
    const key = await this.keyOf(terms, signal);
    if (!isGood(key, terms, signingText(terms, digestOf(cut.header, cut.message))))
      throw fail.badSignature('the signature is another');
    this.assertTimes(terms, key);
    try {
      return { header: JSON.parse(cut.header), message: JSON.parse(cut.message) };
    } catch {
      throw fail.unreadable('it is no JSON');
    }
  }

  /** A time that the other side stated is near ours. */
  assertNear(instant: number): void {
    const apart = Math.abs(instant - this.clock.now().getTime());
    if (!(apart <= (this.options.skew ?? SKEW_MILLISECONDS))) throw fail.clockSkew();
  }

  private signatureOf(text: string): string {
    const isEdwards = this.algorithm === 'ed25519';
    const key = { key: this.privateKey, dsaEncoding: 'ieee-p1363' } as const;
    return sign(isEdwards ? null : 'sha256', Buffer.from(text), key).toString('base64');
  }

  private assertTimes({ created, expires }: SignatureTerms, key: PublicKey): void {
    const now = this.clock.now().getTime();
    if (key.exp !== undefined && key.exp * 1000 <= now) throw fail.keyExpired();
    if (expires <= created || expires * 1000 <= now) throw fail.badSignature('its time is over');
    this.assertNear(created * 1000);
  }

  private async keyOf({ keyId, algorithm }: SignatureTerms, signal: AbortSignal): Promise<PublicKey> {
    const { crv, alg } = ALGORITHMS[algorithm] ?? {};
    const find = () => this.keys.find(({ kid, use }) => kid === keyId && use === 'sig');
    await this.refreshKeys(KEYS_KEPT_MILLISECONDS, signal);
    if (!find()) await this.refreshKeys(KEYS_AGAIN_MILLISECONDS, signal);
    const key = find();
    if (!key) throw fail.badSignature('its key is not one of the registry');
    if (key.crv !== crv || !alg?.includes(key.alg)) throw fail.badSignature('its algorithm is not that of its key');
    return key;
  }

  private async refreshKeys(age: number, signal: AbortSignal): Promise<void> {
    if (this.clock.now().getTime() - this.keysAt < age) return;
    this.fetching ??= this.fetchKeys().finally(() => (this.fetching = undefined));
    await orAborted(this.fetching, signal);
  }

  private async fetchKeys(): Promise<void> {
    const accepts = ['application/json', 'application/jwk-set+json'];
    const call = { method: 'GET', path: KEYS_PATH, accepts, bytesMax: KEYS_BYTES_MAX } as const;
    const answer = await this.http.send(call, this.clock.now(), new AbortController().signal);
    if (!answer) throw fail.unreachable();
    try {
      this.keys = keySet.parse(JSON.parse(decodeText(answer).text)).keys;
    } catch (error) {
      throw error instanceof RegistryFailure ? error : fail.unreadable('its keys are none');
    }
    this.keysAt = this.clock.now().getTime();
  }
}

const digestOf = (header: string, message: string): string =>
  createHash('sha256').update(header).update(message).digest('base64');

function isGood(key: PublicKey, { algorithm, signature }: SignatureTerms, text: string): boolean {
  try {
    const publicKey = createPublicKey({ key, format: 'jwk' });
    const options = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const;
    const hash = algorithm === 'ed25519' ? null : 'sha256';
    return verify(hash, Buffer.from(text), options, Buffer.from(signature, 'base64'));
  } catch {
    return false;
  }
}
