import fc from 'fast-check';
import { quotedReferences } from '../bank-receipt/reference.rules';
import { isReference, printedReference, referenceOf } from './payment-request.rules';
import { isOpen, MOVES } from './payment-request.state';

const references = fc
  .tuple(
    fc.integer({ min: 110_000, max: 659_999 }),
    fc.integer({ min: 2021, max: 2099 }),
    fc.integer({ min: 1, max: 9_999_999 }),
  )
  .map(([county, year, count]) => referenceOf(String(county), year, count));

describe('the reference of a payment request', () => {
  it('is county, year, number and two check digits', () => {
    expect(referenceOf('340202000000', 2026, 1)).toBe('34020226000000166');
    expect(printedReference('34020226000000166')).toBe('3402 0226 0000 0016 6');
    expect(() => referenceOf('340202000000', 2026, 10_000_000)).toThrow(RangeError);
  });

  it('knows every digit that was misread and every two neighbours that changed places', () => {
    fc.assert(
      fc.property(references, (reference) => {
        expect(isReference(reference)).toBe(true);
        for (let i = 0; i < reference.length; i++) {
          for (const digit of '0123456789') {
            const other = reference.slice(0, i) + digit + reference.slice(i + 1);
            expect(isReference(other)).toBe(other === reference);
          }
          const swapped = reference.slice(0, i) + (reference[i + 1] ?? '') + reference[i]! + reference.slice(i + 2);
          expect(isReference(swapped)).toBe(swapped === reference);
        }
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    ['34020226000000166', 'alone'],
    ['缴款编号：3402 0226 0000 0016 6', 'as it is printed'],
    ['还款34020226000000166张三', 'between words'],
    ['３４０２０２２６００００００１６６', 'in full width'],
    ['3402-0226-0000-0016-6', 'with dashes'],
    ['2026 34020226000000166', 'after another number'],
  ])('is found in “%s”, %s', (text) => {
    expect(quotedReferences(text)).toEqual(['34020226000000166']);
  });

  it.each([
    ['34020226000000616', 'two digits changed places'],
    ['3402022600000016', 'one is missing'],
    ['340202260000001660', 'there is one more'],
    ['34020219900101123X', 'an identity number'],
    ['', 'nothing'],
  ])('is not found in “%s”: %s', (text) => {
    expect(quotedReferences(text)).toEqual([]);
  });
});

describe('the states of a payment request', () => {
  it('are these, and these moves', () => {
    expect(Object.entries(MOVES).map(([from, to]) => `${from} → ${to.join(', ') || 'nothing'}`)).toEqual([
      'open → part, paid, cancelled',
      'part → part, paid, cancelled',
      'paid → nothing',
      'cancelled → nothing',
    ]);
    expect(['open', 'part', 'paid', 'cancelled'].map((state) => isOpen(state as never))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
