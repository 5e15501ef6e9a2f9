import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { Refusal } from '@app/kernel';
import { EnvironmentKeys, FileKek, FileKeys, type KeyWrapper, openVault, Vault, WrappedKeys } from './index';

const MASTER = Buffer.alloc(32, 7);
const place = { table: 'person', column: 'id_number', row: '1' };
const sealed = new Vault(MASTER).seal('340202202501010213', place);

let folder: string;
let file: string;
let kekFile: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'yangyu-vault-'));
  [file, kekFile] = [path.join(folder, 'vault.key'), path.join(folder, 'kek', 'kek.key')];
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

const keep = (text: string, mode = 0o600): void => fs.writeFileSync(file, text, { mode });
const modeOf = (of: string): number => fs.statSync(of).mode & 0o777;
const codeOf = async (work: Promise<unknown>): Promise<string> => (await refusalOf(work)).code;

async function refusalOf(work: Promise<unknown>): Promise<Refusal> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

/** A key management service in memory that can be down or answer wrongly. */
class StandInKms implements KeyWrapper {
  readonly name = 'stand-in KMS';
  mood: 'well' | 'down' | 'another key' | 'nonsense' = 'well';
  /** What happens elsewhere before it answers. */
  onWrap: (() => Promise<void>) | undefined;

  async wrap(key: Buffer): Promise<Buffer> {
    await this.onWrap?.();
    this.answer();
    return Buffer.from(key.map((byte) => byte ^ 0xa5));
  }

  async unwrap(wrapped: Buffer): Promise<Buffer> {
    this.answer();
    if (this.mood === 'nonsense') return Buffer.alloc(0);
    return Buffer.from(wrapped.map((byte) => byte ^ (this.mood === 'well' ? 0xa5 : 0x5a)));
  }

  private answer(): void {
    if (this.mood === 'down') throw new Error('connect ECONNREFUSED');
  }
}

describe('a key file', () => {
  it('is made on first use, for its owner only, and is the same the next time', async () => {
    const text = (await openVault({ file })).seal('x', place);
    expect(modeOf(file)).toBe(0o600);
    expect((await openVault({ file })).open(text, place)).toBe('x');
    expect(Vault.fromFile(file).open(text, place)).toBe('x');
    expect(fs.readdirSync(folder)).toEqual(['vault.key']);
  });

  it('of the first form, one master in base64, is version 1', async () => {
    keep(MASTER.toString('base64'));
    expect((await openVault({ file })).open(sealed, place)).toBe('340202202501010213');
  });

  it('that others can read is not used, and the remedy is named', async () => {
    keep(MASTER.toString('base64'));
    for (const mode of [0o640, 0o604, 0o660, 0o610, 0o601, 0o644, 0o777]) {
      fs.chmodSync(file, mode);
      const refusal = await refusalOf(openVault({ file }));
      expect(refusal.code).toBe('VAULT_FILE_OPEN_TO_OTHERS');
      expect(refusal.sentence.en).toContain(`chmod 600 ${file}`);
    }
    fs.chmodSync(file, 0o400);
    await openVault({ file });
  });

  it('that was cut off, altered or lost a key is refused, without a word of what is in it', async () => {
    await openVault({ file });
    const whole = fs.readFileSync(file, 'utf8');
    const broken = (text: string) => (keep(text), refusalOf(openVault({ file })));
    const kept = JSON.parse(whole) as { seal: { key: string }[]; sealsWith: number };
    const another = JSON.stringify({ ...kept, seal: [{ ...kept.seal[0], key: MASTER.toString('base64') }] });
    const missing = JSON.stringify({ ...kept, sealsWith: 2 });
    const twice = JSON.stringify({ ...kept, seal: [kept.seal[0], kept.seal[0]] });
    for (const text of ['', '{', whole.slice(0, -20), another, missing, twice, 'c2hvcnQ=']) {
      const refusal = await broken(text);
      expect([text, refusal.code]).toEqual([text, 'VAULT_RING_BROKEN']);
      expect(refusal.message).not.toContain(kept.seal[0]!.key.slice(0, 8));
    }
  });

  it('made by two processes at once is one', async () => {
    const vaults = await Promise.all(Array.from({ length: 5 }, () => openVault({ file })));
    const value = vaults[0]!.seal('x', place);
    for (const vault of vaults) expect(vault.open(value, place)).toBe('x');
  });

  it('is replaced as a whole, and a vault that works goes on with what it has when it is broken', async () => {
    const [changing, following] = [await openVault({ file }), await openVault({ file })];
    await changing.replace(changing.keys.announcing('aes-256-gcm'));
    await changing.replace(changing.keys.activated());
    expect(modeOf(file)).toBe(0o600);
    expect(fs.readdirSync(folder)).toEqual(['vault.key']);
    const value = changing.seal('x', place);
    expect(value[0]).toBe(2);
    expect(following.open(value, place)).toBe('x'); // It had not heard of the version and looked.
    expect(following.seal('x', place)[0]).toBe(2);

    const text = fs.readFileSync(file, 'utf8');
    await changing.replace(changing.keys.announcing('aes-256-gcm').activated());
    const later = changing.seal('x', place);
    keep('{');
    expect(() => following.open(later, place)).toThrow(expect.objectContaining({ code: 'SEAL_BROKEN' }) as Error);
    expect(following.open(value, place)).toBe('x');
    keep(text);
    expect(following.open(value, place)).toBe('x');
  });

  it('is followed by a running process, which tells when it cannot', async () => {
    const [changing, following] = [await openVault({ file }), await openVault({ file })];
    const errors: unknown[] = [];
    following.follow((error) => errors.push(error));
    await changing.replace(changing.keys.announcing('aes-256-gcm').activated());
    const text = fs.readFileSync(file, 'utf8');
    keep('{');
    await until(() => errors.length > 0);
    expect((errors[0] as Refusal).code).toBe('VAULT_RING_BROKEN');
    keep(text);
    await until(() => following.seal('x', place)[0] === 2);
    following.close();
  });
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('keys in the environment', () => {
  it('are the text of a ring file, or one master', async () => {
    const ring = await openVault({ file });
    const value = ring.seal('x', place);
    const same = await openVault({ file: path.join(folder, 'unused'), keys: fs.readFileSync(file, 'utf8') });
    expect(same.open(value, place)).toBe('x');
    expect(fs.readdirSync(folder)).toEqual(['vault.key']);
    const old = await Vault.open(new EnvironmentKeys(MASTER.toString('base64')));
    expect(old.open(sealed, place)).toBe('340202202501010213');
  });

  it('cannot be added to from here, and are refused when they are none', async () => {
    const vault = await Vault.open(new EnvironmentKeys(MASTER.toString('base64')));
    expect(await codeOf(vault.replace(vault.keys.announcing('aes-256-gcm')))).toBe('VAULT_SOURCE_READ_ONLY');
    for (const text of ['hello', '{}', '{"format":2}']) {
      expect(await codeOf(Vault.open(new EnvironmentKeys(text)))).toBe('VAULT_RING_BROKEN');
    }
  });
});

describe('keys wrapped by a key management', () => {
  it('stand in the file wrapped only, and are those from before where there were some', async () => {
    keep(MASTER.toString('base64'));
    const kms = new StandInKms();
    expect((await Vault.open(new WrappedKeys(file, kms))).open(sealed, place)).toBe('340202202501010213');
    const text = fs.readFileSync(file, 'utf8');
    expect(text).toContain('"wrappedBy": "stand-in KMS"');
    for (const { key } of new Vault(MASTER).keys.content.seal) expect(text).not.toContain(key.toString('base64'));
    expect(text).not.toContain(MASTER.toString('base64'));
    expect((await Vault.open(new WrappedKeys(file, kms))).open(sealed, place)).toBe('340202202501010213');
  });

  it('are refused when the service is down or answers with something else, and nothing is changed', async () => {
    const kms = new StandInKms();
    await Vault.open(new WrappedKeys(file, kms));
    const text = fs.readFileSync(file, 'utf8');
    for (const mood of ['down', 'another key', 'nonsense'] as const) {
      kms.mood = mood;
      expect(await codeOf(Vault.open(new WrappedKeys(file, kms)))).toBe('VAULT_KMS_UNAVAILABLE');
    }
    expect(fs.readFileSync(file, 'utf8')).toBe(text);
    kms.mood = 'well';
    await Vault.open(new WrappedKeys(file, kms));
  });

  it('are not written when the service wraps what it cannot unwrap', async () => {
    const kms = new StandInKms();
    kms.mood = 'another key';
    keep(MASTER.toString('base64'));
    expect(await codeOf(Vault.open(new WrappedKeys(file, kms)))).toBe('VAULT_KMS_UNAVAILABLE');
    expect(fs.readFileSync(file, 'utf8')).toBe(MASTER.toString('base64'));
  });

  it('that lay in the clear do not replace a version that another process added while the service was asked', async () => {
    keep(MASTER.toString('base64'));
    const other = await Vault.open(new FileKeys(file)); // The ring in the clear, as a rotation may have it too.
    const kms = new StandInKms();
    let value: Buffer | undefined;
    kms.onWrap = async () => {
      kms.onWrap = undefined;
      await other.replace(other.keys.announcing('aes-256-gcm').activated());
      await new WrappedKeys(file, new StandInKms()).load();
      value = other.seal('x', place);
    };
    const vault = await Vault.open(new WrappedKeys(file, kms));
    expect(value![0]).toBe(2);
    expect(vault.open(value!, place)).toBe('x');
    expect((await Vault.open(new WrappedKeys(file, kms))).open(value!, place)).toBe('x');
    expect(fs.readdirSync(folder)).toEqual(['vault.key']);
  });

  it('are learned by a running process once the service is back', async () => {
    const kms = new StandInKms();
    const [changing, following] = [
      await Vault.open(new WrappedKeys(file, kms)),
      await Vault.open(new WrappedKeys(file, kms)),
    ];
    await changing.replace(changing.keys.announcing('aes-256-gcm').activated());
    kms.mood = 'down';
    const errors: unknown[] = [];
    following.follow((error) => errors.push(error));
    await until(() => errors.length > 0);
    kms.mood = 'well';
    await until(() => following.keys.sealer.version === 2);
    following.close();
  });
});

describe('a KEK in a file', () => {
  it('is made on first use only, wraps what lay in the clear, and rotates with it', async () => {
    keep(MASTER.toString('base64'));
    const vault = await openVault({ file, kekFile });
    expect(modeOf(kekFile)).toBe(0o600);
    expect(vault.open(sealed, place)).toBe('340202202501010213');
    await vault.replace(vault.keys.announcing('aes-256-gcm').activated());
    const value = vault.seal('x', place);
    const again = await openVault({ file, kekFile });
    expect([again.open(value, place), again.open(sealed, place)]).toEqual(['x', '340202202501010213']);
  });

  it('that is lost, another, altered or open to others is refused', async () => {
    await openVault({ file, kekFile });
    expect(await codeOf(openVault({ file }))).toBe('VAULT_KEK_MISSING');
    expect(await codeOf(Vault.open(new FileKeys(file)))).toBe('VAULT_KEK_MISSING');
    const lost = path.join(folder, 'lost.key');
    expect(await codeOf(openKept(lost))).toBe('VAULT_KMS_UNAVAILABLE');
    expect(fs.existsSync(lost)).toBe(false);
    const other = path.join(folder, 'other.key');
    new FileKek(other, true);
    expect(await codeOf(openKept(other))).toBe('VAULT_KMS_UNAVAILABLE');
    fs.writeFileSync(other, 'short');
    expect(await codeOf(openKept(other))).toBe('VAULT_KMS_UNAVAILABLE');
    fs.chmodSync(kekFile, 0o644);
    expect(await codeOf(openKept(kekFile))).toBe('VAULT_FILE_OPEN_TO_OTHERS');
  });

  const openKept = async (kek: string) => openVault({ file, kekFile: kek });
});
