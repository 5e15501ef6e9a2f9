import { writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import * as iconv from 'iconv-lite';
import {
  answerOf,
  bytesOf,
  headOf,
  line,
  newFolder,
  pieces,
  refusalOf,
  transfer,
  xsdProblems,
} from './bankfile.fixture';
import {
  type AnswerFormat,
  type AnswerLine,
  type BankAnswer,
  type BankReason,
  codeOfReason,
  contradict,
  joinLines,
  joinStatus,
  type LineStatus,
  openBankAnswer,
  readBankAnswer,
  reasonOfCode,
  writeBankAnswer,
  writePaymentFile,
} from './index';

const FORMATS = ['pain.002', 'csv'] as const;
const STATUSES = ['ACCEPTED', 'PENDING', 'SETTLED', 'REJECTED', 'RETURNED'] as const satisfies readonly LineStatus[];
const REASONS = Object.keys(codeOfReason) as BankReason[];
const failed = (status: LineStatus) => status === 'REJECTED' || status === 'RETURNED';

const anyLine: fc.Arbitrary<AnswerLine> = fc
  .record({
    endToEndId: fc.stringMatching(/^[0-9A-Z][0-9A-Za-z._-]{0,34}$/),
    status: fc.constantFrom(...STATUSES),
    reason: fc.constantFrom(...REASONS),
    bankRef: fc.stringMatching(/^[0-9A-Z]{1,35}$/),
    amountFen: fc.bigInt({ min: 1n, max: 10n ** 12n }),
    at: fc.constantFrom('2026-04-02T01:00:00.000Z', '2026-04-02T09:00:00+08:00', '2026-05-01T00:00:00Z'),
  })
  .map(({ reason, ...rest }) => (failed(rest.status) ? { ...rest, reason, rawCode: codeOfReason[reason] } : rest));

const write = (format: AnswerFormat, answer: BankAnswer) => bytesOf(writeBankAnswer(format, answer));
const read = (bytes: Buffer) => readBankAnswer(pieces(bytes));
const sample = answerOf([
  line(),
  line({ endToEndId: 'E00000002', status: 'REJECTED', reason: 'ACCOUNT_CLOSED', bankRef: '' }),
  line({ endToEndId: 'E00000003', bankRef: 'B0003' }),
]);
const altered = async (format: AnswerFormat, change: (text: string) => string) => {
  const encoding = format === 'csv' ? 'gb18030' : 'utf8';
  const before = iconv.decode(await write(format, sample), encoding);
  const after = change(before);
  expect(after).not.toBe(before);
  return iconv.encode(after, encoding);
};

describe.each(FORMATS)('an answer as %s', (format) => {
  it('says to the payer what the bank said', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(anyLine, { maxLength: 12, selector: ({ endToEndId }) => endToEndId }),
        fc.constantFrom('ACCEPTED', 'PARTIAL', 'REJECTED', 'PENDING'),
        fc.constantFrom({}, { fileCode: 'DUPL' }, { fileCode: 'B002' }),
        async (lines, fileStatus, more) => {
          const answer = answerOf(lines, { fileStatus, ...more });
          expect(await read(await write(format, answer))).toMatchObject({ ...answer, format });
        },
      ),
      { numRuns: 150 },
    );
  });

  it('is refused as a whole when it breaks off, wherever that is', async () => {
    const bytes = await write(format, sample);
    const end = format === 'csv' ? bytes.length - 1 : bytes.lastIndexOf('</Document>') + 10;
    for (let length = 0; length <= end; length++) {
      const refused = await refusalOf(readBankAnswer(pieces(bytes.subarray(0, length), 4096)));
      expect(refused.code).toMatch(/^BANK_FILE_(TRUNCATED|COUNT_WRONG)$/);
    }
  });

  it('is refused when its controls do not hold', async () => {
    const lost = (text: string) =>
      text.replace(format === 'csv' ? /^E00000003.*\r\n/m : /<TxInfAndSts><OrgnlEndToEndId>E00000003.*\n/, '');
    expect((await refusalOf(read(await altered(format, lost)))).code).toBe('BANK_FILE_COUNT_WRONG');
    const more = (text: string) => text.replace(/(E00000003.*)3600\.00/, '$13600.01');
    expect((await refusalOf(read(await altered(format, more)))).code).toBe('BANK_FILE_TOTAL_WRONG');
    const twice = (text: string) => text.replace('E00000003', 'E00000001');
    expect((await refusalOf(read(await altered(format, twice)))).code).toBe('BANK_FILE_DUPLICATE_REFERENCE');
    expect((await refusalOf(write(format, { ...sample, count: 4 }))).code).toBe('BANK_FILE_COUNT_WRONG');
  });

  it.each([
    ['201', 'ACCOUNT_NOT_FOUND'],
    ['0130Z0100005', 'NAME_MISMATCH'],
    ['0130Z1101007', 'ACCOUNT_FROZEN'],
    ['202', 'ACCOUNT_CLOSED'],
    ['B998', 'BANK_ERROR'],
    ['AC06', 'ACCOUNT_FROZEN'],
    ['ZZ99', 'UNKNOWN'],
    ['DUPL', 'UNKNOWN'],
    ['constructor', 'UNKNOWN'],
    ['ZZ99,AC04', 'ACCOUNT_CLOSED'],
  ])('with the code %s means %s, and keeps the code', async (rawCode, reason) => {
    const answer = answerOf([line({ status: 'REJECTED', rawCode })]);
    expect((await read(await write(format, answer))).lines[0]).toMatchObject({ status: 'REJECTED', rawCode, reason });
  });

  it('without a reason for a rejection has an unknown one', async () => {
    const { lines } = await read(await write(format, answerOf([line({ status: 'REJECTED' })])));
    expect(lines[0]).toEqual(line({ status: 'REJECTED', reason: 'UNKNOWN' }));
  });

  it('that says settled and failed in one line, or settled without a bank reference, is refused', async () => {
    expect((await refusalOf(write(format, answerOf([line({ rawCode: 'AC04' })])))).code).toBe('BANK_FILE_STATUS');
    const noReference = answerOf([line({ bankRef: '' })]);
    expect(await refusalOf(write(format, noReference))).toMatchObject({
      code: 'BANK_FILE_FIELD_MISSING',
      facts: { field: 'bankRef' },
    });
    const contradicting = (text: string) =>
      format === 'csv'
        ? text.replace('E00000003,成功,', 'E00000003,成功,201')
        : text.replace(/(E00000003.*?<\/TxSts>)/, '$1<StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf>');
    expect((await refusalOf(read(await altered(format, contradicting)))).code).toBe('BANK_FILE_STATUS');
  });

  it('with a status nobody agreed on is refused', async () => {
    const strange = (text: string) =>
      format === 'csv'
        ? text.replace('E00000003,成功', 'E00000003,好')
        : text.replace(/(E00000003.*?<TxSts>)ACSC/, '$1GOOD');
    expect((await refusalOf(read(await altered(format, strange)))).code).toBe('BANK_FILE_STATUS');
    const file = (text: string) =>
      format === 'csv' ? text.replace('部分成功', '也许') : text.replace('>PART<', '>MAYB<');
    expect((await refusalOf(read(await altered(format, file)))).code).toBe('BANK_FILE_STATUS');
  });

  it('is told from a payment file by its content', async () => {
    const transfers = [transfer(1)];
    const payment = await bytesOf(
      writePaymentFile(format === 'csv' ? 'csv' : 'pain.001', headOf(transfers), transfers),
    );
    expect((await refusalOf(read(payment))).code).toBe('BANK_FILE_KIND');
  });

  it('is read from the disk twice, line by line', async () => {
    const file = path.join(newFolder(), 'answer');
    writeFileSync(file, await write(format, sample));
    const opened = await openBankAnswer(file);
    const lines: AnswerLine[] = [];
    for await (const one of opened.lines()) lines.push(one);
    expect(lines).toEqual((await read(await write(format, sample))).lines);
    expect(opened).toMatchObject({ format, count: 3, totalFen: 1_080_000n });
  });
});

it('pain.002 is what the schema of ISO 20022 asks for', async () => {
  const lines = fc.sample(fc.uniqueArray(anyLine, { minLength: 50, maxLength: 60, selector: (l) => l.endToEndId }), {
    numRuns: 1,
    seed: 3,
  })[0]!;
  const answers = [answerOf(lines), answerOf([], { fileStatus: 'REJECTED', fileCode: 'DUPL' }), sample];
  const files = await Promise.all(answers.map((answer) => write('pain.002', answer)));
  expect(xsdProblems('pain.002.001.11', files)).toEqual([]);
  expect(
    xsdProblems('pain.002.001.11', [
      await altered('pain.002', (t) => t.replace('OrgnlMsgNmId', 'X').replace('/OrgnlMsgNmId', '/X')),
    ]),
  ).toHaveLength(1);
});

it('an answer list without a status column filled leaves it to the bank code', async () => {
  const bytes = await altered('csv', (text) =>
    text
      .replace('E00000002,失败,AC04', 'E00000002,,202')
      .replaceAll('成功,,', ',000000,')
      .replace('部分,000000,', '部分成功,,'),
  );
  const { lines } = await read(bytes);
  expect(lines.map(({ status }) => status)).toEqual(['SETTLED', 'REJECTED', 'SETTLED']);
  const unknown = await altered('csv', (text) => text.replace('E00000002,失败,AC04', 'E00000002,,ZZ99'));
  expect((await refusalOf(read(unknown))).code).toBe('BANK_FILE_STATUS');
});

it('a time without a zone is China’s', async () => {
  const bytes = await altered('csv', (text) => text.replaceAll('2026-04-02T01:00:00.000Z', '2026-04-02T09:00:00'));
  const answer = await read(bytes);
  expect(answer.lines[0]!.at).toBe('2026-04-02T09:00:00+08:00');
  expect(answer.createdAt).toEqual(new Date('2026-04-02T01:00:00Z'));
});

describe('answers about one transfer', () => {
  const answers = fc.array(anyLine, { minLength: 1, maxLength: 8 });

  it('come to the same end in every order and however often they are repeated', () => {
    fc.assert(
      fc.property(
        answers.chain((lines) =>
          fc.tuple(fc.constant(lines), fc.shuffledSubarray([...lines, ...lines], { minLength: lines.length * 2 })),
        ),
        ([lines, again]) => expect(again.reduce(joinLines)).toEqual(lines.reduce(joinLines)),
      ),
    );
  });

  it('never make a returned credit paid again', () => {
    for (const status of STATUSES) expect(joinStatus('RETURNED', status)).toBe('RETURNED');
    expect(joinStatus('REJECTED', 'SETTLED')).toBe('SETTLED');
    expect(joinStatus('SETTLED', 'PENDING')).toBe('SETTLED');
  });

  it.each<[string, Partial<AnswerLine>, Partial<AnswerLine>, boolean]>([
    ['settled, then pending late', { status: 'SETTLED' }, { status: 'PENDING' }, false],
    ['settled, then returned', { status: 'SETTLED' }, { status: 'RETURNED' }, false],
    ['settled under two references', {}, { bankRef: 'B0002' }, true],
    ['settled and rejected', {}, { status: 'REJECTED', rawCode: 'AC04' }, true],
    ['settled and "I have that already"', {}, { status: 'REJECTED', rawCode: 'DUPL' }, false],
    ['two amounts', {}, { amountFen: 1n }, true],
  ])('%s: contradiction is %s', (_what, a, b, expected) => {
    expect(contradict(line(a), line(b))).toBe(expected);
    expect(contradict(line(b), line(a))).toBe(expected);
  });
});

it('every reason has a code that means it', () => {
  for (const reason of REASONS) expect(reasonOfCode(codeOfReason[reason])).toBe(reason);
});
