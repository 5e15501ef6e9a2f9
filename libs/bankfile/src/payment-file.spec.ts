import { writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import * as iconv from 'iconv-lite';
import { bytesOf, headOf, newFolder, pieces, rareText, refusalOf, transfer, xsdProblems } from './bankfile.fixture';
import { checkText } from './field';
import {
  type CreditTransfer,
  findTransferProblem,
  openPaymentFile,
  paymentFileName,
  type PaymentFileHead,
  readPaymentFile,
  writePaymentFile,
} from './index';

const FORMATS = ['pain.001', 'csv'] as const;
const two = [transfer(1), transfer(2, { remark: '' })];
const write = (format: 'pain.001' | 'csv', transfers = two, head: Partial<PaymentFileHead> = {}) =>
  bytesOf(writePaymentFile(format, headOf(transfers, head), transfers));
/** In small pieces and in one, which must not make a difference. */
const read = async (bytes: Buffer) => {
  const [small, whole] = await Promise.allSettled([
    readPaymentFile(pieces(bytes)),
    readPaymentFile(pieces(bytes, bytes.length)),
  ]);
  expect(small.status).toBe(whole.status);
  if (small.status === 'fulfilled') expect(whole).toEqual(small);
  return readPaymentFile(pieces(bytes, 64));
};
/** A file with its text changed after it was written. */
const altered = async (format: 'pain.001' | 'csv', change: (text: string) => string) => {
  const encoding = format === 'csv' ? 'gb18030' : 'utf8';
  const before = iconv.decode(await write(format), encoding);
  const after = change(before);
  expect(after).not.toBe(before);
  return iconv.encode(after, encoding);
};

const anyTransfer: fc.Arbitrary<Omit<CreditTransfer, 'sequence' | 'endToEndId'>> = fc.record({
  amountFen: fc.bigInt({ min: 1n, max: 10n ** 12n }),
  payeeName: rareText(50),
  payeeIdNumber: fc.stringMatching(/^[0-9]{17}[0-9X]$/),
  payeeAccount: fc.stringMatching(/^0{0,6}[0-9]{1,20}$/),
  payeeBank: fc.oneof(rareText(30), fc.stringMatching(/^[0-9]{12}$/)),
  remark: fc.oneof(fc.constant(''), rareText(60)),
});

describe.each(FORMATS)('a payment file as %s', (format) => {
  it('brings every character, leading zero and fen to the bank as they were', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyTransfer, { minLength: 1, maxLength: 8 }), async (some) => {
        const transfers = some.map((one, i) => ({ ...one, sequence: i + 1, endToEndId: `E-${i}.x_y` }));
        const head = headOf(transfers);
        const bytes = await bytesOf(writePaymentFile(format, head, transfers));
        expect(await read(bytes)).toMatchObject({ format, head, transfers });
      }),
      { numRuns: 150 },
    );
  });

  it('is refused as a whole when it breaks off, wherever that is', async () => {
    const bytes = await write(format);
    const end = format === 'csv' ? bytes.length - 1 : bytes.lastIndexOf('</Document>') + 10;
    const codes = new Set<string>();
    for (let length = 0; length <= end; length++) {
      codes.add((await refusalOf(readPaymentFile(pieces(bytes.subarray(0, length), 4096)))).code);
    }
    expect([...codes].sort()).toEqual(
      format === 'csv' ? ['BANK_FILE_COUNT_WRONG', 'BANK_FILE_TRUNCATED'] : ['BANK_FILE_TRUNCATED'],
    );
    const lastEndMissing = await refusalOf(read(bytes.subarray(0, end)));
    expect(lastEndMissing.code).toBe('BANK_FILE_TRUNCATED');
  });

  it('is not written when the transfers are not what its head promises', async () => {
    expect((await refusalOf(write(format, two, { count: 3 }))).code).toBe('BANK_FILE_COUNT_WRONG');
    expect((await refusalOf(write(format, two, { totalFen: 720_001n }))).code).toBe('BANK_FILE_TOTAL_WRONG');
    const twice = [transfer(1), transfer(2, { endToEndId: 'E00000001' })];
    expect((await refusalOf(write(format, twice))).code).toBe('BANK_FILE_DUPLICATE_REFERENCE');
    expect((await refusalOf(write(format, [transfer(2), transfer(1)]))).code).toBe('BANK_FILE_SEQUENCE');
    expect((await refusalOf(write(format, [], { count: 0 }))).code).toBe('BANK_FILE_FIELD');
  });

  it.each<[string, string, Partial<CreditTransfer>]>([
    ['BANK_FILE_FIELD_MISSING', 'payeeName', { payeeName: '' }],
    ['BANK_FILE_FIELD', 'payeeName', { payeeName: ' ' }],
    ['BANK_FILE_FIELD', 'payeeName', { payeeName: '𠮷'.repeat(141) }],
    ['BANK_FILE_CHARACTER', 'payeeName', { payeeName: '张\u0000' }],
    ['BANK_FILE_CHARACTER', 'payeeName', { payeeName: '张\n三' }],
    ['BANK_FILE_CHARACTER', 'payeeName', { payeeName: '张\ud842' }],
    ['BANK_FILE_CHARACTER', 'payeeName', { payeeName: '张\u202e三' }],
    ['BANK_FILE_CHARACTER', 'payeeName', { payeeName: '张\ufffd' }],
    ['BANK_FILE_CHARACTER', 'payeeName', { payeeName: '张\uffff' }],
    ['BANK_FILE_FORMULA', 'payeeName', { payeeName: '=cmd()' }],
    ['BANK_FILE_FORMULA', 'remark', { remark: '＝1+1' }],
    ['BANK_FILE_FORMULA', 'payeeBank', { payeeBank: '@x' }],
    ['BANK_FILE_FORMULA', 'payeeAccount', { payeeAccount: '-123' }],
    ['BANK_FILE_FIELD', 'payeeAccount', { payeeAccount: '6210 0000' }],
    ['BANK_FILE_FIELD', 'payeeAccount', { payeeAccount: '1'.repeat(35) }],
    ['BANK_FILE_FIELD', 'endToEndId', { endToEndId: '0190f3a2-7b7e-7cc3-98d2-5f1c0a9b7e11' }],
    ['BANK_FILE_FIELD', 'payeeIdNumber', { payeeIdNumber: '34020220250101021 3' }],
  ])('refuses with %s and names %s', async (code, field, over) => {
    const refused = await refusalOf(write(format, [transfer(1), transfer(2, over)]));
    expect(refused).toMatchObject({ code, facts: { line: 2, field } });
    expect(findTransferProblem(format, transfer(2, over))).toMatchObject({ code });
  });

  it.each([0n, -1n, 10n ** 17n])('refuses %s fen', async (amountFen) => {
    expect((await refusalOf(write(format, [transfer(1, { amountFen })], { totalFen: 1n }))).code).toBe(
      'BANK_FILE_AMOUNT',
    );
  });

  it.each(['1e3', '0x10', '3,600.00', ' 3600.00', '3600.001', '-3600.00', '3600.', '0.00', '０'])(
    'refuses to read %j as an amount',
    async (amount) => {
      const cell = format === 'csv' && amount.includes(',') ? `"${amount}"` : amount;
      const [from, to] = format === 'csv' ? [',3600.00,,', `,${cell},,`] : ['CNY">3600.00', `CNY">${amount}`];
      const bytes = await altered(format, (text) => text.replace(from, to));
      expect((await refusalOf(read(bytes))).code).toBe('BANK_FILE_AMOUNT');
    },
  );

  it('is refused by the bank when a line was altered, taken out, added or repeated', async () => {
    const lineOf = (text: string) =>
      (format === 'csv' ? /^2,.*\r\n/m : /<CdtTrfTxInf>.*>2<\/InstrId>.*\n/).exec(text)![0];
    const doctored = async (change: (text: string, second: string) => string) =>
      refusalOf(read(await altered(format, (text) => change(text, lineOf(text)))));
    expect(await doctored((text, second) => text.replace(second, second.replace('3600.00', '3600.01')))).toMatchObject({
      code: 'BANK_FILE_TOTAL_WRONG',
      facts: { announced: '7200.00', found: '7200.01' },
    });
    expect(await doctored((text, second) => text.replace(second, ''))).toMatchObject({
      code: 'BANK_FILE_COUNT_WRONG',
      facts: { announced: 2, found: 1 },
    });
    expect((await doctored((text, second) => text.replace(second, second + second))).code).toBe(
      'BANK_FILE_COUNT_WRONG',
    );
    expect((await doctored((text) => text.replace('E00000002', 'E00000001'))).code).toBe(
      'BANK_FILE_DUPLICATE_REFERENCE',
    );
  });

  it('is the same file by its hash only while its bytes are', async () => {
    const { sha256 } = await read(await write(format));
    expect((await read(await write(format))).sha256).toBe(sha256);
    expect((await read(await write(format, two, { messageId: 'M2' }))).sha256).not.toBe(sha256);
  });

  it('is read from the disk twice, and refused when it changed in between', async () => {
    const file = path.join(newFolder(), 'any.name');
    writeFileSync(file, await write(format));
    const opened = await openPaymentFile(file);
    const transfers: CreditTransfer[] = [];
    for await (const one of opened.transfers()) transfers.push(one);
    expect(transfers).toEqual(two);
    writeFileSync(file, await write(format, [transfer(1), transfer(2, { payeeAccount: '999' })]));
    const drain = async () => {
      for await (const one of opened.transfers()) void one;
    };
    expect((await refusalOf(drain())).code).toBe('BANK_FILE_CHANGED');
  });

  it('is named by division, item, batch, day in China and number', () => {
    const head = headOf(two);
    const end = format === 'csv' ? 'csv' : 'xml';
    expect(paymentFileName(format, head, 7)).toBe(`340202000000_CHILDCARE_2026-Q1_20260401_0007.${end}`);
    expect(() => paymentFileName(format, { ...head, batch: '../x' }, 7)).toThrow(/batch/);
  });
});

describe('pain.001', () => {
  it('is what the schema of ISO 20022 asks for', async () => {
    const some = fc.sample(anyTransfer, { numRuns: 200, seed: 1 });
    const transfers = some.map((one, i) => ({ ...one, sequence: i + 1, endToEndId: `E-${i}` }));
    const passport = transfer(1, { payeeIdNumber: 'E12345678', payeeBank: '102362000001', remark: '' });
    expect(
      xsdProblems('pain.001.001.09', [await write('pain.001', transfers), await write('pain.001', [passport])]),
    ).toEqual([]);
    const wrong = await altered('pain.001', (text) => text.replace('<PmtMtd>TRF</PmtMtd>', ''));
    expect(xsdProblems('pain.001.001.09', [wrong])).toHaveLength(1); // The gate can close.
  });

  it.each<[string, string, (text: string) => string]>([
    [
      'a DTD',
      'BANK_FILE_MALFORMED',
      (t) => t.replace('<Document', '<!DOCTYPE Document [<!ENTITY x SYSTEM "file:///etc/passwd">]><Document'),
    ],
    ['an entity of its own', 'BANK_FILE_MALFORMED', (t) => t.replace('张小明', '&x;')],
    [
      'an element twice',
      'BANK_FILE_MALFORMED',
      (t) => t.replace('</EndToEndId>', '</EndToEndId><EndToEndId>E9</EndToEndId>'),
    ],
    ['an element in a value', 'BANK_FILE_MALFORMED', (t) => t.replace('张小明', '张<b>小</b>明')],
    [
      'a second block',
      'BANK_FILE_MALFORMED',
      (t) => t.replace('</PmtInf>', '</PmtInf><PmtInf><PmtInfId>2</PmtInfId></PmtInf>'),
    ],
    ['crossed tags', 'BANK_FILE_MALFORMED', (t) => t.replace('</Cdtr><CdtrAcct>', '<CdtrAcct></Cdtr>')],
    ['another method', 'BANK_FILE_MALFORMED', (t) => t.replace('TRF', 'CHK')],
    ['endless text', 'BANK_FILE_MALFORMED', (t) => t.replace('张小明', '张'.repeat(100_000))],
    ['another currency', 'BANK_FILE_CURRENCY', (t) => t.replace('Ccy="CNY"', 'Ccy="USD"')],
    ['another message', 'BANK_FILE_KIND', (t) => t.replaceAll('pain.001.001.09', 'pain.001.001.03')],
    ['no namespace', 'BANK_FILE_KIND', (t) => t.replace(/ xmlns="[^"]*"/, '')],
    ['another encoding', 'BANK_FILE_ENCODING', (t) => t.replace('encoding="UTF-8"', 'encoding="GBK"')],
    [
      'block controls that disagree',
      'BANK_FILE_COUNT_WRONG',
      (t) => t.replace('<PmtMtd>TRF</PmtMtd><NbOfTxs>2', '<PmtMtd>TRF</PmtMtd><NbOfTxs>3'),
    ],
    ['no account', 'BANK_FILE_FIELD_MISSING', (t) => t.replace(/<CdtrAcct>.*<\/CdtrAcct>/, '')],
    ['a day that is none', 'BANK_FILE_FIELD', (t) => t.replace('2026-04-02', '2026-02-30')],
  ])('with %s is refused (%s)', async (_what, code, change) => {
    expect((await refusalOf(read(await altered('pain.001', change)))).code).toBe(code);
  });

  it('in another encoding than it says is refused', async () => {
    const text = (await write('pain.001')).toString('utf8');
    expect((await refusalOf(read(iconv.encode(text, 'gb18030')))).code).toBe('BANK_FILE_ENCODING');
    expect((await refusalOf(read(iconv.encode(text, 'utf16')))).code).toBe('BANK_FILE_ENCODING');
  });

  it('with a prefix and comments says the same', async () => {
    const bytes = await altered('pain.001', (text) =>
      text
        .replace('xmlns=', 'xmlns:p=')
        .replaceAll(/<(\/?)([A-Z])/g, '<$1p:$2')
        .replace('<p:PmtInf>', '<!-- note --><p:PmtInf>'),
    );
    expect((await read(bytes)).transfers).toEqual(two);
  });
});

describe('the one-card list', () => {
  it('has the columns everybody expects, after a head line with count and total', async () => {
    expect(iconv.decode(await write('csv'), 'gb18030').split('\r\n')).toEqual([
      '付款清册,1,M20260401-0001,2026-03-31T17:30:00.123Z,2026-04-02,340202000000,CHILDCARE,2026-Q1,示例县卫生健康委员会,001234567890,示例县农村商业银行,2,7200.00',
      '序号,补贴项目编码,补贴年度/批次,区划码,领款人姓名,身份证号,开户银行,银行账号,金额,联系电话,备注',
      '1,CHILDCARE,2026-Q1,340202000000,张小明,340202202501010213,102362000001,0062100000000000001,3600.00,,[E00000001]育儿补贴 2025',
      '2,CHILDCARE,2026-Q1,340202000000,张小明,340202202501010213,102362000001,0062100000000000002,3600.00,,[E00000002]',
      '',
    ]);
  });

  it.each(['𬱖', '㛃', '𠮷', '䶮', '买买提·阿不都拉'])('carries %s, and never a question mark', async (payeeName) => {
    const bytes = await write('csv', [transfer(1, { payeeName })]);
    expect(bytes.includes('?')).toBe(false);
    expect((await read(bytes)).transfers[0]!.payeeName).toBe(payeeName);
  });

  it.each(['\ue81e', '\u9fb4', '\ue5e5', '\ufe10', '\ue78d'])(
    'refuses %j, whose bytes mean another character in another edition of GB18030, and pain.001 carries it',
    async (twin) => {
      const transfers = [transfer(1, { payeeName: `张${twin}` })];
      const codePoint = `U+${twin.codePointAt(0)!.toString(16).toUpperCase()}`;
      expect((await refusalOf(write('csv', transfers))).facts).toMatchObject({ field: 'payeeName', codePoint });
      expect((await read(await write('pain.001', transfers))).transfers).toEqual(transfers);
    },
  );

  it('refuses ambiguous bytes from outside as well', async () => {
    const bytes = await write('csv');
    const at = bytes.indexOf(iconv.encode('小明', 'gb18030'));
    const doctored = Buffer.from(bytes);
    Buffer.from([0xfe, 0x59]).copy(doctored, at);
    expect((await refusalOf(read(doctored))).facts).toMatchObject({ line: 3, field: 'payeeName' });
  });

  it('encodes every character it lets through back to itself, all planes', () => {
    for (let plane = 0; plane <= 0x10; plane++) {
      let text = '';
      for (let point = plane * 0x10000; point < (plane + 1) * 0x10000; point++) {
        const character = String.fromCodePoint(point);
        if (isCarried(`x${character}`)) text += character;
      }
      const bytes = iconv.encode(text, 'gb18030');
      expect(iconv.decode(bytes, 'gb18030') === text).toBe(true);
      expect(new TextDecoder('gb18030', { fatal: true }).decode(bytes) === text).toBe(true);
    }
  });
  const isCarried = (remark: string) => {
    try {
      checkText('remark', remark, 1, 'GB18030');
      return true;
    } catch {
      return false;
    }
  };

  it('may come in UTF-8 with its mark, and with plain line ends', async () => {
    const text = iconv.decode(await write('csv'), 'gb18030').replaceAll('\r\n', '\n');
    expect((await read(Buffer.from(`\ufeff${text}`))).transfers).toEqual(two);
  });

  it.each<[string, string, (text: string) => string]>([
    ['another column', 'BANK_FILE_MALFORMED', (t) => t.replace('联系电话', '电话')],
    ['a column too many', 'BANK_FILE_MALFORMED', (t) => t.replace('[E00000002]', '[E00000002],')],
    ['an empty line', 'BANK_FILE_MALFORMED', (t) => t.replace('\r\n2,', '\r\n\r\n2,')],
    ['a stray quote', 'BANK_FILE_MALFORMED', (t) => t.replace('张小明', '张"小"明')],
    ['an endless line', 'BANK_FILE_MALFORMED', (t) => t.replace('张小明', '张'.repeat(50_000))],
    ['an open quote', 'BANK_FILE_MALFORMED', (t) => t.replace('[E00000002]', '"[E00000002]')],
    ['no reference', 'BANK_FILE_FIELD_MISSING', (t) => t.replace('[E00000002]', '')],
    [
      'a line of another batch',
      'BANK_FILE_FIELD',
      (t) => t.replace('\r\n2,CHILDCARE,2026-Q1', '\r\n2,CHILDCARE,2025-Q4'),
    ],
    ['a line break in a cell', 'BANK_FILE_MALFORMED', (t) => t.replace('张小明', '"张\n小明"')],
    ['a lone carriage return', 'BANK_FILE_CHARACTER', (t) => t.replace('张小明', '张\r小明')],
    ['a formula', 'BANK_FILE_FORMULA', (t) => t.replace('张小明', '=1+1')],
    ['another version', 'BANK_FILE_MALFORMED', (t) => t.replace('付款清册,1', '付款清册,2')],
    ['an answer in its place', 'BANK_FILE_KIND', (t) => t.replace('付款清册', '付款回盘')],
  ])('with %s is refused (%s)', async (_what, code, change) => {
    expect((await refusalOf(read(await altered('csv', change)))).code).toBe(code);
  });

  it('in bytes that are not GB18030 is refused', async () => {
    const text = iconv.decode(await write('csv'), 'gb18030');
    expect((await refusalOf(read(Buffer.from(text)))).code).toMatch(/BANK_FILE_(ENCODING|KIND)/);
    const bytes = Buffer.from(await write('csv'));
    bytes[bytes.indexOf(iconv.encode('小', 'gb18030'))] = 0xff;
    expect(await refusalOf(read(bytes))).toMatchObject({ code: 'BANK_FILE_ENCODING', facts: { line: 3 } });
  });
});
