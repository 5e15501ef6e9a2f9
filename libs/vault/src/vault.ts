import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  randomBytes,
  type KeyObject,
} from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';

/** Where a sealed value lives. It is authenticated with the value: moved to another row or column, it will not open. */
export interface Place {
  readonly table: string;
  readonly column: string;
  readonly row: string;
}

const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Seals identity and account numbers (AES-256-GCM) and makes keyed blind indexes (HMAC-SHA-256) to look them
 * up by. A sealed value is version(1) ‖ nonce(12) ‖ tag(16) ‖ ciphertext.
 */
export class Vault {
  private readonly sealing: KeyObject;
  private readonly indexing: KeyObject;

  /** @param master 32 bytes; the two working keys are derived from it, one per purpose. */
  constructor(master: Buffer) {
    if (master.length !== 32) throw new RangeError('the vault key must be 32 bytes');
    const derive = (purpose: string) => createSecretKey(createHmac('sha256', master).update(purpose).digest());
    this.sealing = derive('yangyu seal v1');
    this.indexing = derive('yangyu blind index v1');
  }

  /** Reads the key file, or makes it (mode 0600) when there is none yet. */
  static fromFile(file: string): Vault {
    if (!fs.existsSync(file)) {
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, randomBytes(32).toString('base64'), { mode: 0o600, flag: 'wx' });
    }
    return new Vault(Buffer.from(fs.readFileSync(file, 'utf8'), 'base64'));
  }

  seal(text: string, place: Place): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.sealing, nonce).setAAD(authenticated(place));
    const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([Buffer.of(VERSION), nonce, cipher.getAuthTag(), body]);
  }

  /** Throws when the value was altered, moved, or sealed under another key. */
  open(sealed: Buffer, place: Place): string {
    if (sealed[0] !== VERSION) throw new Error(`unknown seal version ${sealed[0]}`);
    const nonce = sealed.subarray(1, 1 + NONCE_BYTES);
    const tag = sealed.subarray(1 + NONCE_BYTES, 1 + NONCE_BYTES + TAG_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', this.sealing, nonce).setAAD(authenticated(place)).setAuthTag(tag);
    return decipher.update(sealed.subarray(1 + NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  }

  /** 32 bytes, the same for the same text and kind; without the key it cannot be guessed back. */
  blindIndex(kind: 'id-number' | 'bank-account' | 'birth-certificate' | 'row' | 'lookup-place', text: string): Buffer {
    return createHmac('sha256', this.indexing).update(kind).update('\0').update(text).digest();
  }
}

const authenticated = ({ table, column, row }: Place): Buffer => Buffer.from(`${table}|${column}|${row}|${VERSION}`);
