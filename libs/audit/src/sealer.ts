import { type Database, inContext, systemContext, type Tx } from '@app/database';
import { systemClock } from '@app/kernel';
import { refuse } from './audit.errors';
import { leafOf } from './leaf';
import { GrowingTree, TILE_WIDTH } from './merkle';
import type { NoteSigner } from './note';
import type { Publication } from './publication';
import * as seals from './seal.repository';
import { tilesSince, type Tile } from './tile';

const BATCH = 20_000;
const BEFORE_ALL = { xid: '0', id: '0' };

export interface Sealed {
  /** Entries that got their leaf this time. */
  readonly added: number;
  /** Leaves in all. */
  readonly size: number;
}

/** Seals the entries of one schema into its tree, signs what it has, and writes it where others can fetch it. */
export class Sealer {
  constructor(
    readonly schema: string,
    private readonly database: Database,
    private readonly signer: NoteSigner,
    private readonly publication: Publication,
  ) {}

  /** Everything that can be sealed now. Several sealers, in several processes, take turns. */
  seal(): Promise<Sealed> {
    // Sealing is no deed of anybody's: were it recorded, there would always be something to seal.
    return inContext(systemContext('audit.seal', { isPlumbing: true }), async () => {
      let added = 0;
      for (;;) {
        const batch = await this.database.write((tx) => this.sealBatch(tx), { statementTimeout: 0 });
        added += batch.added;
        if (batch.added < BATCH) {
          await this.database.write((tx) => this.publish(tx), { statementTimeout: 0 });
          return { added, size: batch.size };
        }
      }
    });
  }

  private async sealBatch(tx: Tx): Promise<Sealed> {
    await seals.lockSealing(tx);
    const tree = await this.openTree(tx);
    const first = tree.size;
    const after = first === 0 ? BEFORE_ALL : await seals.positionOf(tx, first - 1);
    if (!after) throw refuse.treeBroken(this.schema, first);
    const entries = await seals.entriesToSeal(tx, after, BATCH);
    if (entries.length === 0) return { added: 0, size: first };

    const hashes = entries.map(leafOf);
    for (const hash of hashes) tree.append(hash);
    const root = tree.root;
    await seals.insertLeaves(
      tx,
      first,
      entries.map(({ id }) => id),
      hashes,
    );
    await seals.insertNodes(tx, tree.takeNodes());
    // Entries have the database's clock, which starting compares with this one; the installation's may be set by a test.
    const note = this.signer.sign(tree.size, root, systemClock.now());
    await seals.insertCheckpoint(tx, { size: tree.size, root, note });
    return { added: entries.length, size: tree.size };
  }

  /** The tree as it stands, if it still is what was signed and published last. */
  private async openTree(tx: Tx): Promise<GrowingTree> {
    const last = await seals.lastCheckpoint(tx);
    const size = last?.size ?? 0;
    await this.assertContinuesPublication(tx, size);
    if ((await seals.countLeaves(tx)) !== size) throw refuse.treeBroken(this.schema, size);
    const tree = await GrowingTree.at(size, seals.storedHashes(tx));
    if (!last) return tree;
    const signed = this.signer.open(last.note);
    const isSame = signed?.size === size && signed.root.equals(last.root) && tree.root.equals(last.root);
    if (!isSame) throw refuse.treeBroken(this.schema, size);
    return tree;
  }

  private async assertContinuesPublication(tx: Tx, size: number): Promise<void> {
    const published = this.publication.newest();
    if (!published) return;
    const ours = await seals.findCheckpoint(tx, published.size);
    if (!ours?.root.equals(published.root)) throw refuse.behindPublication(this.schema, size, published.size);
  }

  /** Writes what the newest checkpoint speaks of and is not in the folder yet; a crash in between is made up for here. */
  private async publish(tx: Tx): Promise<void> {
    await seals.lockSealing(tx);
    this.publication.writeKey(this.signer);
    const last = await seals.lastCheckpoint(tx);
    const before = this.publication.newest()?.size ?? 0;
    if (!last || last.size <= before) return;
    for (const chunk of chunks(tilesSince(before, last.size), 64)) await this.writeTiles(tx, chunk);
    this.publication.writeNote(last.size, last.note);
  }

  /** Tiles side by side on one level are read together. */
  private async writeTiles(tx: Tx, tiles: readonly Tile[]): Promise<void> {
    for (const level of new Set(tiles.map((tile) => tile.level))) {
      const row = tiles.filter((tile) => tile.level === level);
      const first = row[0]!.number * TILE_WIDTH;
      const count = row.reduce((sum, { width }) => sum + width, 0);
      const hashes = await seals.storedHashes(tx)(level, first, count);
      for (const tile of row) {
        const at = tile.number * TILE_WIDTH - first;
        this.publication.writeTile(tile, hashes.slice(at, at + tile.width));
      }
    }
  }
}

const chunks = <T>(items: readonly T[], length: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / length) }, (_, i) => items.slice(i * length, (i + 1) * length));
