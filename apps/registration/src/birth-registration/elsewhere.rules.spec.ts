import type { Day } from '@app/kernel';
import { type KnownBirth, recognise } from './elsewhere.rules';

const born = (on: string): KnownBirth => ({ bornOn: on as Day, expectedMonth: null });
const expected = (on: string): KnownBirth => ({ bornOn: null, expectedMonth: on as Day });

describe('whether a birth is on record of a parent', () => {
  it.each<[string | null, readonly KnownBirth[], string, string]>([
    ['2026-08', [], 'not-found', 'nothing is on record'],
    ['2026-08', [born('2026-08-12')], 'confirmed', 'born in the very month'],
    ['2026-08', [expected('2026-08-01')], 'confirmed', 'expected in the very month'],
    ['2026-08', [born('2026-07-30')], 'mismatch', 'a month apart is one birth stated differently'],
    ['2026-08', [born('2025-12-01')], 'mismatch', 'eight months apart still may be'],
    ['2026-08', [born('2025-11-30')], 'not-found', 'nine months apart are two births'],
    ['2026-08', [born('2021-01-01'), born('2026-08-01')], 'confirmed', 'the nearest counts'],
    ['2026-08', [born('2021-01-01')], 'not-found', 'another child of the same parent'],
    [null, [born('2021-01-01')], 'mismatch', 'a month was not stated, so a person looks'],
  ])('of %s: %j is %s: %s', (month, known, outcome, _because) => {
    expect(recognise(month, known).outcome).toBe(outcome);
  });
});
