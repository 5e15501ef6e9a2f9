import { createCipheriv, createDecipheriv, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { Refusal } from '@app/kernel';
import type { RingContent } from './key-ring';
import { RingFile } from './ring-file';
import { keyCheck, mapKeys, rawOf, type RawRing, writeRaw } from './ring-text';
import { refuse } from './vault.errors';

/** A key management service or module whose key never leaves it. */
export interface KeyWrapper {
  /** What refusals call it. */
  readonly name: string;
  wrap(key: Buffer): Promise<Buffer>;
  unwrap(wrapped: Buffer): Promise<Buffer>;
}

const PATIENCE_MILLISECONDS = 10_000;

/** Refuses with VAULT_KMS_UNAVAILABLE when the wrapper fails, is silent, or answers with something else than the key. */
export async function unwrapRing(raw: RawRing, wrapper: KeyWrapper): Promise<RawRing> {
  const { wrappedBy: _wrappedBy, ...ring } = raw;
  return mapKeys(ring, async ({ bytes, check }) => {
    const key = await asked(wrapper, () => wrapper.unwrap(bytes));
    if (keyCheck(key) !== check) throw refuse.kmsUnavailable(wrapper.name);
    return key;
  });
}

/** The text of a ring file with wrapped keys; each is unwrapped once before anything depends on it. */
export async function wrapRing(content: RingContent, wrapper: KeyWrapper): Promise<string> {
  const wrapped = await mapKeys(rawOf(content), ({ bytes }) => asked(wrapper, () => wrapper.wrap(bytes)));
  const raw = { ...wrapped, wrappedBy: wrapper.name };
  await unwrapRing(raw, wrapper);
  return writeRaw(raw);
}

async function asked(wrapper: KeyWrapper, ask: () => Promise<Buffer>): Promise<Buffer> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(refuse.kmsUnavailable(wrapper.name)), PATIENCE_MILLISECONDS);
  });
  try {
    return await Promise.race([ask(), silence]);
  } catch (error) {
    throw error instanceof Refusal ? error : refuse.kmsUnavailable(wrapper.name);
  } finally {
    clearTimeout(timer);
  }
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const PURPOSE = Buffer.from('yangyu kek v1');

/** A KEK in a file of its own, on another disk than the ring: for authorities without a key management module. */
export class FileKek implements KeyWrapper {
  readonly name: string;
  private readonly key: KeyObject;

  /** @param mayMake Whether a file that is not there is made: only where nothing was wrapped yet. */
  constructor(file: string, mayMake: boolean) {
    const kept = new RingFile(file);
    if (!kept.exists()) {
      if (!mayMake) throw refuse.kmsUnavailable(file);
      kept.make(`${randomBytes(32).toString('base64')}\n`);
    }
    const key = Buffer.from(kept.read(), 'base64');
    if (key.length !== 32) throw refuse.kmsUnavailable(file);
    this.name = file;
    this.key = createSecretKey(key);
  }

  async wrap(key: Buffer): Promise<Buffer> {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.key, nonce).setAAD(PURPOSE);
    const body = Buffer.concat([cipher.update(key), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), body]);
  }

  async unwrap(wrapped: Buffer): Promise<Buffer> {
    const decipher = createDecipheriv('aes-256-gcm', this.key, wrapped.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    })
      .setAAD(PURPOSE)
      .setAuthTag(wrapped.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    return Buffer.concat([decipher.update(wrapped.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
  }
}
