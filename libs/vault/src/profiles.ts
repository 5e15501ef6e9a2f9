import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  getCiphers,
  getHashes,
  randomBytes,
  type CipherGCMTypes,
  type KeyObject,
} from 'node:crypto';
import { refuse } from './vault.errors';

export const PROFILE_NAMES = ['aes-256-gcm', 'sm4-gcm'] as const;
export type ProfileName = (typeof PROFILE_NAMES)[number];

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** One set of algorithms: how a value is sealed and opened, and how a blind index is made. */
export interface Profile {
  readonly name: ProfileName;
  readonly sealKeyBytes: number;
  /** nonce(12) ‖ tag(16) ‖ ciphertext, with a nonce of its own each time. */
  seal(key: KeyObject, text: string, bound: Buffer): Buffer;
  /** Throws what OpenSSL throws when a bit of it, or of what it is bound to, is another. */
  open(key: KeyObject, sealed: Buffer, bound: Buffer): string;
  index(key: KeyObject, kind: string, text: string): Buffer;
}

class GcmProfile implements Profile {
  constructor(
    readonly name: ProfileName,
    readonly sealKeyBytes: number,
    readonly hash: string,
  ) {}

  private get cipher(): CipherGCMTypes {
    return this.name as CipherGCMTypes; // Node's types know the ciphers of the older OpenSSL only.
  }

  seal(key: KeyObject, text: string, bound: Buffer): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(this.cipher, key, nonce, { authTagLength: TAG_BYTES }).setAAD(bound);
    const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), body]);
  }

  open(key: KeyObject, sealed: Buffer, bound: Buffer): string {
    if (sealed.length < NONCE_BYTES + TAG_BYTES) throw new RangeError('too short to be a sealed value');
    const decipher = createDecipheriv(this.cipher, key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(bound)
      .setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    const body = sealed.subarray(NONCE_BYTES + TAG_BYTES);
    // Nothing is looked at before final() has agreed to all of it.
    return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
  }

  index(key: KeyObject, kind: string, text: string): Buffer {
    return createHmac(this.hash, key).update(kind).update('\0').update(text).digest();
  }
}

const PROFILES: Readonly<Record<ProfileName, GcmProfile>> = {
  'aes-256-gcm': new GcmProfile('aes-256-gcm', 32, 'sha256'),
  'sm4-gcm': new GcmProfile('sm4-gcm', 16, 'sm3'),
};

/** The profile, where this runtime has all it needs; refuses with VAULT_PROFILE_UNAVAILABLE and what is missing. */
export function getProfile(name: ProfileName): Profile {
  const profile = PROFILES[name];
  const missing = [
    ...(getCiphers().includes(name) ? [] : [name]),
    ...(getHashes().includes(profile.hash) ? [] : [profile.hash]),
  ];
  if (missing.length > 0) throw refuse.profileUnavailable(name, missing.join(', '));
  return profile;
}
