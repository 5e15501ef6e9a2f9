import { type Day, divisionPrefix, type DivisionCode } from '@app/kernel';
import type { Succession } from './residence.types';

/** Longer chains than any list of successions has; a circle is refused where the list is read. */
const STEPS_MAX = 30;

/** The leading digits that say which division it is. */
const digitsOf = (code: string): string => divisionPrefix(code as DivisionCode);

/** What a place of then is called on a day; of a split one every part that it may be. */
export interface PlaceThen {
  readonly codes: readonly string[];
  /** False once a split lies between: which part it is nobody has said. */
  readonly isSure: boolean;
}

/**
 * The division that a place has become by a day. A county, town or village that was only renamed or recoded takes what is
 * below it along; what was merged or split takes along only what the list names. As registration files its people.
 */
export function placeOn(code: string, on: Day, successions: readonly Succession[]): PlaceThen {
  let codes = [code];
  let isSure = true;
  for (let step = 0; step < STEPS_MAX; step++) {
    const next = codes.map((at) => stepFrom(at, on, successions));
    if (next.every((found) => found === undefined)) break;
    isSure &&= next.every((found) => found?.isSure ?? true);
    const reached = [...new Set(next.flatMap((found, i) => found?.codes ?? [codes[i]!]))].sort();
    if (reached.join() === [...codes].sort().join()) break;
    codes = reached;
  }
  return { codes, isSure };
}

function stepFrom(code: string, on: Day, successions: readonly Succession[]): PlaceThen | undefined {
  const then = successions.filter(({ onDay }) => onDay <= on);
  const split = then.filter(({ oldCode, kind }) => kind === 'split' && oldCode === code);
  if (split.length > 0) {
    const kept = split.some(({ isOldKept }) => isOldKept) ? [code] : [];
    return { codes: [...kept, ...split.map(({ newCode }) => newCode)], isSure: false };
  }
  const [heir] = then
    .filter(({ oldCode, newCode, kind }) => {
      if (kind === 'split') return false;
      if (oldCode === code) return true;
      const isWhole = kind === 'renamed' || kind === 'recoded';
      return isWhole && code.startsWith(digitsOf(oldCode)) && digitsOf(oldCode).length === digitsOf(newCode).length;
    })
    .sort((a, b) => digitsOf(b.oldCode).length - digitsOf(a.oldCode).length);
  if (!heir) return undefined;
  const head = digitsOf(heir.newCode);
  return { codes: [heir.oldCode === code ? heir.newCode : head + code.slice(head.length)], isSure: true };
}

/** Whether a place lies in the subtree that these digits begin. */
export const isWithin = (code: string, prefix: string): boolean => code.startsWith(prefix);

/**
 * The leading digits under which a place of the subtree may have been written down at any time: the subtree's own and
 * those of every division that went up in it. Wider than the answer, for finding rows to ask.
 */
export function writtenUnder(prefix: string, successions: readonly Succession[]): string[] {
  const found = new Set([prefix]);
  for (let step = 0; step < STEPS_MAX; step++) {
    const before = found.size;
    for (const { oldCode, newCode } of successions) {
      const [from, to] = [digitsOf(oldCode), digitsOf(newCode)];
      if ([...found].some((known) => to.startsWith(known) || known.startsWith(to))) found.add(from);
    }
    if (found.size === before) break;
  }
  return [...found].filter((one) => ![...found].some((other) => other !== one && one.startsWith(other))).sort();
}
