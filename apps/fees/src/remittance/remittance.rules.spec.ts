import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import type { Day } from '@app/kernel';
import * as fc from 'fast-check';
import { routeOf, takeParts } from './remittance.rules';
import { MOVES, type RemittanceState } from './remittance.state';

it('reduces the expenditure of this year’s budget, and gives a past year’s to the treasury', () => {
  expect(routeOf(2026, '2026-01-01' as Day)).toBe('reduce-expenditure');
  expect(routeOf(2025, '2026-01-01' as Day)).toBe('treasury-return');
  expect(routeOf(2025, '2025-12-31' as Day)).toBe('reduce-expenditure');
});

it('takes the oldest fen first, and none of what was given back', () => {
  const shares = [
    { stepId: 'a', pair: 'p', fen: 100n },
    { stepId: 'b', pair: 'q', fen: 50n },
    { stepId: 'c', pair: 'p', fen: 30n },
  ];
  expect(takeParts(shares, new Map(), 120n)).toEqual([
    { stepId: 'a', fen: 100n },
    { stepId: 'b', fen: 20n },
  ]);
  expect(takeParts(shares, new Map([['p', 40n]]), 140n)).toEqual([
    { stepId: 'a', fen: 90n },
    { stepId: 'b', fen: 50n },
  ]);
});

it('whatever was received and given back: the parts sum to the line, and no share gives more than it has', () => {
  const share = fc.record({ pair: fc.constantFrom('p', 'q', 'r'), fen: fc.bigInt(1n, 1000n) });
  const back = fc.dictionary(fc.constantFrom('p', 'q', 'r'), fc.bigInt(0n, 1500n));
  fc.assert(
    fc.property(fc.array(share, { minLength: 1, maxLength: 12 }), back, fc.nat(1000), (given, returned, part) => {
      const shares = given.map((one, i) => ({ ...one, stepId: String(i) }));
      const whole = shares.reduce((sum, { fen }) => sum + fen, 0n);
      const wanted = (whole * BigInt(part)) / 1000n;
      const parts = takeParts(shares, new Map(Object.entries(returned)), wanted);
      expect(parts.reduce((sum, { fen }) => sum + fen, 0n)).toBe(wanted);
      for (const { stepId, fen } of parts) {
        expect(fen > 0n).toBe(true);
        expect(fen <= shares[Number(stepId)]!.fen).toBe(true);
      }
      expect(new Set(parts.map(({ stepId }) => stepId)).size).toBe(parts.length);
    }),
    { numRuns: 2_000 },
  );
});

it('moves as the table says, in the code and in the database alike', () => {
  const sql = readFileSync(path.join(__dirname, '../migrations/1764400000042-remittances.sql'), 'utf8');
  const list = /\(old\.state, new\.state\) not in \(([\s\S]*?)\) then/.exec(sql)![1]!;
  const inSql = [...list.matchAll(/\('(\w+)', '(\w+)'\)/g)].map(([, from, to]) => `${from} ${to}`).sort();
  const states = Object.keys(MOVES) as RemittanceState[];
  expect(inSql).toEqual(states.flatMap((from) => MOVES[from].map((to) => `${from} ${to}`)).sort());
});
