import fc from 'fast-check';
import { spread } from './receivable.rules';

const sum = (parts: readonly bigint[]): bigint => parts.reduce((all, part) => all + part, 0n);
const nothing = (shares: readonly bigint[]): bigint[] => shares.map(() => 0n);

describe('spreading what came in over the budgets that it came from', () => {
  it.each([
    // shares, what came in, what each then has, because
    [[5_000n, 3_000n, 2_000n], 1_000n, [500n, 300n, 200n], 'it divides without a remainder'],
    [[5_000n, 3_333n, 1_667n], 3_001n, [1_501n, 1_000n, 500n], 'the fen that is left goes to the largest remainder'],
    [[1n, 1n, 1n], 1n, [1n, 0n, 0n], 'equal remainders: the first'],
    [[1n, 1n, 1n], 2n, [1n, 1n, 0n], 'equal remainders: the first ones'],
    [[7n, 5n], 12n, [7n, 5n], 'the whole is the shares'],
    [[7n, 5n], 0n, [0n, 0n], 'nothing is nothing'],
  ])('of %p with %p in: %p, as %s', (shares, total, parts) => {
    expect(spread(shares, nothing(shares), total)).toEqual(parts);
  });

  it('takes nothing from a share again, where another remainder has become the larger one', () => {
    // Alone, 4 of these would be spread as 2, 2, 0, 0: the third had its fen at 3 already.
    const shares = [6n, 6n, 2n, 1n];
    const third = spread(shares, [1n, 1n, 1n, 0n], 4n);
    expect(third).toEqual([2n, 1n, 1n, 0n]);
  });

  const shares = fc.array(fc.bigInt({ min: 1n, max: 1_000_000n }), { minLength: 1, maxLength: 9 });
  const payments = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });

  it('sums to the fen at every step, gives each share more only, less than a fen above its part, and its part in the end', () => {
    fc.assert(
      fc.property(shares, payments, (parts, points) => {
        const whole = sum(parts);
        const totals = [...points.map((point) => BigInt(Math.floor(point * Number(whole)))), whole].sort((a, b) =>
          a < b ? -1 : 1,
        );
        let given = nothing(parts);
        for (const total of totals) {
          const next = spread(parts, given, total);
          expect(sum(next)).toBe(total);
          for (const [i, part] of next.entries()) {
            expect(part).toBeGreaterThanOrEqual(given[i]!);
            expect(part).toBeLessThanOrEqual(parts[i]!);
            expect((part - 1n) * whole).toBeLessThan(total * parts[i]!);
          }
          given = next;
        }
        expect(given).toEqual(parts);
      }),
      { numRuns: 500 },
    );
  });

  it('takes back in the same way: no share gets more from money that goes back, and at nothing none has any', () => {
    fc.assert(
      fc.property(shares, payments, (parts, points) => {
        const whole = sum(parts);
        let given = parts;
        for (const point of [...points.sort((a, b) => b - a), 0]) {
          const total = BigInt(Math.floor(point * Number(whole)));
          if (total > sum(given)) continue;
          const next = spread(parts, given, total);
          expect(sum(next)).toBe(total);
          for (const [i, part] of next.entries()) expect(part).toBeLessThanOrEqual(given[i]!);
          given = next;
        }
        expect(given).toEqual(nothing(parts));
      }),
      { numRuns: 500 },
    );
  });

  it('refuses more than the whole', () => {
    expect(() => spread([1n, 2n], [0n, 0n], 4n)).toThrow(RangeError);
  });
});
