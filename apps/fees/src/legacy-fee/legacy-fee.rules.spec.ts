import { day, findDay, type Day } from '@app/kernel';
import { MOVES } from './legacy-fee.state';
import { closeOutOf, readCase, sortPayments } from './legacy-fee.rules';
import type { StatedPayment } from './legacy-fee.types';

const paid = (paidOn: string | null, yuan: number, more: Partial<StatedPayment> = {}): StatedPayment => ({
  paidOn: paidOn === null ? null : day(paidOn),
  fen: BigInt(yuan) * 100n,
  receiptNo: null,
  payerName: '某',
  isWrongPerson: false,
  ...more,
});

describe('an old case is closed by what was decided and paid, as domain/01 §1.4 says', () => {
  it.each<[string, string | null, number | null, number, string]>([
    ['decided, paid in full', '2015-03-01', 1000, 1000, 'CLOSED_PAID'],
    ['decided, part paid', '2015-03-01', 1000, 1, 'CLOSED_PARTIAL_REMAINDER_CEASED'],
    ['decided, nothing paid', '2015-03-01', 1000, 0, 'CLOSED_UNPAID_CEASED'],
    ['decided on the very day of the repeal', '2021-08-20', 1000, 0, 'CLOSED_UNPAID_CEASED'],
    ['investigated, undecided', null, null, 0, 'CLOSED_NO_DECISION'],
  ])('%s', (_case, decided, levied, lawful, expected) => {
    const decidedOn = decided === null ? null : (findDay(decided) as Day);
    expect(closeOutOf(decidedOn, levied === null ? null : BigInt(levied), BigInt(lawful))).toBe(expected);
  });
});

describe('payments of an old case', () => {
  it.each<[string, number | null, StatedPayment[], [number, string | null][]]>([
    ['once, in full', 1000, [paid('2016-01-01', 1000)], [[1000, null]]],
    [
      'in two parts',
      1000,
      [paid('2017-01-01', 400), paid('2016-01-01', 600)],
      [
        [600, null],
        [400, null],
      ],
    ],
    [
      'twice in full: the later one was an error',
      1000,
      [paid('2016-01-01', 1000), paid('2016-02-01', 1000)],
      [
        [1000, null],
        [1000, 'twice'],
      ],
    ],
    [
      'beyond what was levied: told in two parts',
      1000,
      [paid('2016-01-01', 700), paid('2016-02-01', 700)],
      [
        [700, null],
        [300, null],
        [400, 'twice'],
      ],
    ],
    ['on the day of the repeal: lawful', 1000, [paid('2021-08-20', 500)], [[500, null]]],
    ['the day after: an error', 1000, [paid('2021-08-21', 500)], [[500, 'after-repeal']]],
    ['by somebody else', 1000, [paid('2016-01-01', 500, { isWrongPerson: true })], [[500, 'wrong-person']]],
    ['without a decision', null, [paid('2016-01-01', 500)], [[500, 'without-decision']]],
    ['of an unknown day', 1000, [paid(null, 1000)], [[1000, null]]],
  ])('%s', (_case, levied, payments, expected) => {
    const sorted = sortPayments(levied === null ? null : BigInt(levied) * 100n, payments);
    expect(sorted.map(({ fen, error }) => [Number(fen) / 100, error])).toEqual(expected);
    expect(sorted.reduce((sum, { fen }) => sum + fen, 0n)).toBe(payments.reduce((sum, { fen }) => sum + fen, 0n));
  });
});

describe('a line of an old ledger', () => {
  const line = {
    office_code: '340202',
    case_no: '2015-17',
    payer_name: '某某',
    decided_on: '2015-03-01',
    levied_yuan: '1000',
    paid_yuan: '400.50',
  };
  it('is read whole', () => {
    expect(readCase(line)).toEqual({
      errors: [],
      row: {
        officeCode: '340202000000',
        caseNo: '2015-17',
        payerName: '某某',
        idNumber: null,
        decidedOn: '2015-03-01',
        leviedFen: 100_000n,
        paidFen: 40_050n,
        courtState: 'none',
        courtDocument: null,
        sourceRef: 'ledger',
      },
    });
  });

  it.each([
    [{}, 'none'],
    [{ court_state: '无' }, 'none'],
    [{ court_state: '已申请执行' }, 'pending'],
    [{ court_state: '已终结', court_document: '（2021）试1号' }, 'ended'],
    [{ court_document: '（2021）试1号' }, 'ended'],
  ])('with %p has an application to a court that is %s', (more, expected) => {
    expect(readCase({ ...line, ...more }).row?.courtState).toBe(expected);
  });

  it.each<
    [string, Partial<Record<keyof typeof line | 'id_number' | 'court_state' | 'court_document', string>>, string[]]
  >([
    ['a decision after the repeal', { decided_on: '2021-08-21' }, ['DECIDED_AFTER_REPEAL']],
    ['an amount without a decision', { decided_on: '' }, ['DECISION_INCOMPLETE']],
    ['a decision without an amount', { levied_yuan: '' }, ['DECISION_INCOMPLETE']],
    ['a decision of nothing', { levied_yuan: '0' }, ['DECISION_INCOMPLETE']],
    ['a broken decimal point', { levied_yuan: '16、2' }, ['NOT_AN_AMOUNT']],
    ['a negative amount', { levied_yuan: '-5' }, ['NOT_AN_AMOUNT']],
    ['three decimals', { paid_yuan: '1.234' }, ['NOT_AN_AMOUNT']],
    ['no such day', { decided_on: '2015-02-30' }, ['NOT_A_DAY']],
    ['no case number', { case_no: ' ' }, ['MISSING']],
    ['a province as office', { office_code: '34' }, ['OFFICE_SHAPE']],
    ['no identity number', { id_number: '123' }, ['NUMBER_SHAPE']],
    ['no such court state', { court_state: '应缴' }, ['COURT_STATE_UNKNOWN']],
    ['a court that ended by nothing', { court_state: '已撤回' }, ['COURT_DOCUMENT_MISSING']],
    [
      'a court still asked, with the end of it',
      { court_state: '已申请执行', court_document: 'x' },
      ['COURT_CONTRADICTS'],
    ],
    [
      'a court asked about nothing decided',
      { decided_on: '', levied_yuan: '', court_state: 'pending' },
      ['COURT_CONTRADICTS'],
    ],
    ['several at once', { case_no: '', decided_on: '2022-01-01' }, ['MISSING', 'DECIDED_AFTER_REPEAL']],
  ])('with %s does not go in', (_what, change, codes) => {
    const { row, errors } = readCase({ ...line, ...change });
    expect(row).toBeUndefined();
    expect(errors.map(({ code }) => code)).toEqual(codes);
  });
});

it('the moves of a refund review are these', () => {
  expect(MOVES).toEqual({ opened: ['verified'], verified: ['approved', 'rejected'], approved: [], rejected: [] });
});
