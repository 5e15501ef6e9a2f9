import { Vault } from './vault';

const vault = new Vault(Buffer.alloc(32, 7));
const place = { table: 'person', column: 'id_number', row: '1' };

describe('the vault', () => {
  it('opens what it sealed, and seals the same text differently each time', () => {
    const [a, b] = [vault.seal('340202202501010213', place), vault.seal('340202202501010213', place)];
    expect(vault.open(a, place)).toBe('340202202501010213');
    expect(a.equals(b)).toBe(false);
  });

  it('refuses a value that was moved to another row or column, altered, or sealed under another key', () => {
    const sealed = vault.seal('x', place);
    expect(() => vault.open(sealed, { ...place, row: '2' })).toThrow();
    expect(() => vault.open(sealed, { ...place, column: 'account_no' })).toThrow();
    const altered = Buffer.from(sealed);
    altered[altered.length - 1]! ^= 1;
    expect(() => vault.open(altered, place)).toThrow();
    expect(() => new Vault(Buffer.alloc(32, 8)).open(sealed, place)).toThrow();
  });

  it('keeps blind indexes of different kinds and keys apart', () => {
    const index = vault.blindIndex('id-number', '1');
    expect(index.equals(vault.blindIndex('id-number', '1'))).toBe(true);
    expect(index.equals(vault.blindIndex('bank-account', '1'))).toBe(false);
    expect(index.equals(new Vault(Buffer.alloc(32, 8)).blindIndex('id-number', '1'))).toBe(false);
  });
});
