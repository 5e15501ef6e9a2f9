import { KeyRing } from './key-ring';
import { FileKeys, type KeySource } from './key-source';
import { refuse } from './vault.errors';

/** Where a sealed value lives. It is authenticated with the value: moved to another row or column, it will not open. */
export interface Place {
  readonly table: string;
  readonly column: string;
  readonly row: string;
}

/** How often a running process looks whether its keys were changed. A rotation waits longer than this. */
export const LOOK_MILLISECONDS = 1_000;

/**
 * Seals identity and account numbers and makes keyed blind indexes to look them up by. A sealed value is
 * version(1) ‖ nonce(12) ‖ tag(16) ‖ ciphertext; the version names the key, and the key its algorithms.
 */
export class Vault {
  private ring: KeyRing;
  private looking: NodeJS.Timeout | undefined;
  /** The source changed, and could not be read. */
  private isBehind = false;

  /** @param keys A ring, or the 32 bytes of a master. */
  constructor(
    keys: Buffer | KeyRing,
    /** Where the keys came from, and newer ones may. */
    readonly source?: KeySource,
  ) {
    this.ring = keys instanceof KeyRing ? keys : KeyRing.ofMaster(keys);
  }

  static async open(source: KeySource): Promise<Vault> {
    return new Vault(await source.load(), source);
  }

  /** Reads the key file, or makes it (mode 0600) when there is none yet. */
  static fromFile(file: string): Vault {
    const source = new FileKeys(file);
    return new Vault(source.loadNow(), source);
  }

  get keys(): KeyRing {
    return this.ring;
  }

  seal(text: string, place: Place): Buffer {
    const { version, profile, key } = this.ring.sealer;
    return Buffer.concat([Buffer.of(version), profile.seal(key, text, bound(place, version))]);
  }

  /** Refuses with SEAL_BROKEN what was altered, moved, or sealed under a key that is not in the ring. */
  open(sealed: Buffer, place: Place): string {
    const version = sealed[0];
    const working = this.ring.find(version) ?? this.newer()?.find(version);
    if (!working) throw refuse.broken(place.table, place.column);
    try {
      return working.profile.open(working.key, sealed.subarray(1), bound(place, working.version));
    } catch {
      throw refuse.broken(place.table, place.column);
    }
  }

  /** 32 bytes, the same for the same text and kind; without the key it cannot be guessed back. */
  blindIndex(kind: 'id-number' | 'bank-account' | 'birth-certificate' | 'row' | 'lookup-place', text: string): Buffer {
    const { profile, key } = this.ring.indexer;
    return profile.index(key, kind, text);
  }

  /** Takes the keys as they are now at their source. */
  async refresh(): Promise<KeyRing> {
    if (!this.source) return this.ring;
    this.isBehind = true;
    this.ring = await this.source.load();
    this.isBehind = false;
    return this.ring;
  }

  /** Writes the ring to the source, then works with it. */
  async replace(ring: KeyRing): Promise<void> {
    if (!this.source?.store) throw refuse.sourceReadOnly();
    await this.source.store(ring);
    this.ring = ring;
  }

  /** Keeps up with rotations by other processes until close(). A source that cannot be read now is read later. */
  follow(onError: (error: unknown, where: string) => void): this {
    this.looking = setInterval(() => {
      if (this.isBehind || this.source?.hasChanged()) this.refresh().catch((error: unknown) => onError(error, 'vault'));
    }, LOOK_MILLISECONDS).unref();
    return this;
  }

  close(): void {
    clearInterval(this.looking);
  }

  /** A value may be met in the moment after its key was added. */
  private newer(): KeyRing | undefined {
    if (!this.source?.loadNow || !(this.isBehind || this.source.hasChanged())) return undefined;
    try {
      this.isBehind = true;
      this.ring = this.source.loadNow();
      this.isBehind = false;
      return this.ring;
    } catch {
      return undefined;
    }
  }
}

const bound = ({ table, column, row }: Place, version: number): Buffer =>
  Buffer.from(`${table}|${column}|${row}|${version}`);
