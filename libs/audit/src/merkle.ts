import { createHash } from 'node:crypto';

/** Hashes one tile holds, of the leaves or of complete subtrees below it (C2SP tlog-tiles: height 8). */
export const TILE_WIDTH = 256;

const LEAF = Buffer.of(0);
const NODE = Buffer.of(1);

/** RFC 6962: leaves and nodes begin with different bytes, so that no node can be passed off as a leaf. */
export const leafHash = (data: Buffer): Buffer => createHash('sha256').update(LEAF).update(data).digest();

const nodeHash = (left: Buffer, right: Buffer): Buffer =>
  createHash('sha256').update(NODE).update(left).update(right).digest();

const EMPTY_ROOT = createHash('sha256').digest();

/** A complete subtree of 256^level leaves, the `number`-th from the left. */
export interface TreeNode {
  readonly level: number;
  readonly number: number;
  readonly hash: Buffer;
}

/** Hashes of a level from `first` on: of leaves at level 0, of complete subtrees of 256^level leaves above. */
export type ReadHashes = (level: number, first: number, count: number) => Promise<readonly Buffer[]>;

/** How many hashes of each level a tree of this size has, lowest level first. */
export function levelSizes(size: number): number[] {
  const sizes = [size];
  while (sizes.at(-1)! >= TILE_WIDTH) sizes.push(Math.floor(sizes.at(-1)! / TILE_WIDTH));
  return sizes;
}

/** A Merkle tree that is only added to: it keeps no more than the unfinished tile of each level. */
export class GrowingTree {
  private readonly nodes: TreeNode[] = [];

  private constructor(
    private count: number,
    private readonly unfinished: Buffer[][],
  ) {}

  static empty(): GrowingTree {
    return new GrowingTree(0, [[]]);
  }

  /** Goes on from a tree whose hashes are kept elsewhere. */
  static async at(size: number, read: ReadHashes): Promise<GrowingTree> {
    const unfinished: Buffer[][] = [];
    for (const [level, count] of levelSizes(size).entries()) {
      const open = count % TILE_WIDTH;
      unfinished.push(open === 0 ? [] : [...(await read(level, count - open, open))]);
    }
    return new GrowingTree(size, unfinished);
  }

  get size(): number {
    return this.count;
  }

  append(leaf: Buffer): void {
    this.count++;
    this.add(0, leaf);
  }

  private add(level: number, hash: Buffer): void {
    const tile = (this.unfinished[level] ??= []);
    tile.push(hash);
    if (tile.length < TILE_WIDTH) return;
    const node = { level: level + 1, number: this.count / TILE_WIDTH ** (level + 1) - 1, hash: foldPeaks(peaks(tile)) };
    this.nodes.push(node);
    this.unfinished[level] = [];
    this.add(level + 1, node.hash);
  }

  /** The subtrees that were completed since this was last asked. */
  takeNodes(): TreeNode[] {
    return this.nodes.splice(0);
  }

  get root(): Buffer {
    return foldPeaks([...this.unfinished].reverse().flatMap(peaks));
  }
}

/** Roots of the largest complete subtrees of a row of hashes, left to right. */
function peaks(hashes: readonly Buffer[]): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < hashes.length;) {
    const width = 2 ** Math.floor(Math.log2(hashes.length - at));
    found.push(completeRoot(hashes.slice(at, at + width)));
    at += width;
  }
  return found;
}

function completeRoot(hashes: readonly Buffer[]): Buffer {
  let row = hashes;
  while (row.length > 1) row = Array.from({ length: row.length / 2 }, (_, i) => nodeHash(row[2 * i]!, row[2 * i + 1]!));
  return row[0]!;
}

const foldPeaks = (found: readonly Buffer[]): Buffer =>
  found.length === 0 ? EMPTY_ROOT : found.reduceRight((right, left) => nodeHash(left, right));

/** The root over these leaves. */
export const rootOf = (leaves: readonly Buffer[]): Buffer => foldPeaks(peaks(leaves));

/** What shows that leaf `index` is in a tree of this size (RFC 6962 §2.1.1), from the leaf upwards. */
export async function inclusionPath(index: number, size: number, read: ReadHashes): Promise<Buffer[]> {
  const path: Buffer[] = [];
  let [from, to] = [0, size];
  while (to - from > 1) {
    const middle = from + 2 ** Math.ceil(Math.log2(to - from) - 1);
    const isLeft = index < middle;
    path.push(await rangeRoot(isLeft ? middle : from, isLeft ? to : middle, read));
    if (isLeft) to = middle;
    else from = middle;
  }
  return path.reverse();
}

/** Root of the leaves from `from` up to, not with, `to`, where `from` is where a subtree of the tree begins. */
async function rangeRoot(from: number, to: number, read: ReadHashes): Promise<Buffer> {
  const found: Buffer[] = [];
  for (let at = from; at < to;) {
    const width = 2 ** Math.floor(Math.log2(to - at));
    const level = Math.floor(Math.log2(width) / Math.log2(TILE_WIDTH));
    const unit = TILE_WIDTH ** level;
    found.push(completeRoot(await read(level, at / unit, width / unit)));
    at += width;
  }
  return foldPeaks(found);
}

/** The root that a path leads to, or undefined when it is no path of that place and size (RFC 9162 §2.1.3.2). */
export function rootByPath(index: number, size: number, leaf: Buffer, path: readonly Buffer[]): Buffer | undefined {
  if (index < 0 || index >= size) return undefined;
  let [at, last, hash] = [index, size - 1, leaf];
  for (const sibling of path) {
    if (last === 0) return undefined;
    if (at % 2 === 1 || at === last) {
      hash = nodeHash(sibling, hash);
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, Math.floor(last / 2)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  return last === 0 ? hash : undefined;
}
