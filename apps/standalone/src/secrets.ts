import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { openVault } from '@app/vault';
import { SCHEMAS } from './place';

/** Every file that docker-compose.yml names as a secret, and the key ring. */
export interface Secrets {
  readonly folder: string;
  /** Their paths below the folder. */
  readonly names: readonly string[];
  /** Those that were not there before. */
  readonly made: readonly string[];
  read(name: string): string;
}

/** A folder of its own, because the ring is replaced as a whole when keys are rotated and everybody must see that. */
const RING = path.join('vault', 'vault.key');

/**
 * Makes what is missing in a folder of secrets, each a file (mode 0600); what is there stays.
 * @param ring Where the key ring lies, or is to lie.
 */
export async function makeSecrets(folder: string, ring = path.join(folder, RING)): Promise<Secrets> {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const names: string[] = [];
  const made: string[] = [];
  const make = (name: string, content: () => string): void => {
    names.push(name);
    const file = path.join(folder, name);
    if (fs.existsSync(file)) return;
    fs.writeFileSync(file, content(), { mode: 0o600, flag: 'wx' });
    made.push(name);
  };
  const read = (name: string): string => fs.readFileSync(path.join(folder, name), 'utf8');
  // What follows from the other files is brought up to date: a new version may have a new caller.
  const remake = (name: string, content: string): void => {
    make(name, () => content);
    if (read(name) !== content) fs.writeFileSync(path.join(folder, name), content, { mode: 0o600 });
  };
  for (const name of ['postgres', 'redis', ...SCHEMAS.map((schema) => `${schema}_rw`)])
    make(`${name}.password`, () => randomBytes(24).toString('base64url'));
  for (const schema of SCHEMAS)
    make(`${schema}.key`, () =>
      String(generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' })),
    );
  // Whoever asks another: the gateway all apps, and the apps each other's doors.
  const publicHalf = (name: string) => createPublicKey(read(`${name}.key`)).export({ format: 'pem', type: 'spki' });
  const callers = ['gateway', 'subsidy', 'registration', 'migrant', 'fees', 'exchange'].map((name) => [
    name,
    publicHalf(name),
  ]);
  remake('callers.json', JSON.stringify(Object.fromEntries(callers)));
  make('registry.json', () => '{"kind":"none"}');
  make('peers.json', () => '{"kind":"none"}');
  make('voucher.key', () => String(generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' })));
  names.push(path.relative(folder, ring));
  if (!fs.existsSync(ring)) {
    fs.mkdirSync(path.dirname(ring), { recursive: true, mode: 0o700 });
    (await openVault({ file: ring })).close();
    made.push(path.relative(folder, ring));
  }
  return { folder, names, made, read };
}

/**
 * Gives them to the account that containers run as, which sees the files of the host with their owners and modes.
 * Answers with those that still belong to somebody else, which only root may change.
 */
export function giveSecrets({ folder, names }: Secrets, uid: number): string[] {
  const isRoot = process.getuid?.() === 0;
  const folders = new Set(names.map((name) => path.dirname(name)).filter((name) => name !== '.'));
  return [...folders, ...names].filter((name) => {
    const file = path.join(folder, name);
    if (isRoot) fs.chownSync(file, uid, uid);
    return fs.statSync(file).uid !== uid;
  });
}
