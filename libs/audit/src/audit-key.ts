import { generateKeyPairSync } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { NoteSigner } from './note';

/** The name of the log of a schema, and of the key that signs its checkpoints. */
const originOf = (schema: string): string => `yangyu/${schema}`;

/** Reads the installation's signing key, or makes it (mode 0600) when there is none yet. */
export function signerFromFile(file: string, schema: string): NoteSigner {
  if (!fs.existsSync(file)) {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    const pem = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' });
    try {
      fs.writeFileSync(file, pem, { mode: 0o600, flag: 'wx' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  return NoteSigner.of(originOf(schema), fs.readFileSync(file, 'utf8'));
}
