import { createHash, createHmac, getCiphers } from 'node:crypto';
import { Refusal } from '@app/kernel';
import * as fc from 'fast-check';
import { KeyRing, type Place, PROFILE_NAMES, Vault } from './index';

const vault = new Vault(Buffer.alloc(32, 7));
const place = { table: 'person', column: 'id_number', row: '1' };

/** A value sealed by the release before key rings, with the master of 32 sevens. */
const OLD_VALUE = Buffer.from(
  '01000102030405060708090a0b16a5dfe795da3051e701252797272a28437874febdcec55366caac29fd1db8683f28',
  'hex',
);

/** What it was refused with; fails when it opened. */
function refusalOf(work: () => unknown): Refusal {
  try {
    work();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('the vault', () => {
  it('opens what it sealed, and seals the same text differently each time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.uuid(), (text, row) => {
        const well = text.toWellFormed();
        const [a, b] = [vault.seal(well, { ...place, row }), vault.seal(well, { ...place, row })];
        expect(vault.open(a, { ...place, row })).toBe(well);
        expect(a.equals(b)).toBe(false);
      }),
    );
  });

  it('refuses a value that was moved to another table, row or column, with one code and nothing of the value', () => {
    const text = '340202202501010213';
    const sealed = vault.seal(text, place);
    const elsewhere: Place[] = [
      { ...place, row: '2' },
      { ...place, column: 'account_no' },
      { ...place, table: 'payee_account' },
    ];
    for (const moved of elsewhere) {
      const refusal = refusalOf(() => vault.open(sealed, moved));
      expect(refusal.code).toBe('SEAL_BROKEN');
      expect(refusal.facts).toEqual({ table: moved.table, column: moved.column });
      expect(JSON.stringify(refusal) + refusal.message).not.toContain(text.slice(0, 6));
    }
  });

  it('refuses two values that changed places', () => {
    const [here, there] = [place, { ...place, row: '2' }];
    const [a, b] = [vault.seal('340202202501010213', here), vault.seal('340202202212310121', there)];
    expect(refusalOf(() => vault.open(b, here)).code).toBe('SEAL_BROKEN');
    expect(refusalOf(() => vault.open(a, there)).code).toBe('SEAL_BROKEN');
  });

  it('refuses a value with any bit of it flipped, and any part of it cut off', () => {
    const sealed = vault.seal('340202202501010213', place);
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const altered = Buffer.from(sealed);
      altered[bit >> 3]! ^= 1 << (bit & 7);
      expect(refusalOf(() => vault.open(altered, place)).code).toBe('SEAL_BROKEN');
    }
    for (let length = 0; length < sealed.length; length++) {
      expect(refusalOf(() => vault.open(sealed.subarray(0, length), place)).code).toBe('SEAL_BROKEN');
    }
    expect(refusalOf(() => vault.open(Buffer.concat([sealed, Buffer.of(0)]), place)).code).toBe('SEAL_BROKEN');
  });

  it('refuses a value of another key, and of a version that it does not know', () => {
    const sealed = vault.seal('x', place);
    expect(refusalOf(() => new Vault(Buffer.alloc(32, 8)).open(sealed, place)).code).toBe('SEAL_BROKEN');
    const later = new Vault(KeyRing.ofMaster(Buffer.alloc(32, 7)).announcing('aes-256-gcm').activated());
    expect(refusalOf(() => vault.open(later.seal('x', place), place)).code).toBe('SEAL_BROKEN');
  });

  it('opens values of every version of its ring, and seals with the one that is active', () => {
    const announced = vault.keys.announcing('aes-256-gcm');
    const [before, between, after] = [vault, new Vault(announced), new Vault(announced.activated())];
    expect([before, between, after].map((one) => one.seal('x', place)[0])).toEqual([1, 1, 2]);
    expect(after.open(before.seal('x', place), place)).toBe('x');
    expect(between.open(after.seal('x', place), place)).toBe('x');
    const retired = new Vault(announced.activated().without(1));
    expect(retired.open(after.seal('x', place), place)).toBe('x');
    expect(refusalOf(() => retired.open(before.seal('x', place), place)).code).toBe('SEAL_BROKEN');
  });

  it('makes the version it names part of what is authenticated', () => {
    const ring = vault.keys.announcing('aes-256-gcm');
    const [key] = ring.content.seal;
    const same = new Vault(new KeyRing({ ...ring.content, seal: [key!, { ...key!, version: 2 }] }));
    const sealed = same.seal('x', place);
    sealed[0] = 2;
    expect(refusalOf(() => same.open(sealed, place)).code).toBe('SEAL_BROKEN');
  });

  it('never uses a nonce twice: 200,000 seals', () => {
    const nonces = new Set<string>();
    const prefixes = new Set<number>();
    for (let i = 0; i < 200_000; i++) {
      const nonce = vault.seal('', place).subarray(1, 13);
      nonces.add(nonce.toString('latin1'));
      prefixes.add(nonce.readUInt16BE());
    }
    expect(nonces.size).toBe(200_000);
    // A counter, or a generator that was seeded twice, would leave most beginnings out.
    expect(prefixes.size).toBeGreaterThan(60_000);
  });

  it('keeps blind indexes of different kinds and keys apart, and the same under every seal version', () => {
    const index = vault.blindIndex('id-number', '1');
    expect(index).toHaveLength(32);
    expect(index.equals(vault.blindIndex('id-number', '1'))).toBe(true);
    expect(index.equals(vault.blindIndex('bank-account', '1'))).toBe(false);
    expect(index.equals(new Vault(Buffer.alloc(32, 8)).blindIndex('id-number', '1'))).toBe(false);
    const rotated = new Vault(vault.keys.announcing('aes-256-gcm').activated().without(1));
    expect(index.equals(rotated.blindIndex('id-number', '1'))).toBe(true);
  });
});

describe('version 1', () => {
  it('has the keys it always had', () => {
    const derived = (purpose: string) => createHmac('sha256', Buffer.alloc(32, 7)).update(purpose).digest();
    const index = createHmac('sha256', derived('yangyu blind index v1'))
      .update('id-number\0' + '1')
      .digest();
    expect(vault.blindIndex('id-number', '1').equals(index)).toBe(true);
    expect(vault.keys.content.seal[0]!.key.equals(derived('yangyu seal v1'))).toBe(true);
  });

  it('opens a value that was sealed before there were key rings', () => {
    expect(vault.open(OLD_VALUE, place)).toBe('340202202501010213');
  });

  it('can be dropped without leaving its key in the ring', () => {
    const key = vault.keys.content.seal[0]!.key.toString('base64');
    const master = Buffer.alloc(32, 7).toString('base64');
    const kept = JSON.stringify(vault.keys.announcing('aes-256-gcm').activated().without(1).content.index);
    expect(kept).not.toContain(key);
    expect(kept).not.toContain(master);
  });
});

describe('a key ring', () => {
  it('gives 255 versions, each number once', () => {
    let ring = vault.keys;
    for (let version = 2; version <= 255; version++) {
      ring = ring
        .announcing('aes-256-gcm')
        .activated()
        .without(version - 1);
      expect(ring.sealer.version).toBe(version);
    }
    expect(refusalOf(() => ring.announcing('aes-256-gcm')).code).toBe('VAULT_VERSIONS_USED_UP');
  });

  it('drops neither the version that seals nor one that it does not have', () => {
    expect(refusalOf(() => vault.keys.without(1)).code).toBe('VAULT_VERSION_SEALS');
    expect(refusalOf(() => vault.keys.without(9)).code).toBe('VAULT_VERSION_UNKNOWN');
  });
});

describe('the profile sm4-gcm', () => {
  it('works where OpenSSL has all of it, and names what is missing where it has not', () => {
    expect(PROFILE_NAMES).toContain('sm4-gcm');
    if (getCiphers().includes('sm4-gcm')) {
      const national = new Vault(vault.keys.announcing('sm4-gcm').activated());
      const sealed = national.seal('340202202501010213', place);
      expect(national.open(sealed, place)).toBe('340202202501010213');
      expect(national.open(vault.seal('x', place), place)).toBe('x');
      sealed[20]! ^= 1;
      expect(refusalOf(() => national.open(sealed, place)).code).toBe('SEAL_BROKEN');
      return;
    }
    const refusal = refusalOf(() => vault.keys.announcing('sm4-gcm'));
    expect(refusal.code).toBe('VAULT_PROFILE_UNAVAILABLE');
    expect(refusal.facts).toEqual({ profile: 'sm4-gcm', missing: 'sm4-gcm' });
    expect(refusal.sentence.zh).toMatch(/缺少 sm4-gcm/);
    expect(refusal.sentence.en).toMatch(/has no sm4-gcm/);
  });

  it('has HMAC-SM3 for its blind indexes', () => {
    const sm3 = (...parts: (string | Buffer)[]) =>
      parts.reduce((hash, part) => hash.update(part), createHash('sm3')).digest();
    expect(sm3('abc').toString('hex')).toBe('66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0');
    const block = Buffer.alloc(64);
    block.write('key');
    const pad = (byte: number) => Buffer.from(block.map((one) => one ^ byte));
    const byHand = sm3(pad(0x5c), sm3(pad(0x36), 'id-number\0' + '1'));
    expect(createHmac('sm3', 'key').update('id-number\0').update('1').digest().equals(byHand)).toBe(true);
  });
});
