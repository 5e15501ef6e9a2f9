import { createHmac, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { getProfile, type Profile, type ProfileName } from './profiles';
import { refuse } from './vault.errors';

/** The key of one purpose and version, as it is kept. */
export interface RingKey {
  readonly version: number;
  readonly profile: ProfileName;
  readonly key: Buffer;
}

export interface RingContent {
  readonly seal: readonly RingKey[];
  readonly index: readonly RingKey[];
  /** Version that new values are sealed with. Newer ones may be there already, so that every process learns them first. */
  readonly sealsWith: number;
  readonly indexesWith: number;
  /** A rotation has begun and not ended. */
  readonly isRotating: boolean;
  /** Seal versions that were dropped; their numbers are not given again. */
  readonly retired: readonly number[];
}

/** A key of the ring, ready for work. */
export interface WorkingKey {
  readonly version: number;
  readonly profile: Profile;
  readonly key: KeyObject;
}

const MASTER_BYTES = 32;
const VERSION_MAX = 255;

/**
 * The numbered versions of the keys of both purposes, each key independent of all others, so that dropping one destroys
 * it. A ring does not change: what adds or drops a version gives another ring.
 */
export class KeyRing {
  private readonly sealing: ReadonlyMap<number, WorkingKey>;
  /** What new values are sealed with, and what blind indexes are made with. */
  readonly sealer: WorkingKey;
  readonly indexer: WorkingKey;

  /** Refuses with VAULT_PROFILE_UNAVAILABLE. */
  constructor(readonly content: RingContent) {
    const { seal, index, sealsWith, indexesWith } = content;
    this.sealing = new Map(seal.map((kept) => [kept.version, working(kept)]));
    const indexer = index.find(({ version }) => version === indexesWith);
    const sealer = this.sealing.get(sealsWith);
    if (!sealer || !indexer) throw new RangeError('the ring lacks a key that it works with');
    this.sealer = sealer;
    this.indexer = working(indexer);
  }

  /** Version 1 of both purposes, derived from one master: how the first key files and the tests have it. */
  static ofMaster(master: Buffer): KeyRing {
    if (master.length !== MASTER_BYTES) throw new RangeError('the vault key must be 32 bytes');
    const derived = (purpose: string): RingKey => ({
      version: 1,
      profile: 'aes-256-gcm',
      key: createHmac('sha256', master).update(purpose).digest(),
    });
    return new KeyRing({
      seal: [derived('yangyu seal v1')],
      index: [derived('yangyu blind index v1')],
      sealsWith: 1,
      indexesWith: 1,
      isRotating: false,
      retired: [],
    });
  }

  static make(): KeyRing {
    return KeyRing.ofMaster(randomBytes(MASTER_BYTES));
  }

  find(version: number | undefined): WorkingKey | undefined {
    return version === undefined ? undefined : this.sealing.get(version);
  }

  get newest(): number {
    return Math.max(...this.sealing.keys());
  }

  /** With one more version, which opens and does not seal yet. */
  announcing(profile: ProfileName): KeyRing {
    const version = Math.max(this.newest, ...this.content.retired) + 1;
    if (version > VERSION_MAX) throw refuse.versionsUsedUp();
    const key = randomBytes(getProfile(profile).sealKeyBytes);
    return this.with({ seal: [...this.content.seal, { version, profile, key }], isRotating: true });
  }

  /** Sealing with the newest version. */
  activated(): KeyRing {
    return this.with({ sealsWith: this.newest });
  }

  rotated(): KeyRing {
    return this.with({ isRotating: false });
  }

  without(version: number): KeyRing {
    if (!this.find(version)) throw refuse.versionUnknown(version);
    if (version === this.sealer.version) throw refuse.versionSeals(version);
    const { seal, retired } = this.content;
    return this.with({ seal: seal.filter((kept) => kept.version !== version), retired: [...retired, version] });
  }

  private with(changed: Partial<RingContent>): KeyRing {
    return new KeyRing({ ...this.content, ...changed });
  }
}

const working = ({ version, profile, key }: RingKey): WorkingKey => ({
  version,
  profile: getProfile(profile),
  key: createSecretKey(key),
});
