import type { Database } from '@app/database';
import { failpoint } from '@app/jobs';
import type { KeyRing } from './key-ring';
import type { ProfileName } from './profiles';
import { ResealRepository, type SealedColumn, type SealedRow } from './reseal.repository';
import { LOOK_MILLISECONDS, type Vault } from './vault';
import { refuse } from './vault.errors';

/** An app's sealed columns, behind its own door. */
export interface SealedSchema {
  readonly schema: string;
  readonly database: Database;
  readonly columns: readonly SealedColumn[];
}

export interface RotationOptions {
  /** For a version that is added. */
  readonly profile?: ProfileName;
  readonly chunkRows?: number;
  /** How long other processes are given to learn of a change of the ring. */
  readonly noticeMilliseconds?: number;
  readonly onProgress?: (done: number, of: number) => void;
}

export interface ColumnCount {
  readonly schema: string;
  readonly table: string;
  readonly column: string;
}

export interface Rotated {
  /** The version that everything is sealed with now. */
  readonly version: number;
  /** False when an earlier rotation was gone on with. */
  readonly isNew: boolean;
  readonly columns: readonly (ColumnCount & { readonly resealed: number })[];
  /** Values that do not open, and so were left as they are. */
  readonly unreadable: number;
  /** Values of older versions that transactions, still running at the end, were holding or may yet write. */
  readonly left: number;
}

export interface VaultStatus {
  readonly sealsWith: number;
  readonly indexesWith: number;
  readonly isRotating: boolean;
  readonly versions: readonly { readonly version: number; readonly profile: ProfileName; readonly values: number }[];
  readonly retired: readonly number[];
}

const CHUNK_ROWS = 1_000;
/** Passes without a single swap, a tenth of a second apart, before what is left is left to the next run. */
const IDLE_PASSES = 100;
const PAUSE_MILLISECONDS = 100;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/**
 * Brings every sealed value to a new key version while everybody works on: the version is announced, so that all
 * processes can open it, then used for new values, then old values are swapped, chunk by chunk, each only if it is
 * still what was read. Killed anywhere, the next run goes on with what is left.
 */
export class Rotation {
  private readonly reseals = new ResealRepository();

  constructor(
    private readonly vault: Vault,
    private readonly schemas: readonly SealedSchema[],
  ) {}

  async status(): Promise<VaultStatus> {
    const ring = await this.vault.refresh();
    const counts = await this.countAll();
    const { seal, sealsWith, indexesWith, isRotating, retired } = ring.content;
    const versions = seal.map(({ version, profile }) => ({ version, profile, values: counts.get(version) ?? 0 }));
    return { sealsWith, indexesWith, isRotating, versions, retired };
  }

  async rotate(options: RotationOptions = {}): Promise<Rotated> {
    const { noticeMilliseconds: notice = 2.5 * LOOK_MILLISECONDS, chunkRows = CHUNK_ROWS } = options;
    const isNew = await this.announce(options.profile ?? this.vault.keys.sealer.profile.name);
    failpoint('vault.announced');
    if (this.vault.keys.sealer.version !== this.vault.keys.newest) {
      await wait(notice);
      await this.change((ring) => ring.activated());
    }
    failpoint('vault.activated');
    await wait(notice);

    const version = this.vault.keys.sealer.version;
    const of = older(await this.countAll(), version);
    const tally = new Tally(options.onProgress, of);
    await this.resealAll(version, chunkRows, tally);
    await this.untilPast(await this.mark());
    await this.resealAll(version, chunkRows, tally);

    const left = older(await this.countAll(), version) - tally.unreadable.size;
    if (left === 0 && this.vault.source?.store) await this.change((ring) => ring.rotated());
    const columns = this.columns().map((column) => ({ ...column.told, resealed: tally.of(column.key) }));
    return { version, isNew, columns, unreadable: tally.unreadable.size, left };
  }

  /** Drops a version from the ring; refuses with VAULT_VERSION_IN_USE while any sealed value names it. */
  async retire(version: number): Promise<void> {
    const ring = await this.vault.refresh();
    if (ring.content.isRotating) throw refuse.rotationUnfinished();
    ring.without(version);
    const values = (await this.countAll()).get(version) ?? 0;
    if (values > 0) throw refuse.versionInUse(version, values);
    // From here on the database takes no value of this version, whoever may still seal with it.
    for (const { database } of this.schemas) {
      const left = await database.write((tx) => this.reseals.retire(tx, version), { statementTimeout: 0 });
      if (left > 0) throw refuse.versionInUse(version, left);
    }
    failpoint('vault.closed');
    // Whoever keeps the keys elsewhere drops it there.
    if (this.vault.source?.store) await this.change((now) => now.without(version));
  }

  /** Adds a version, unless one was added by a rotation that has not ended. */
  private async announce(profile: ProfileName): Promise<boolean> {
    if (!this.vault.source?.store) {
      // Whoever keeps the keys has added one, and it seals already; or there is nothing to do here.
      if (older(await this.countAll(), this.vault.keys.sealer.version) === 0) throw refuse.sourceReadOnly();
      return false;
    }
    let isNew = false;
    await this.change((ring) => {
      if (ring.content.isRotating) return ring;
      isNew = true;
      return ring.announcing(profile);
    });
    return isNew;
  }

  /** Reads the ring, changes it and writes it, alone in the installation. */
  private change(change: (ring: KeyRing) => KeyRing): Promise<void> {
    return this.schemas[0]!.database.write(async (tx) => {
      await this.reseals.lock(tx);
      const ring = await this.vault.refresh();
      const changed = change(ring);
      if (changed !== ring) await this.vault.replace(changed);
    });
  }

  /** Passes over every column until nothing is found, or nothing moves any more. */
  private async resealAll(version: number, chunkRows: number, tally: Tally): Promise<void> {
    for (const column of this.columns()) {
      let idle = 0;
      for (;;) {
        const { found, swapped } = await this.pass(column, version, chunkRows, tally);
        if (found === 0) break;
        idle = swapped > 0 ? 0 : idle + 1;
        if (idle > IDLE_PASSES) break;
        if (swapped === 0) await wait(PAUSE_MILLISECONDS);
      }
    }
  }

  /** Once through a table in the order of ids. `found` leaves out what does not open. */
  private async pass(column: Column, version: number, chunkRows: number, tally: Tally) {
    let [after, found, swapped] = [FIRST_ID, 0, 0];
    for (;;) {
      const chunk = await column.database.write(
        (tx) => this.reseal(tx, column, version, after, chunkRows, tally),
        { statementTimeout: 0 }, // The last look through a table finds nothing and reads it all.
      );
      found += chunk.found;
      swapped += chunk.swapped;
      tally.add(column.key, chunk.swapped);
      failpoint('vault.chunk');
      if (chunk.last === undefined) return { found, swapped };
      after = chunk.last;
    }
  }

  private async reseal(
    tx: Parameters<ResealRepository['swap']>[0],
    column: Column,
    version: number,
    after: string,
    chunkRows: number,
    tally: Tally,
  ) {
    const rows = await this.reseals.listOthers(tx, column.sealed, version, after, chunkRows);
    const readable: (SealedRow & { becomes: Buffer })[] = [];
    for (const row of rows) {
      const becomes = this.sealAgain(column.sealed, row);
      if (becomes) readable.push({ ...row, becomes });
      else tally.unreadable.add(`${column.key} ${row.id} ${row.sealed.toString('base64')}`);
    }
    const swapped = readable.length === 0 ? 0 : await this.reseals.swap(tx, column.sealed, readable);
    failpoint('vault.swapped');
    return { found: readable.length, swapped, last: rows.length < chunkRows ? undefined : rows.at(-1)!.id };
  }

  private sealAgain({ boundTo: table, column }: SealedColumn, { id: row, sealed }: SealedRow): Buffer | undefined {
    const place = { table, column, row };
    try {
      return this.vault.seal(this.vault.open(sealed, place), place);
    } catch {
      return undefined; // Counted, and left for a person: it may be the only trace of what was there.
    }
  }

  private async countAll(): Promise<Map<number, number>> {
    const all = new Map<number, number>();
    for (const { database, sealed } of this.columns()) {
      const counts = await database.read((read) => this.reseals.countByVersion(read, sealed), { statementTimeout: 0 });
      for (const [version, n] of counts) all.set(version, (all.get(version) ?? 0) + n);
    }
    return all;
  }

  private mark(): Promise<string> {
    return this.schemas[0]!.database.write((tx) => this.reseals.mark(tx));
  }

  /** Transactions from before may yet commit values of the old version; most end within seconds. */
  private async untilPast(mark: string): Promise<void> {
    for (let passes = 0; passes < IDLE_PASSES; passes++) {
      if (await this.schemas[0]!.database.read((read) => this.reseals.isPast(read, mark))) return;
      await wait(PAUSE_MILLISECONDS);
    }
  }

  private columns(): Column[] {
    return this.schemas.flatMap(({ schema, database, columns }) =>
      columns.map((sealed) => ({
        database,
        sealed,
        told: { schema, table: sealed.table, column: sealed.column },
        key: `${schema}.${sealed.table}.${sealed.column}`,
      })),
    );
  }
}

interface Column {
  readonly database: Database;
  readonly sealed: SealedColumn;
  readonly told: ColumnCount;
  readonly key: string;
}

class Tally {
  readonly unreadable = new Set<string>();
  private readonly counts = new Map<string, number>();
  private done = 0;

  constructor(
    private readonly onProgress: RotationOptions['onProgress'],
    private readonly total: number,
  ) {}

  add(column: string, swapped: number): void {
    this.done += swapped;
    this.counts.set(column, this.of(column) + swapped);
    this.onProgress?.(this.done, Math.max(this.total, this.done));
  }

  of(column: string): number {
    return this.counts.get(column) ?? 0;
  }
}

const older = (counts: ReadonlyMap<number, number>, version: number): number =>
  [...counts].reduce((sum, [other, n]) => (other === version ? sum : sum + n), 0);

const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
