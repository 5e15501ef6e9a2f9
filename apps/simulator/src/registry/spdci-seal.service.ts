import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import type { Clock } from '@app/kernel';
import { calculateJwkThumbprint, type JWK } from 'jose';
import type { Enrolled, MisbehaviourKind } from './registry.types';

const LIFETIME_SECONDS = 300;

/** Signs what the registry says by SPDCI, and knows the keys of those who ask. */
export class SpdciSeal {
  private readonly keys = generateKeyPairSync('ed25519');
  private readonly strange = generateKeyPairSync('ed25519').privateKey;

  constructor(
    readonly registryId: string,
    private readonly clock: Clock,
  ) {}

  /** What stands at /.well-known/jwks.json; of an expired key, with its end in the past. */
  async publicKeys(isExpired: boolean): Promise<{ keys: JWK[] }> {
    const key = this.keys.publicKey.export({ format: 'jwk' }) as JWK;
    const exp = isExpired ? { exp: Math.floor(this.clock.now().getTime() / 1000) - 3600 } : {};
    return { keys: [{ ...key, kid: await calculateJwkThumbprint(key), use: 'sig', alg: 'EdDSA', ...exp }] };
  }

  async sealed(header: string, message: string, kind: MisbehaviourKind | undefined): Promise<Buffer> {
    const at = this.clock.now().getTime() / 1000 + (kind === 'skewed-clock' ? 600 : 0);
    const created = Math.floor(at) - (kind === 'expired-signature' ? 3600 : 0);
    const expires = created + LIFETIME_SECONDS;
    const text = `(created): ${created}\n(expires): ${expires}\ndigest: SHA-256=${digestOf(header, message)}`;
    const key: KeyObject = kind === 'bad-signature' ? this.strange : this.keys.privateKey;
    const kid = await calculateJwkThumbprint(this.keys.publicKey.export({ format: 'jwk' }));
    const signature =
      `Signature: namespace="spdci", kidId="${this.registryId}|${kid}|ed25519", algorithm="ed25519", ` +
      `created="${created}", expires="${expires}", headers="(created) (expires) digest", ` +
      `signature="${sign(null, Buffer.from(text), key).toString('base64')}"`;
    const first = kind === 'unsigned' ? '' : `"signature":${JSON.stringify(signature)},`;
    return Buffer.from(`{${first}"header":${header},"message":${message}}`);
  }

  /** Whether a message is signed by whom it says; askers send their JSON without blanks. */
  isGood(message: { signature?: string; header: object; message: object }, { keys }: Enrolled): boolean {
    const terms: Record<string, string | undefined> = Object.fromEntries(
      [...(message.signature ?? '').matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]): [string, string] => [
        name!,
        value!,
      ]),
    );
    const [, kid, algorithm] = (terms.kidId ?? '').split('|');
    const key = keys.find((one) => one.kid === kid);
    if (!key || Number(terms.expires) * 1000 <= this.clock.now().getTime()) return false;
    const digest = digestOf(JSON.stringify(message.header), JSON.stringify(message.message));
    const text = `(created): ${terms.created}\n(expires): ${terms.expires}\ndigest: SHA-256=${digest}`;
    const publicKey = { key: createPublicKey({ key, format: 'jwk' }), dsaEncoding: 'ieee-p1363' } as const;
    const hash = algorithm === 'ed25519' ? null : 'sha256';
    return verify(hash, Buffer.from(text), publicKey, Buffer.from(terms.signature ?? '', 'base64'));
  }
}

const digestOf = (header: string, message: string): string =>
  createHash('sha256')
    .update(header + message)
    .digest('base64');
