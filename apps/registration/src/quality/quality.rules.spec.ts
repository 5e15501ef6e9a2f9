import { CHECKS } from './quality-check.repository';
import { exportLine, rateText } from './quality.rules';
import { MOVES } from './quality.state';

describe('the rate of correct records', () => {
  it('is 99.9 % with 233 corrections, as the source document prints it, on 233,000 records', () => {
    expect(rateText(233_000n, 233n)).toBe('99.9');
  });

  it('is so printed for anything from 155,334 to 465,999 records: the document does not name its base', () => {
    expect([155_333n, 155_334n, 465_999n, 466_000n].map((records) => rateText(records, 233n))).toEqual([
      '99.8',
      '99.9',
      '99.9',
      '100.0',
    ]);
    // Of the 18,626 people of the same document it would be another figure, so they are not the base.
    expect(rateText(18_626n, 233n)).toBe('98.7');
  });

  it.each([
    [1_000n, 0n, '100.0'],
    [1_000n, 1_000n, '0.0'],
    [2_000n, 1n, '100.0'],
    [2_000n, 3n, '99.9'],
    [0n, 0n, null],
  ])('of %s records with %s corrections is %s', (records, corrections, rate) => {
    expect(rateText(records, corrections)).toBe(rate);
  });
});

describe('a line of the export', () => {
  it('quotes what has commas, quotes or line ends, and lets no spreadsheet run it', () => {
    expect(exportLine(['a', null, 'b,"c"', '=1+1', '中\n文'])).toBe(`a,,"b,""c""",'=1+1,"中\n文"`);
  });
});

describe('a finding', () => {
  it('moves as this says', () => {
    expect(MOVES).toEqual({ open: ['corrected', 'right'], right: ['open', 'corrected'], corrected: [] });
  });

  it('is looked for in every way the catalogue names', () => {
    expect(Object.keys(CHECKS).length).toBeGreaterThanOrEqual(20);
  });
});
