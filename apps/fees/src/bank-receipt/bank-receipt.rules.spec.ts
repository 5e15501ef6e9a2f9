import { day } from '@app/kernel';
import fc from 'fast-check';
import {
  bookedDay,
  exactFen,
  judgeEntry,
  maskAccount,
  needsEyes,
  type ProblemCode,
  remarkOf,
} from './bank-receipt.rules';
import type { StatedEntry } from './bank-receipt.types';

const TODAY = day('2026-04-01');
const entry = (more: Partial<StatedEntry> = {}): StatedEntry => ({
  line: 1,
  account: 'a1',
  bankRef: 'B1',
  status: 'BOOK',
  direction: 'CRDT',
  isReversal: false,
  bookedAt: '2026-03-20',
  amount: '36.00',
  currency: 'CNY',
  payerName: '张三',
  payerAccount: '6222 0000 0000 1234',
  payerBank: '102362000001',
  remittance: '退款',
  isSumWrong: false,
  ...more,
});

describe('a booking', () => {
  it('that is money that came in becomes a receipt, to the fen', () => {
    expect(judgeEntry(entry(), 'a1', TODAY)).toEqual({
      bankRef: 'B1',
      bookedOn: '2026-03-20',
      fen: 3_600n,
      payerName: '张三',
      payerAccount: '6222000000001234',
      payerBank: '102362000001',
      remittance: '退款',
    });
  });

  it.each<[Partial<StatedEntry>, ProblemCode]>([
    [{ account: 'a2' }, 'OTHER_ACCOUNT'],
    [{ status: 'PDNG' }, 'NOT_BOOKED'],
    [{ status: 'INFO' }, 'NOT_BOOKED'],
    [{ isReversal: true }, 'REVERSAL'],
    [{ isReversal: true, direction: 'DBIT' }, 'REVERSAL'],
    [{ direction: 'DBIT' }, 'DEBIT'],
    [{ direction: 'credit' }, 'DIRECTION'],
    [{ currency: 'USD' }, 'CURRENCY'],
    [{ currency: '' }, 'CURRENCY'],
    [{ isSumWrong: true }, 'SUM_DIFFERS'],
    [{ amount: '0.00' }, 'AMOUNT'],
    [{ amount: '-1.00' }, 'AMOUNT'],
    [{ amount: '1.005' }, 'AMOUNT'],
    [{ amount: '1,000.00' }, 'AMOUNT'],
    [{ amount: '1e3' }, 'AMOUNT'],
    [{ amount: '' }, 'AMOUNT'],
    [{ bookedAt: '2026-02-29' }, 'DAY'],
    [{ bookedAt: '' }, 'DAY'],
    [{ bookedAt: '2026-04-02' }, 'DAY_TO_COME'],
    [{ bankRef: '' }, 'NO_REFERENCE'],
    [{ bankRef: 'B\u0000' }, 'NO_REFERENCE'],
    [{ bankRef: 'B'.repeat(65) }, 'NO_REFERENCE'],
  ])('%j is set aside as %s', (more, code) => {
    expect(judgeEntry(entry(more), 'a1', TODAY)).toBe(code);
    const { sentence, column } = remarkOf(code);
    expect(sentence.zh).toContain(column);
    expect(sentence.en).toContain(column);
  });

  it('needs eyes unless it comes again or is somebody else’s', () => {
    expect((['NOT_BOOKED', 'OTHER_ACCOUNT', 'DEBIT', 'REVERSAL'] as const).map(needsEyes)).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });

  it('is not turned away for a character that cannot be shown, nor for a long text', () => {
    const judged = judgeEntry(entry({ payerName: '张\u202e三\u0007', remittance: '长'.repeat(3_000) }), 'a1', TODAY);
    expect(judged).toMatchObject({ payerName: '张 三', remittance: '长'.repeat(1_000) });
  });
});

describe('an amount', () => {
  it.each([
    ['36', 3_600n],
    ['36.5', 3_650n],
    ['36.50000', 3_650n],
    ['+36.05', 3_605n],
    ['0.01', 1n],
    ['9999999999999.99', 999_999_999_999_999n],
  ])('%s is %s fen', (text, fen) => expect(exactFen(text)).toBe(fen));

  it.each(['36.001', '36.00001', '.', '', '12345678901234.00', '１.00', 'NaN', '0x10'])('%s is none', (text) =>
    expect(exactFen(text)).toBeUndefined(),
  );

  it('is never rounded', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 14n }), fc.nat(3), (fen, zeros) => {
        const text = `${fen / 100n}.${String(fen % 100n).padStart(2, '0')}${'0'.repeat(zeros)}`;
        expect(exactFen(text)).toBe(fen);
        expect(exactFen(`${text.slice(0, text.indexOf('.') + 3)}1`)).toBeUndefined();
      }),
    );
  });
});

describe('the day of a booking', () => {
  it.each([
    ['2026-03-20', '2026-03-20'],
    ['2026-03-20+08:00', '2026-03-20'],
    ['2026-03-20T23:59:59', '2026-03-20'],
    ['2026-03-20T23:59:59+08:00', '2026-03-20'],
    ['2026-03-20T16:00:00Z', '2026-03-21'],
    ['2026-03-20T15:59:59.999Z', '2026-03-20'],
  ])('%s is %s in China', (text, on) => expect(bookedDay(text)).toBe(on));

  it.each(['2026-13-01', '20260320', '2026-03-20 10:00', 'yesterday'])('%s is none', (text) =>
    expect(bookedDay(text)).toBeUndefined(),
  );
});

it('an account shows its last four characters only', () => {
  expect(['6222000000001234', '123', ''].map(maskAccount)).toEqual(['************1234', '123', '']);
});
