import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { GrowingTree, levelSizes, TILE_WIDTH } from './merkle';
import { type Checkpoint, NoteVerifier, parseCheckpoint } from './note';
import { tilePath, type Tile } from './tile';

const HASH_BYTES = 32;

/**
 * The folder of a log that others copy and keep: `checkpoint` (the newest), `checkpoint-<size>`, `tile/…` and `key`.
 * Only hashes and signatures are in it, so that whoever keeps it learns about nobody.
 */
export class Publication {
  constructor(readonly folder: string) {}

  /** A signed note that is kept here. */
  note(name: string): string | undefined {
    return readIfThere(this.file(name))?.toString('utf8');
  }

  /** What was signed last; undefined before the first. */
  newest(): Checkpoint | undefined {
    const note = this.note('checkpoint');
    return note === undefined ? undefined : parseCheckpoint(note);
  }

  /** The key that notes here are checked with, as it was published. */
  key(): NoteVerifier | undefined {
    return NoteVerifier.find(readIfThere(this.file('key'))?.toString('utf8') ?? '');
  }

  writeKey(key: NoteVerifier): void {
    if (readIfThere(this.file('key')) === undefined) this.write('key', `${key.toString()}\n`);
  }

  writeTile(tile: Tile, hashes: readonly Buffer[]): void {
    this.write(tilePath(tile), Buffer.concat(hashes));
  }

  /** Last, when all it speaks of is written. */
  writeNote(size: number, note: string): void {
    this.write(`checkpoint-${size}`, note);
    this.write('checkpoint', note);
  }

  /** Hashes of a tile, from its file or from a longer one of the same place; undefined when there is none. */
  readTile(tile: Tile): Buffer[] | undefined {
    const whole = tilePath({ ...tile, width: TILE_WIDTH });
    const bytes =
      readIfThere(this.file(whole)) ?? readIfThere(this.file(tilePath(tile))) ?? this.longerTile(`${whole}.p`, tile);
    if (!bytes || bytes.length < tile.width * HASH_BYTES) return undefined;
    return Array.from({ length: tile.width }, (_, i) => bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES));
  }

  private longerTile(partials: string, { width }: Tile): Buffer | undefined {
    const folder = this.file(partials);
    if (!fs.existsSync(folder)) return undefined;
    const longer = fs.readdirSync(folder).find((name) => Number(name) >= width);
    return longer === undefined ? undefined : readIfThere(path.join(folder, longer));
  }

  /** Whether tiles are kept here at all; a checkpoint may be kept alone. */
  hasTiles(): boolean {
    return fs.existsSync(this.file('tile'));
  }

  /** Leaf hashes of a checkpoint kept here, if the tiles are here and lead to its root. */
  leavesOf({ size, root }: Checkpoint): Buffer | undefined {
    const tree = GrowingTree.empty();
    const all = Buffer.alloc(size * HASH_BYTES);
    for (let number = 0; number * TILE_WIDTH < levelSizes(size)[0]!; number++) {
      const width = Math.min(TILE_WIDTH, size - number * TILE_WIDTH);
      const hashes = this.readTile({ level: 0, number, width });
      if (!hashes) return undefined;
      for (const [i, hash] of hashes.entries()) {
        tree.append(hash);
        hash.copy(all, (number * TILE_WIDTH + i) * HASH_BYTES);
      }
    }
    return tree.root.equals(root) ? all : undefined;
  }

  private file(name: string): string {
    return path.join(this.folder, name);
  }

  /** Nobody ever reads half a file, and what is there after a crash is whole. */
  private write(name: string, content: string | Buffer): void {
    const file = this.file(name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    const part = path.join(path.dirname(file), `.${randomBytes(6).toString('hex')}.part`);
    const open = fs.openSync(part, 'w', 0o644);
    try {
      fs.writeFileSync(open, content);
      fs.fsyncSync(open);
    } finally {
      fs.closeSync(open);
    }
    fs.renameSync(part, file);
  }
}

function readIfThere(file: string): Buffer | undefined {
  try {
    return fs.readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined;
    throw error;
  }
}
