import { checkCharacter, maskIdNumber, parseCitizenId } from '@app/kernel';
import * as fc from 'fast-check';

/** What somebody who knows region and birth date has to try: every sequence number, with its check character. */
const numbersOf = (region: string, born: string): string[] =>
  Array.from({ length: 1_000 }, (_, sequence) => {
    const seventeen = region + born + String(sequence).padStart(3, '0');
    return seventeen + checkCharacter(seventeen);
  });

const region = fc.integer({ min: 110_000, max: 839_999 }).map(String);
const born = fc
  .date({ min: new Date('1900-01-01T00:00:00Z'), max: new Date('2099-12-31T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10).replaceAll('-', ''));

/** Numbers of this region and birth date that look the same under a mask. */
function candidates(mask: (number: string) => string, number: string): number {
  const shown = mask(number);
  return numbersOf(number.slice(0, 6), number.slice(6, 14)).filter((other) => mask(other) === shown).length;
}

describe('the mask of an identity number', () => {
  it('leaves at least 90 numbers to whoever knows region and birth date: all 1,000', () => {
    fc.assert(
      fc.property(region, born, fc.integer({ min: 0, max: 999 }), (where, when, sequence) => {
        const number = numbersOf(where, when)[sequence]!;
        expect(typeof parseCitizenId(number)).toBe('object');
        const all = candidates(maskIdNumber, number);
        expect(all).toBe(1_000);
        // Whoever knows the sex too halves them.
        const ofSex = numbersOf(where, when).filter((other) => (Number(other[16]) + sequence) % 2 === 0);
        expect(ofSex.filter((other) => maskIdNumber(other) === maskIdNumber(number)).length).toBeGreaterThanOrEqual(90);
      }),
      { numRuns: 200 },
    );
  });

  it('shows as much of every number of a region, whatever its length', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9X]{0,20}$/), (number) => {
        expect(maskIdNumber(number)).toHaveLength(number.length);
        expect(maskIdNumber(number).slice(4)).toMatch(/^\**$/);
      }),
    );
  });

  it('is not the usual one, under which a known birth date leaves a single number', () => {
    const usual = (number: string) => `${number.slice(0, 6)}********${number.slice(-4)}`;
    const lastOnly = (number: string) => number.slice(-1);
    const number = '340202202501010213';
    expect(candidates(usual, number)).toBe(1);
    expect(candidates(lastOnly, number)).toBeLessThanOrEqual(91);
    expect(candidates(maskIdNumber, number)).toBe(1_000);
  });
});

describe('the last four digits of an account number', () => {
  /** Card numbers with this beginning and these last four digits whose Luhn sum is right: counted by remainders, not one by one. */
  function cards(beginning: string, unknown: number, last: string): bigint {
    const length = beginning.length + unknown + last.length;
    const worth = (digit: number, at: number) => {
      const doubled = (length - 1 - at) % 2 === 1 ? digit * 2 : digit;
      return doubled > 9 ? doubled - 9 : doubled;
    };
    let ways: bigint[] = Array.from({ length: 10 }, (_, sum) => (sum === 0 ? 1n : 0n));
    for (let at = 0; at < length; at++) {
      const tail = at - beginning.length - unknown;
      const known = beginning[at] ?? (tail >= 0 ? last[tail] : undefined);
      const digits = known === undefined ? [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] : [Number(known)];
      const next = ways.map(() => 0n);
      for (const digit of digits) {
        for (let sum = 0; sum < 10; sum++) next[(sum + worth(digit, at)) % 10]! += ways[sum]!;
      }
      ways = next;
    }
    return ways[0]!;
  }

  it('leave 100,000 cards of 16 digits to whoever knows the bank, and 100,000,000 of 19', () => {
    const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9]{${length}}$`));
    fc.assert(
      fc.property(digits(6), digits(4), (bank, last) => {
        expect([cards(bank, 6, last), cards(bank, 9, last)]).toEqual([100_000n, 100_000_000n]);
      }),
    );
  });
});
