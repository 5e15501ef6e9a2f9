import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { openVault } from '@app/vault';
import { SCHEMAS } from './place';

/** Every file that docker-compose.yml names as a secret. */
export interface Secrets {
  readonly folder: string;
  read(name: string): string;
}

/**
 * Makes what is missing in a folder of secrets, each a file (mode 0600); what is there stays.
 * @param ring Where the key ring lies, or is to lie.
 */
export async function makeSecrets(folder: string, ring = path.join(folder, 'vault.key')): Promise<Secrets> {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const make = (name: string, content: () => string): void => {
    const file = path.join(folder, name);
    if (!fs.existsSync(file)) fs.writeFileSync(file, content(), { mode: 0o600 });
  };
  const read = (name: string): string => fs.readFileSync(path.join(folder, name), 'utf8');
  for (const name of ['postgres', 'redis', ...SCHEMAS.map((schema) => `${schema}_rw`)])
    make(`${name}.password`, () => randomBytes(24).toString('base64url'));
  for (const schema of SCHEMAS)
    make(`${schema}.key`, () =>
      String(generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' })),
    );
  // The gateway calls both apps, and subsidy asks registration: those two are all who call.
  const publicHalf = (name: string) => createPublicKey(read(`${name}.key`)).export({ format: 'pem', type: 'spki' });
  make('callers.json', () => JSON.stringify({ gateway: publicHalf('gateway'), subsidy: publicHalf('subsidy') }));
  (await openVault({ file: ring })).close();
  return { folder, read };
}
