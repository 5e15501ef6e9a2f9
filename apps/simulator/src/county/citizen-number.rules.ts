import { checkCharacter } from '@app/kernel';
import { DAY_COUNT, type DayNumber, compactText } from './calendar.rules';

/** Prime, so that stepping through the sequence numbers of one day and sex meets each once. */
const NUMBERS_PER_DAY = 497;

/**
 * Gives out GB 11643 numbers, none twice, for any place: the sequence runs per birth day and sex, whatever the
 * region. 180 kB of counters stand for every number given, so memory does not grow with the county.
 */
export class CitizenNumbers {
  private readonly given = new Uint16Array(DAY_COUNT * 2);

  issue(region: string, born: DayNumber, sex: 1 | 2): string {
    const number = this.preview(region, born, sex);
    const cell = born * 2 + sex - 1;
    this.given[cell] = this.given[cell]! + 1;
    return number;
  }

  /** The number that `issue` would give next. */
  preview(region: string, born: DayNumber, sex: 1 | 2): string {
    const turn = this.given[born * 2 + sex - 1]!;
    if (turn >= NUMBERS_PER_DAY)
      throw new RangeError(`all identity numbers of one day are given: ${compactText(born)}`);
    const step = (turn * 271 + born * 31) % NUMBERS_PER_DAY;
    const sequence = step * 2 + (sex === 1 ? 1 : 2); // At most 994: 996–999 meant people born in the 1800s.
    const digits = region + compactText(born) + (sequence < 10 ? '00' : sequence < 100 ? '0' : '') + sequence;
    return digits + checkCharacter(digits);
  }
}

/** The 15-digit number of a person born in the 1900s, from before 1999: no century and no check character. */
export function legacyNumber(number: string): string {
  return number.slice(0, 6) + number.slice(8, 17);
}
