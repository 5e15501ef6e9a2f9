/**
 * Which figures of a table are withheld when it is published, so that nobody can be made out who moved. It is for places
 * within places whose figures add up both ways; a few kinds of case side by side are the affair of small-cells.ts in
 * libs/figures. What is withheld and why that is enough is told in docs/decisions/0027-flows.md; the attack on it is in
 * suppression.rules.spec.ts.
 */

/** A division with its figures: the total first, then the parts of one table after the other; whole numbers of people. */
export interface Place {
  readonly code: string;
  readonly counts: readonly number[];
  readonly children: readonly Place[];
}

/** Where the parts of one table stand among the figures: `from` up to, not including, `until`. */
export interface PartTable {
  readonly from: number;
  readonly until: number;
}

/** What is withheld of each place: bit n stands for figure n. A place that is not listed is shown whole. */
export type Withheld = ReadonlyMap<string, number>;

/**
 * What is withheld of a place that stands alone at the top, and of everything below it.
 * @param forced Figures that must be withheld because they can be read in another table which withholds them.
 */
export function withheldOf(
  root: Place,
  tables: readonly PartTable[],
  smallBelow: number,
  forced = 0,
): Map<string, number> {
  const withheld = new Map<string, number>();
  if (isSmall(root.counts[0]!, smallBelow)) hideWhole(root, maskOf(0, root.counts.length), withheld);
  else protectBelow(root, hiddenAlone(root.counts, tables, smallBelow, forced), tables, smallBelow, withheld);
  return withheld;
}

const isSmall = (count: number, smallBelow: number): boolean => count > 0 && count < smallBelow;

const bit = (mask: number, n: number): boolean => ((mask >> n) & 1) === 1;

const maskOf = (from: number, until: number): number => {
  let mask = 0;
  for (let n = from; n < until; n++) mask |= 1 << n;
  return mask;
};

/** Nothing of a place and what is below it is shown, but what is nought for everybody to see. */
function hideWhole(place: Place, mask: number, withheld: Map<string, number>): void {
  withheld.set(place.code, mask);
  for (const child of place.children) hideWhole(child, mask, withheld);
}

/**
 * In a row that stands alone only its own sum gives anything away: what is withheld must be two parts at least and as many
 * people together as one part must be to be shown. A nought is withheld where otherwise each part would be a one.
 */
function hiddenAlone(
  counts: readonly number[],
  tables: readonly PartTable[],
  smallBelow: number,
  forced: number,
): number {
  let hidden = 0;
  for (const { from, until } of tables) {
    const parts: number[] = [];
    for (let n = from; n < until; n++) {
      if (isSmall(counts[n]!, smallBelow) || (bit(forced, n) && counts[n]! > 0)) parts.push(n);
    }
    if (parts.length === 0) continue;
    const isEnough = (): boolean => {
      const sum = parts.reduce((all, n) => all + counts[n]!, 0);
      return parts.length > 1 && sum >= smallBelow && sum >= parts.filter((n) => counts[n]! > 0).length + 2;
    };
    for (const more of nextAfter(parts[0]!, from, until)) {
      if (isEnough()) break;
      if (counts[more]! > 0 && !parts.includes(more)) parts.push(more);
    }
    if (!isEnough()) for (let n = from; n < until; n++) if (!parts.includes(n)) parts.push(n);
    for (const n of parts) hidden |= 1 << n;
  }
  return hidden;
}

/** All numbers of a range, beginning behind one of them: a choice by size would tell about size. */
function* nextAfter(start: number, from: number, until: number): Generator<number> {
  const width = until - from;
  for (let step = 1; step <= width; step++) yield from + ((start - from + step) % width);
}

/** Shows a place but for `hidden`, and decides what is withheld of the places below it. */
function protectBelow(
  place: Place,
  hidden: number,
  tables: readonly PartTable[],
  smallBelow: number,
  withheld: Map<string, number>,
): void {
  if (hidden !== 0) withheld.set(place.code, hidden);
  const { children } = place;
  if (children.length === 0) return;
  const isWhole = hiddenTotals(children, smallBelow);
  const masks = children.map(() => 0);
  let noughts = 0;
  for (const table of tables) {
    const block = new Block(place, isWhole, hidden, table, smallBelow);
    block.grow();
    noughts |= block.noughtsOfWhole();
    for (const [row, child] of children.entries()) if (!isWhole[row]) masks[row]! |= block.maskOf(child.counts, row);
  }
  for (const [row, child] of children.entries()) {
    if (isWhole[row]) hideWhole(child, maskOf(0, place.counts.length) & ~noughts, withheld);
    else protectBelow(child, masks[row]!, tables, smallBelow, withheld);
  }
}

/**
 * Whose total is withheld, and with it everything: the small ones, and with them the noughts, so that nobody can tell
 * who is not one; and the next places in the list until they are enough together.
 */
function hiddenTotals(children: readonly Place[], smallBelow: number): boolean[] {
  const totals = children.map(({ counts }) => counts[0]!);
  const first = totals.findIndex((total) => isSmall(total, smallBelow));
  const isWhole = totals.map((total) => first >= 0 && total < smallBelow);
  if (first < 0) return isWhole;
  const isEnough = (): boolean => {
    const counted = totals.filter((_, row) => isWhole[row]);
    const sum = counted.reduce((all, total) => all + total, 0);
    return counted.length > 1 && sum >= smallBelow && sum >= counted.filter((total) => total > 0).length + 2;
  };
  for (const row of nextAfter(first, 0, totals.length)) {
    if (isEnough()) break;
    isWhole[row] = true;
  }
  return isWhole;
}

/**
 * One table of the places below one: the rows and parts whose crossings are all withheld. What can be worked out of such
 * a block is its margins; each of these is enough people or none, and so is all of the block without it. Places whose
 * total is withheld are one row here, for only their sum can be worked out.
 */
class Block {
  private readonly rows = new Set<number>();
  private parts = 0;
  /** Sum of the places that are withheld whole, part by part. */
  private readonly whole: number[];
  private readonly hasWhole: boolean;
  private readonly children: readonly Place[];

  constructor(
    place: Place,
    private readonly isWhole: readonly boolean[],
    private readonly hiddenAbove: number,
    private readonly table: PartTable,
    private readonly smallBelow: number,
  ) {
    this.children = place.children;
    this.whole = place.counts.map((_, n) =>
      this.children.reduce((sum, { counts }, row) => (isWhole[row] ? sum + counts[n]! : sum), 0),
    );
    this.hasWhole = isWhole.includes(true);
    this.parts = hiddenAbove & maskOf(table.from, table.until);
    for (let n = table.from; n < table.until; n++) {
      if (isSmall(this.whole[n]!, smallBelow)) this.parts |= 1 << n;
      for (const [row, { counts }] of this.children.entries()) {
        if (isWhole[row]) continue;
        if (isSmall(counts[n]!, smallBelow)) {
          this.rows.add(row);
          this.parts |= 1 << n;
        } else if (bit(this.hiddenAbove, n) && counts[n]! > 0) this.rows.add(row);
      }
    }
  }

  /** Takes in rows and parts until the margins are enough; it ends at the latest with all of both. */
  grow(): void {
    if (this.parts === 0) return;
    while (this.growRows() || this.growParts()) continue;
  }

  maskOf(counts: readonly number[], row: number): number {
    if (!this.rows.has(row) || this.sumOf(counts, this.parts) === 0) return 0;
    let mask = this.parts;
    for (let n = this.table.from; n < this.table.until; n++) {
      if (bit(mask, n) && !bit(this.hiddenAbove, n) && this.columnOf(n) === 0) mask &= ~(1 << n);
    }
    return mask;
  }

  /** What is nought for all places that are withheld whole, as anybody can work out. */
  noughtsOfWhole(): number {
    if (!this.hasWhole) return 0;
    const isOutside = this.sumOf(this.whole, this.parts) === 0;
    let noughts = 0;
    for (let n = this.table.from; n < this.table.until; n++) {
      const isEmpty = !bit(this.hiddenAbove, n) && this.columnOf(n) === 0;
      if (this.whole[n] === 0 && (isOutside || isEmpty || !bit(this.parts, n))) noughts |= 1 << n;
    }
    return noughts;
  }

  /** A row must be enough people in the withheld parts. */
  private growRows(): boolean {
    for (const counts of this.lines()) {
      const sum = this.sumOf(counts, this.parts);
      if (sum === 0 || sum >= this.smallBelow) continue;
      return this.takePart((n) => counts[n]! > 0);
    }
    return false;
  }

  /**
   * A part must be enough people in the withheld rows. Then so are the other parts, and two rows at least: a small figure
   * is too little for its row and for its column, so each brings another in.
   */
  private growParts(): boolean {
    for (let n = this.table.from; n < this.table.until; n++) {
      if (!bit(this.parts, n) || bit(this.hiddenAbove, n)) continue;
      const sum = this.columnOf(n);
      if (sum > 0 && sum < this.smallBelow) return this.takeRow((counts) => counts[n]! > 0);
    }
    return false;
  }

  /** The rows of the block, and as one more those that are withheld whole. */
  private *lines(): Generator<readonly number[]> {
    for (const row of this.rows) yield this.children[row]!.counts;
    if (this.hasWhole) yield this.whole;
  }

  private columnOf(n: number): number {
    let sum = 0;
    for (const counts of this.lines()) sum += counts[n]!;
    return sum;
  }

  private sumOf(counts: readonly number[], parts: number): number {
    let sum = 0;
    for (let n = this.table.from; n < this.table.until; n++) if (bit(parts, n)) sum += counts[n]!;
    return sum;
  }

  private takePart(isWanted: (n: number) => boolean): boolean {
    const { from, until } = this.table;
    let start = from;
    while (!bit(this.parts, start)) start += 1;
    for (const n of nextAfter(start, from, until)) {
      if (bit(this.parts, n) || !isWanted(n)) continue;
      this.parts |= 1 << n;
      return true;
    }
    return false;
  }

  private takeRow(isWanted: (counts: readonly number[]) => boolean): boolean {
    const [start = 0] = this.rows;
    for (const row of nextAfter(start, 0, this.children.length)) {
      if (this.isWhole[row] || this.rows.has(row) || !isWanted(this.children[row]!.counts)) continue;
      this.rows.add(row);
      return true;
    }
    return false;
  }
}
