import { levelSizes, TILE_WIDTH } from './merkle';

/** A file of up to 256 hashes side by side. */
export interface Tile {
  readonly level: number;
  readonly number: number;
  /** How many hashes it holds; a full one holds 256. */
  readonly width: number;
}

/** Where C2SP tlog-tiles has it: `tile/0/x001/234`, and `tile/0/x001/234.p/7` while it holds seven hashes only. */
export function tilePath({ level, number, width }: Tile): string {
  const groups = [String(number % 1000).padStart(3, '0')];
  for (let rest = Math.floor(number / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    groups.unshift(`x${String(rest % 1000).padStart(3, '0')}`);
  }
  return `tile/${level}/${groups.join('/')}${width < TILE_WIDTH ? `.p/${width}` : ''}`;
}

/** The tiles that a log has at `size` and had not at `before`. */
export function tilesSince(before: number, size: number): Tile[] {
  const [old, now] = [levelSizes(before), levelSizes(size)];
  return now.flatMap((count, level) => {
    const tiles: Tile[] = [];
    const known = old[level] ?? 0;
    if (known === count) return tiles;
    for (let number = Math.floor(known / TILE_WIDTH); number * TILE_WIDTH < count; number++) {
      tiles.push({ level, number, width: Math.min(TILE_WIDTH, count - number * TILE_WIDTH) });
    }
    return tiles;
  });
}
