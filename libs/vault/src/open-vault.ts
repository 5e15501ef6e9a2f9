import * as fs from 'node:fs';
import { EnvironmentKeys, FileKeys, type KeySource, WrappedKeys } from './key-source';
import { FileKek } from './key-wrapper';
import { Vault } from './vault';

export interface VaultOptions {
  readonly file: string;
  /** The keys themselves, instead of the file. */
  readonly keys?: string | undefined;
  /** File of the key that wraps those in `file`. */
  readonly kekFile?: string | undefined;
}

/** The vault of an installation, on the keys its configuration names. */
export const openVault = (options: VaultOptions): Promise<Vault> => Vault.open(sourceOf(options));

function sourceOf({ file, keys, kekFile }: VaultOptions): KeySource {
  if (keys !== undefined) return new EnvironmentKeys(keys);
  if (kekFile === undefined) return new FileKeys(file);
  const isWrapped = fs.existsSync(file) && fs.readFileSync(file, 'utf8').includes('"wrappedBy"');
  return new WrappedKeys(file, new FileKek(kekFile, !isWrapped));
}
