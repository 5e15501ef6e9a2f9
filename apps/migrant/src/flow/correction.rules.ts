import type { Withheld } from './suppression.rules';

/** A division whose month was frozen, with what is known of it now. */
export interface ChangedPlace {
  readonly code: string;
  /** As the public has it: what was frozen, and the lines that were published since. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly children: readonly ChangedPlace[];
}

/**
 * Places whose changes may be published as correction lines. A line tells how many people came to light, so it is held
 * back like a figure: while it would tell of fewer than five, of a figure that is withheld, or of a neighbour's held-back
 * line by what is left over. What is held back waits until enough has come together.
 */
export function shownCorrections(root: ChangedPlace, withheld: Withheld, smallBelow: number): Set<string> {
  const shown = new Set<string>();
  const parents: ChangedPlace[] = [];
  const visit = (place: ChangedPlace): void => {
    if (isTellable(place, withheld.get(place.code) ?? 0, smallBelow)) shown.add(place.code);
    if (place.children.length > 0) parents.push(place);
    place.children.forEach(visit);
  };
  visit(root);
  // Holding one back may tell on the place above it, so it is gone through until nothing changes.
  for (let isStable = false; !isStable;) {
    isStable = true;
    for (const parent of parents) {
      if (!shown.has(parent.code) || leavesEnough(parent, shown, withheld, smallBelow)) continue;
      shown.delete(parent.code);
      isStable = false;
    }
  }
  return shown;
}

const changeOf = ({ before, after }: ChangedPlace, n: number): number => after[n]! - before[n]!;

function isTellable(place: ChangedPlace, hidden: number, smallBelow: number): boolean {
  let isChanged = false;
  for (const n of place.before.keys()) {
    const change = changeOf(place, n);
    if (change === 0) continue;
    isChanged = true;
    const after = place.after[n]!;
    if (((hidden >> n) & 1) === 1 || Math.abs(change) < smallBelow || (after > 0 && after < smallBelow)) return false;
  }
  return isChanged;
}

/** What is left of a place's change once the lines of those below it are taken off tells of nobody alone. */
function leavesEnough(
  parent: ChangedPlace,
  shown: ReadonlySet<string>,
  withheld: Withheld,
  smallBelow: number,
): boolean {
  const silent = parent.children.filter(({ code }) => !shown.has(code));
  for (const n of parent.before.keys()) {
    const told = parent.children.reduce((sum, child) => (shown.has(child.code) ? sum + changeOf(child, n) : sum), 0);
    const left = changeOf(parent, n) - told;
    if (left === 0) continue;
    const isWithheldBelow = parent.children.some(({ code }) => (((withheld.get(code) ?? 0) >> n) & 1) === 1);
    if (Math.abs(left) < smallBelow || silent.length < 2 || isWithheldBelow) return false;
  }
  return true;
}
