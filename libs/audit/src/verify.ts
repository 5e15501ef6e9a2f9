import * as path from 'node:path';
import { type Database, inContext, systemContext, type Tx } from '@app/database';
import { type Finding, found } from './audit.errors';
import { type AuditEntry, leafOf } from './leaf';
import { GrowingTree, TILE_WIDTH } from './merkle';
import type { Checkpoint, NoteVerifier } from './note';
import { Publication } from './publication';
import type { Position } from './seal.repository';
import * as log from './verify.repository';

const PAGE = 20_000;
const DAY_MILLISECONDS = 86_400_000;
const HASH_BYTES = 32;

export interface Verified {
  readonly schema: string;
  /** Leaves that were compared, and what they lead to; of a log that is found wrong, up to there. */
  readonly size: number;
  readonly root: string;
  /** Signed checkpoints of the database that were compared. */
  readonly checkpoints: number;
  /** Leaves of the checkpoint that was kept outside the database; null when none was given. */
  readonly keptSize: number | null;
  /** Entries that wait for the next sealing. */
  readonly unsealed: number;
  /** What is wrong first; null when all is well. */
  readonly finding: Finding | null;
}

/** A checkpoint that was kept outside the database, with the tiles beside it. */
export interface Kept {
  readonly note: string;
  /** Folder it lies in. */
  readonly folder: string;
}

/** The checkpoint in a file or the newest of a publication; undefined when there is none. */
export function keptIn(file: string): Kept | undefined {
  const folder = path.dirname(file);
  const note = new Publication(folder).note(path.basename(file));
  return note === undefined ? undefined : { note, folder };
}

/** Recomputes a schema's whole log on one snapshot and compares it with all that was stored, signed and kept of it. */
export function verifyLog(database: Database, schema: string, key: NoteVerifier, kept?: Kept): Promise<Verified> {
  return inContext(systemContext('audit.verify', { isPlumbing: true }), () =>
    database.read((read) => new Walk(read, schema, key, kept).run(), { statementTimeout: 0 }),
  );
}

/** A checkpoint of the database that the walk has not reached. */
interface Upcoming {
  readonly row: log.DatedCheckpoint;
  readonly signed: Checkpoint | undefined;
  /** What is signed is about this checkpoint and no other. */
  readonly isItsOwn: boolean;
  readonly time: number;
  readonly isMisdated: boolean;
  /** No leaf that it seals may say a later time; infinite where its own time is not to be trusted. */
  readonly latest: number;
}

/** One walk along the entries in the order of sealing, side by side with the leaves. */
class Walk {
  private readonly tree = GrowingTree.empty();
  private position: Position = { xid: '0', id: '0' };
  private readonly checkpoint: Checkpoint | undefined;
  /** Leaf hashes that the kept checkpoint vouches for. */
  private readonly keptLeaves: Buffer | undefined;
  /** Up to here a signed checkpoint of the database vouches for the leaves. */
  private signedSize = 0;
  /** The latest time that checkpoints up to there say. */
  private signedAt = -Infinity;
  private checkpoints = 0;
  private ahead: log.DatedCheckpoint[] = [];
  /** The one that seals the leaves from `signedSize` on. */
  private next: Upcoming | undefined;
  private isKeptRootDifferent = false;
  /** The first leaf that the kept ones contradict while the stored one does not. */
  private divergence: { leaf: number; entry: string } | undefined;
  private isDivergenceSigned = false;

  constructor(
    private readonly read: Tx,
    private readonly schema: string,
    private readonly key: NoteVerifier,
    private readonly kept: Kept | undefined,
  ) {
    this.checkpoint = kept && key.open(kept.note);
    this.keptLeaves = kept && this.checkpoint && new Publication(kept.folder).leavesOf(this.checkpoint);
  }

  async run(): Promise<Verified> {
    const finding = (await this.compareAll()) ?? null;
    return {
      schema: this.schema,
      size: this.tree.size,
      root: this.tree.root.toString('base64'),
      checkpoints: this.checkpoints,
      keptSize: this.checkpoint?.size ?? null,
      unsealed: finding ? 0 : await log.countEntriesAfter(this.read, this.position),
      finding,
    };
  }

  private async compareAll(): Promise<Finding | undefined> {
    for (;;) {
      const [finding, isEnd] = await this.comparePage();
      if (finding) return this.divergence ? this.divergenceFinding() : finding;
      if (isEnd) return this.compareEnd();
    }
  }

  private async comparePage(): Promise<[Finding | undefined, boolean]> {
    const entries = await log.entriesAfter(this.read, this.position, PAGE);
    const leaves = await log.leavesFrom(this.read, this.tree.size, PAGE);
    for (const [i, leaf] of leaves.entries()) {
      const finding = (await this.compareOrder(entries[i], leaf)) ?? (await this.compareLeaf(entries[i]!, leaf));
      if (finding) return [finding, true];
    }
    const wrong = await log.nodesStoredOtherwise(this.read, this.tree.takeNodes());
    if (wrong.length > 0) {
      const first = Math.min(...wrong.map(({ level, number }) => number * TILE_WIDTH ** level));
      return [found.nodeAltered(first), true];
    }
    return [undefined, leaves.length < PAGE];
  }

  /** Whether the next entry is the one that the next leaf is about; if not, what was done to them. */
  private async compareOrder(entry: AuditEntry | undefined, leaf: log.LeafRow): Promise<Finding | undefined> {
    const next = this.tree.size;
    if (leaf.index !== next) return found.leafMissing(next);
    if (entry?.id === leaf.entryId) return undefined;
    if (!(await log.isThere(this.read, leaf.entryId))) return found.entryMissing(next, leaf.entryId);
    if (entry && !(await log.isSealed(this.read, entry.id))) return found.inserted(next, entry.id);
    return found.reordered(next, entry?.id ?? leaf.entryId);
  }

  private async compareLeaf(entry: AuditEntry, leaf: log.LeafRow): Promise<Finding | undefined> {
    if (leaf.index === this.signedSize) this.next = await this.nextCheckpoint();
    const hash = leafOf(entry);
    const isStored = hash.equals(leaf.hash);
    const kept = this.keptLeaf(leaf.index);
    if (!isStored) {
      return kept?.equals(hash) ? found.leafAltered(leaf.index, entry.id) : found.entryEdited(leaf.index, entry.id);
    }
    if (kept && !kept.equals(hash)) this.divergence ??= { leaf: leaf.index, entry: entry.id };
    const misdated = this.divergence ? undefined : this.compareTime(entry, leaf.index);
    if (misdated) return misdated;
    this.tree.append(hash);
    this.position = { xid: entry.xid, id: entry.id };
    if (this.tree.size === this.checkpoint?.size) {
      this.isKeptRootDifferent = !this.tree.root.equals(this.checkpoint.root);
    }
    return this.compareCheckpoint();
  }

  /** Between the checkpoint before it and the one that seals it. A time that is none, like infinity, is in no such place. */
  private compareTime({ id, at }: AuditEntry, leaf: number): Finding | undefined {
    const time = Date.parse(at);
    if (time < this.signedAt - DAY_MILLISECONDS) return found.backDated(leaf, id);
    return time <= (this.next?.latest ?? Infinity) ? undefined : found.futureDated(leaf, id);
  }

  private keptLeaf(index: number): Buffer | undefined {
    const at = index * HASH_BYTES;
    return this.keptLeaves && at < this.keptLeaves.length ? this.keptLeaves.subarray(at, at + HASH_BYTES) : undefined;
  }

  private async nextCheckpoint(): Promise<Upcoming | undefined> {
    if (this.ahead.length === 0) this.ahead = await log.checkpointsAfter(this.read, this.signedSize, PAGE);
    const row = this.ahead.shift();
    if (!row) return undefined;
    const signed = this.key.open(row.note);
    const isItsOwn = signed?.size === row.size && signed.root.equals(row.root);
    const stored = Number(row.at);
    const time = Number(signed?.time ?? row.at);
    const isMisdated = Math.abs(stored - time) > DAY_MILLISECONDS || !(time >= this.signedAt - DAY_MILLISECONDS);
    const latest = isItsOwn && !isMisdated ? time + DAY_MILLISECONDS : Infinity;
    return { row, signed, isItsOwn, time, isMisdated, latest };
  }

  /** Where the database has a checkpoint: its signature, what it says, and what the leaves lead to. */
  private compareCheckpoint(): Finding | undefined {
    const { next } = this;
    const size = this.tree.size;
    if (next?.row.size !== size) return undefined;
    if (!next.signed) return found.checkpointForged(this.signedSize);
    if (!next.isItsOwn) return found.checkpointSwapped(this.signedSize);
    if (!next.row.root.equals(this.tree.root)) return found.rootDiffers(this.signedSize);
    if (this.divergence) {
      this.isDivergenceSigned = true;
      return this.divergenceFinding();
    }
    if (next.isMisdated) return found.checkpointMisdated(this.signedSize);
    this.signedSize = size;
    this.signedAt = Math.max(this.signedAt, next.time);
    this.checkpoints++;
    return undefined;
  }

  /** Signed by us on both sides it is a fork; signed on the kept side only, somebody without the key rewrote the log. */
  private divergenceFinding(): Finding {
    const { leaf, entry } = this.divergence!;
    return this.isDivergenceSigned ? found.forked(leaf, entry) : found.recomputed(leaf, entry);
  }

  private async compareEnd(): Promise<Finding | undefined> {
    const size = this.tree.size;
    if (this.divergence) return this.divergenceFinding();
    const [beyond] = await log.checkpointsAfter(this.read, size, 1);
    if (beyond || (this.checkpoint && this.checkpoint.size > size)) return found.tailCut(size);
    if (this.signedSize < size) return found.checkpointMissing(this.signedSize);
    if (this.kept && !this.checkpoint) return found.keptForged();
    if (this.isKeptRootDifferent) return found.forkedBefore(this.checkpoint!.size);
    const hasBadTiles = this.kept && !this.keptLeaves && new Publication(this.kept.folder).hasTiles();
    return hasBadTiles ? found.keptTilesAltered() : undefined;
  }
}
