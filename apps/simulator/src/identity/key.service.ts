import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';

/** A private key with the name that its public half goes by. */
export type SigningKey = JWK & { readonly kid: string };

/** The keys in `file`, newest first; a first one is made when there is none. Readable by this user only. */
export async function openKeys(file: string): Promise<SigningKey[]> {
  const found = await readIfThere(file);
  if (found) return found;
  const keys = [await makeKey()];
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  try {
    await writeFile(file, JSON.stringify(keys), { mode: 0o600, flag: 'wx' });
    return keys;
  } catch (error) {
    // Two processes started together: the first one's key is the key.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return (await readIfThere(file))!;
    throw error;
  }
}

/** Puts a new key before the old one, whose signatures stay good, and lets go of those before. */
export async function rotateKeys(file: string): Promise<SigningKey[]> {
  const [last] = await openKeys(file);
  const keys = [await makeKey(), last!];
  await writeFile(`${file}.next`, JSON.stringify(keys), { mode: 0o600 });
  await rename(`${file}.next`, file);
  return keys;
}

/** Without the name of an algorithm, since clients write both of Ed25519's. */
export const publicHalf = ({ d: _secret, alg: _alg, ...rest }: SigningKey): JWK => rest;

async function readIfThere(file: string): Promise<SigningKey[] | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as SigningKey[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function makeKey(): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  const jwk = await exportJWK(privateKey);
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'EdDSA', use: 'sig' };
}
