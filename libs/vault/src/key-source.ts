import { KeyRing } from './key-ring';
import { RingFile } from './ring-file';
import { readRing, type RawRing, writeRing } from './ring-text';
import { refuse } from './vault.errors';
import { type KeyWrapper, unwrapRing, wrapRing } from './key-wrapper';

/** Where the keys come from. */
export interface KeySource {
  /** Refuses a source that cannot be trusted or read; never answers with half a ring. */
  load(): Promise<KeyRing>;
  /** Whether load() would read something else than it did last. */
  hasChanged(): boolean;
  /** The same as load(), where nobody else has to be asked. */
  loadNow?(): KeyRing;
  /** Where the keys can be changed from here; on disk before it returns. */
  store?(ring: KeyRing): Promise<void>;
}

/** A ring file that only its owner reads, made on first use. The first key files, one master in base64, are version 1. */
export class FileKeys implements KeySource {
  private readonly file: RingFile;

  constructor(file: string) {
    this.file = new RingFile(file);
  }

  async load(): Promise<KeyRing> {
    return this.loadNow();
  }

  loadNow(): KeyRing {
    if (!this.file.exists()) this.file.make(writeRing(KeyRing.make().content));
    const raw = readRing(this.file.read(), this.file.path);
    if (raw.wrappedBy !== undefined) throw refuse.kekMissing(this.file.path);
    return ringOf(raw, this.file.path);
  }

  hasChanged(): boolean {
    return this.file.hasChanged();
  }

  async store(ring: KeyRing): Promise<void> {
    this.file.replace(writeRing(ring.content));
  }
}

/** For containers without files: the text of a ring file, or one master in base64. Nothing can be added from here. */
export class EnvironmentKeys implements KeySource {
  constructor(private readonly text: string) {}

  async load(): Promise<KeyRing> {
    const where = 'YANGYU_VAULT_KEYS';
    const raw = readRing(this.text, where);
    if (raw.wrappedBy !== undefined) throw refuse.kekMissing(where);
    return ringOf(raw, where);
  }

  hasChanged(): boolean {
    return false;
  }
}

/** Envelope encryption: the ring file holds wrapped keys, and a key that stays elsewhere unwraps them at the start. */
export class WrappedKeys implements KeySource {
  private readonly file: RingFile;

  constructor(
    file: string,
    private readonly wrapper: KeyWrapper,
  ) {
    this.file = new RingFile(file);
  }

  async load(): Promise<KeyRing> {
    if (!this.file.exists()) {
      this.file.make(await wrapRing(KeyRing.make().content, this.wrapper));
    }
    const text = this.file.read();
    const raw = readRing(text, this.file.path);
    if (raw.wrappedBy !== undefined) return ringOf(await unwrapRing(raw, this.wrapper), this.file.path);
    // Keys that lay there in the clear: from now on they do not.
    const ring = ringOf(raw, this.file.path);
    const isStored = this.file.replaceIf(text, await wrapRing(ring.content, this.wrapper));
    return isStored ? ring : this.load();
  }

  hasChanged(): boolean {
    return this.file.hasChanged();
  }

  async store(ring: KeyRing): Promise<void> {
    this.file.replace(await wrapRing(ring.content, this.wrapper));
  }
}

function ringOf(raw: RawRing, where: string): KeyRing {
  const keys = (kept: RawRing['seal']) => kept.map(({ version, profile, bytes }) => ({ version, profile, key: bytes }));
  const { seal, index, sealsWith, indexesWith, isRotating, retired } = raw;
  const isWhole =
    seal.some(({ version }) => version === sealsWith) &&
    index.some(({ version }) => version === indexesWith) &&
    new Set(seal.map(({ version }) => version)).size === seal.length;
  if (!isWhole) throw refuse.ringBroken(where);
  return new KeyRing({ seal: keys(seal), index: keys(index), sealsWith, indexesWith, isRotating, retired });
}
