import { type Day, day } from '@app/kernel';
import fc from 'fast-check';
import { type Bearing, cut, lineShares, notOwed, proportion, remaining, type Stretch, sum } from './overpayment.rules';

const YEAR = { from: day('2026-01-01'), until: day('2027-01-01') };
const PAID = { ...YEAR, fen: 360_000n };
const LEVELS = ['central', 'province', 'city', 'county'];

const bearings = fc
  .array(fc.bigInt({ min: 1n, max: 10n ** 12n }), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.map((fen, i): Bearing => ({ level: LEVELS[i]!, year: 2026, fen })));
const lines = fc.array(fc.bigInt({ min: 12n, max: 10_000_000n }), { minLength: 1, maxLength: 30 });

/** Budgets in some proportion that bear exactly this much. */
const bearingOf = (shape: readonly Bearing[], total: bigint) =>
  proportion(shape, total < sum(shape) ? total : sum(shape));

describe('what the budgets bore of one line', () => {
  it('adds up to the line, and over all lines to the batch at every level, to the fen', () => {
    fc.assert(
      fc.property(bearings, lines, (shape, amounts) => {
        const total = amounts.reduce((a, b) => a + b, 0n);
        const batch = bearingOf(
          shape.map((share) => ({ ...share, fen: share.fen * 10n ** 9n })),
          total,
        );
        const summed = new Map<string, bigint>();
        let before = 0n;
        for (const fen of amounts) {
          const shares = lineShares(batch, before, fen);
          expect(sum(shares)).toBe(fen);
          expect(shares.every((share) => share.fen >= 0n)).toBe(true);
          for (const share of shares) summed.set(share.level, (summed.get(share.level) ?? 0n) + share.fen);
          before += fen;
        }
        expect([...summed].filter(([, fen]) => fen > 0n).sort()).toEqual(
          batch.map(({ level, fen }) => [level, fen]).sort(),
        );
      }),
    );
  });
});

describe('a part of what the budgets bore', () => {
  it('adds up to the part, and gives no budget back more than it gave', () => {
    fc.assert(
      fc.property(bearings, fc.bigInt({ min: 1n, max: 10n ** 12n }), (shares, wanted) => {
        const fen = wanted > sum(shares) ? sum(shares) : wanted;
        const parts = proportion(shares, fen);
        expect(sum(parts)).toBe(fen);
        for (const part of parts) {
          const whole = shares.find(({ level }) => level === part.level)!;
          expect(part.fen <= whole.fen).toBe(true);
          const exact = Number((whole.fen * fen * 1_000n) / sum(shares)) / 1_000;
          expect(Math.abs(Number(part.fen) - exact)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('and the rest of it are what they bore, however it is found bit by bit', () => {
    fc.assert(
      fc.property(bearings, fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 6 }), (shares, cuts) => {
        const spoken: Bearing[] = [];
        for (const percent of cuts) {
          const left = remaining(shares, spoken);
          if (left.length === 0) break;
          const fen = (sum(left) * BigInt(percent)) / 100n;
          if (fen > 0n) spoken.push(...proportion(left, fen));
        }
        const left = remaining(shares, spoken);
        expect(sum(left) + sum(spoken)).toBe(sum(shares));
        if (left.length > 0) spoken.push(...proportion(left, sum(left)));
        for (const { level, fen } of shares) {
          expect(sum(spoken.filter((one) => one.level === level))).toBe(fen);
        }
      }),
    );
  });

  it('goes to the largest remainder first', () => {
    const shares = [
      { level: 'central', year: 2026, fen: 90n },
      { level: 'province', year: 2026, fen: 6n },
      { level: 'county', year: 2026, fen: 4n },
    ];
    expect(proportion(shares, 10n)).toEqual([
      { level: 'central', year: 2026, fen: 9n },
      { level: 'province', year: 2026, fen: 1n },
    ]);
  });
});

describe('what was paid and not owed', () => {
  const stretch = (over: Partial<Stretch>): Stretch => ({ ...YEAR, owedFen: 360_000n, reimbursed: [], ...over });
  const [april, july] = [day('2026-04-01'), day('2026-07-01')];

  it.each<{ case: string; stretches: Stretch[]; expected: { from: Day; until: Day; fen: bigint } | null }>([
    { case: 'nothing, where all is owed', stretches: [stretch({})], expected: null },
    { case: 'nothing, where more is owed', stretches: [stretch({ owedFen: 400_000n })], expected: null },
    { case: 'the whole', stretches: [stretch({ owedFen: 0n })], expected: { ...YEAR, fen: 360_000n } },
    {
      case: 'seven of twelve months: the last ones',
      stretches: [stretch({ owedFen: 150_000n })],
      expected: { from: day('2026-06-01'), until: YEAR.until, fen: 210_000n },
    },
    {
      case: 'a part of a month: the last one',
      stretches: [stretch({ owedFen: 359_999n })],
      expected: { from: day('2026-12-01'), until: YEAR.until, fen: 1n },
    },
    {
      case: 'the months of another place that paid them itself',
      stretches: [stretch({ until: april }), stretch({ from: april, owedFen: 0n })],
      expected: { from: april, until: YEAR.until, fen: 270_000n },
    },
    {
      case: 'not what another place gives back for just these days',
      stretches: [stretch({ owedFen: 0n, reimbursed: [{ from: april, until: YEAR.until, fen: 270_000n }] })],
      expected: { ...YEAR, fen: 90_000n },
    },
    {
      case: 'nothing, where another place gives all of it back',
      stretches: [stretch({ owedFen: 0n, reimbursed: [{ ...YEAR, fen: 360_000n }] })],
      expected: null,
    },
    {
      case: 'all of it again, where the place got its money back from us',
      stretches: [
        stretch({
          owedFen: 0n,
          reimbursed: [
            { ...YEAR, fen: 360_000n },
            { ...YEAR, fen: -360_000n },
          ],
        }),
      ],
      expected: { ...YEAR, fen: 360_000n },
    },
    {
      case: 'what comes back for days that are owed is not taken off for others',
      stretches: [
        stretch({ until: july, owedFen: 0n, reimbursed: [{ from: july, until: YEAR.until, fen: 180_000n }] }),
      ],
      expected: { from: YEAR.from, until: july, fen: 180_000n },
    },
  ])('is $case', ({ stretches, expected }) => {
    expect(notOwed(PAID, stretches)).toEqual(expected);
  });

  it('is never more than was paid, whatever is owed where', () => {
    const owed = fc.bigInt({ min: 0n, max: 400_000n });
    fc.assert(
      fc.property(owed, owed, fc.integer({ min: 2, max: 12 }), (first, second, month) => {
        const at = day(`2026-${String(month).padStart(2, '0')}-01`);
        const found = notOwed(PAID, [stretch({ until: at, owedFen: first }), stretch({ from: at, owedFen: second })]);
        expect(found === null || (found.fen > 0n && found.fen <= PAID.fen)).toBe(true);
      }),
    );
  });
});

describe('days', () => {
  it('are cut where others begin and end within them', () => {
    const others = [
      { from: day('2025-01-01'), until: day('2026-04-01') },
      { from: day('2026-04-01'), until: null },
      { from: day('2026-07-01'), until: day('2026-09-01') },
    ];
    expect(cut(YEAR, others).map(({ from }) => from)).toEqual(['2026-01-01', '2026-04-01', '2026-07-01', '2026-09-01']);
    expect(cut(YEAR, [])).toEqual([YEAR]);
  });
});
