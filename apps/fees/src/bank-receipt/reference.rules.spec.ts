import * as fs from 'node:fs';
import * as path from 'node:path';
import fc from 'fast-check';
import { printedReference, referenceOf } from '../payment-request/payment-request.rules';
import { quotedReferences } from './reference.rules';

const NAMES: Readonly<Record<string, string>> = {
  A: referenceOf('340202', 2026, 1),
  B: referenceOf('340202', 2026, 2),
  C: referenceOf('340202', 2026, 1_234_567),
};

const cases = fs
  .readFileSync(path.join(__dirname, 'reference.cases.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .slice(1)
  .filter((line) => !line.startsWith('| ---'))
  .map((line) => line.split('|').map((cell) => cell.trim()));
const visible = (text: string): string =>
  text.replace(/⟨U\+([0-9A-F]{4})⟩/g, (_, code: string) => String.fromCodePoint(parseInt(code, 16)));

describe('the reference that a payer quotes', () => {
  it('is told in enough cases', () => expect(cases.length).toBeGreaterThanOrEqual(50));

  it.each(cases.map(([, name, text, found]) => [name!, text!, found!] as const))('%s', (_name, text, found) => {
    const expected = found === '–' ? [] : found.split(' ').map((name) => NAMES[name]!);
    expect(quotedReferences(visible(text))).toEqual(expected);
  });

  it('is found however it is grouped and whatever words stand around it', () => {
    const separator = fc.constantFrom('', ' ', '-', '　', '—', '.', '/', '_', '\u00a0');
    const word = fc.constantFrom('', '退款 ', '编号：', 'REF ', '（', '张三，');
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9_999_999 }),
        fc.array(separator, { minLength: 16, maxLength: 16 }),
        word,
        word,
        fc.boolean(),
        (count, separators, before, after, isWide) => {
          const reference = referenceOf('340202', 2026, count);
          const grouped = [...reference].map((digit, at) => digit + (separators[at] ?? '')).join('');
          const text = isWide
            ? grouped.replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0))
            : grouped;
          expect(quotedReferences(`${before}${text} ${after}`)).toEqual([reference]);
        },
      ),
    );
  });

  it('is not found once one digit is another, and once two neighbours changed places', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9_999_999 }),
        fc.nat(16),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        (count, at, by, swaps) => {
          const digits = [...referenceOf('340202', 2026, count)];
          if (swaps && at < 16) [digits[at], digits[at + 1]] = [digits[at + 1]!, digits[at]!];
          else digits[at] = String((Number(digits[at]) + by) % 10);
          const text = digits.join('');
          fc.pre(text !== referenceOf('340202', 2026, count));
          expect(quotedReferences(printedReference(text))).toEqual([]);
        },
      ),
    );
  });

  it('is looked for in bounded time, whatever text comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 2_000 }), (text) => {
        expect(quotedReferences(text).length).toBeLessThanOrEqual(60);
      }),
    );
    expect(quotedReferences(`${'1 '.repeat(100_000)}`)).toEqual([]);
  });
});
