import { writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { newFolder, rareText, refusalOf, xsdProblems } from './bankfile.fixture';
import { isXmlFile, type NoticeEntry, openBankNotice } from './index';

const ACCOUNT = '34050012345';
const NAMESPACE = 'urn:iso:std:iso:20022:tech:xsd:camt.054.001.08';
const escape = (text: string): string =>
  text.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c]!);

interface Details {
  readonly ref?: string;
  readonly amount?: string;
  readonly name?: string;
  readonly text?: string;
  readonly creditorRef?: string;
}
interface Entry {
  readonly amount?: string;
  readonly currency?: string;
  readonly direction?: string;
  readonly reversal?: string;
  readonly status?: string;
  readonly booked?: string;
  readonly ref?: string;
  readonly details?: readonly Details[];
}

const detailsXml = ({ ref, amount, name, text, creditorRef }: Details): string =>
  `<TxDtls>${ref ? `<Refs><AcctSvcrRef>${ref}</AcctSvcrRef></Refs>` : ''}${amount ? `<Amt Ccy="CNY">${amount}</Amt>` : ''}` +
  `<RltdPties>${name ? `<Dbtr><Pty><Nm>${escape(name)}</Nm></Pty></Dbtr>` : ''}` +
  `<DbtrAcct><Id><Othr><Id>6222000000001234</Id></Othr></Id></DbtrAcct></RltdPties>` +
  `<RltdAgts><DbtrAgt><FinInstnId><ClrSysMmbId><MmbId>102362000001</MmbId></ClrSysMmbId><Nm>示例银行</Nm></FinInstnId></DbtrAgt></RltdAgts>` +
  `<RmtInf>${text ? `<Ustrd>${escape(text)}</Ustrd>` : ''}${creditorRef ? `<Strd><CdtrRefInf><Ref>${creditorRef}</Ref></CdtrRefInf></Strd>` : ''}</RmtInf></TxDtls>`;

const entryXml = (entry: Entry): string => {
  const { amount = '36.00', currency = 'CNY', direction = 'CRDT', reversal, status = 'BOOK' } = entry;
  const { booked = '<Dt>2026-03-20</Dt>', ref, details } = entry;
  return (
    `<Ntry><Amt Ccy="${currency}">${amount}</Amt><CdtDbtInd>${direction}</CdtDbtInd>` +
    `${reversal ? `<RvslInd>${reversal}</RvslInd>` : ''}<Sts><Cd>${status}</Cd></Sts><BookgDt>${booked}</BookgDt>` +
    `${ref ? `<AcctSvcrRef>${ref}</AcctSvcrRef>` : ''}<BkTxCd><Prtry><Cd>X</Cd></Prtry></BkTxCd>` +
    `${details ? `<NtryDtls>${details.map(detailsXml).join('')}</NtryDtls>` : ''}</Ntry>`
  );
};

const noticeXml = (
  entries: readonly Entry[],
  more: { account?: string; count?: number; before?: string } = {},
): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n${more.before ?? ''}<Document xmlns="${NAMESPACE}"><BkToCstmrDbtCdtNtfctn>` +
  `<GrpHdr><MsgId>N1</MsgId><CreDtTm>2026-03-21T01:00:00+08:00</CreDtTm></GrpHdr>` +
  `<Ntfctn><Id>1</Id><Acct><Id><Othr><Id>${more.account ?? ACCOUNT}</Id></Othr></Id></Acct>` +
  `${more.count === undefined ? '' : `<TxsSummry><TtlNtries><NbOfNtries>${more.count}</NbOfNtries></TtlNtries></TxsSummry>`}` +
  `${entries.map(entryXml).join('\n')}</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>`;

let files = 0;
function save(xml: string | Buffer): string {
  const file = path.join(newFolder(), `${++files}.xml`);
  writeFileSync(file, xml);
  return file;
}
async function read(xml: string): Promise<NoticeEntry[]> {
  const entries: NoticeEntry[] = [];
  for await (const entry of (await openBankNotice(save(xml))).entries()) entries.push(entry);
  return entries;
}
const refused = async (xml: string | Buffer) => (await refusalOf(openBankNotice(save(xml)))).code;

const ENTRIES: readonly Entry[] = [
  { ref: 'B1', details: [{ ref: 'B1', amount: '36.00', name: '张三 & <子>', text: '退款 34020226000000166' }] },
  { ref: 'B2', direction: 'DBIT' },
  { ref: 'B3', reversal: 'true', direction: 'DBIT', booked: '<DtTm>2026-03-20T16:00:00Z</DtTm>' },
  {
    ref: 'B4',
    amount: '30.00',
    details: [
      { ref: 'B4a', amount: '10.00', name: '甲', creditorRef: '34020226000000166' },
      { ref: 'B4b', amount: '20.00', name: '乙', text: '还款', creditorRef: '34020226000000263' },
    ],
  },
];

describe('a notice of what came in', () => {
  it('is valid by the schema of ISO 20022 as these tests write it', () => {
    expect(xsdProblems('camt.054.001.08', [Buffer.from(noticeXml(ENTRIES, { count: 4 }))])).toEqual([]);
  });

  it('tells every booking once, the parts of a sum one by one', async () => {
    const entries = await read(noticeXml(ENTRIES, { count: 4 }));
    expect(
      entries.map(({ bankRef, amount, direction, isReversal }) => [bankRef, amount, direction, isReversal]),
    ).toEqual([
      ['B1', '36.00', 'CRDT', false],
      ['B2', '36.00', 'DBIT', false],
      ['B3', '36.00', 'DBIT', true],
      ['B4a', '10.00', 'CRDT', false],
      ['B4b', '20.00', 'CRDT', false],
    ]);
    expect(entries[0]).toMatchObject({
      account: ACCOUNT,
      status: 'BOOK',
      bookedAt: '2026-03-20',
      currency: 'CNY',
      payerName: '张三 & <子>',
      payerAccount: '6222000000001234',
      payerBank: '102362000001',
      remittance: '退款 34020226000000166',
      isSumWrong: false,
    });
    expect(entries[4]).toMatchObject({ remittance: '还款,34020226000000263', isSumWrong: false });
  });

  it('says where a sum and its parts differ, and has no reference for a part without its own', async () => {
    const parts = [{ ref: 'B4a', amount: '10.00' }, { amount: '20.01' }];
    const entries = await read(noticeXml([{ ref: 'B4', amount: '30.00', details: parts }]));
    expect(entries.map(({ bankRef, isSumWrong }) => [bankRef, isSumWrong])).toEqual([
      ['B4a', true],
      ['', true],
    ]);
    const [one] = await read(noticeXml([{ ref: 'B5', amount: '30.00', details: [{ amount: '30.01' }] }]));
    expect(one).toMatchObject({ bankRef: 'B5', amount: '30.00', isSumWrong: true });
    const [same] = await read(noticeXml([{ ref: 'B6', amount: '30.00000', details: [{ amount: '30' }] }]));
    expect(same).toMatchObject({ isSumWrong: false });
  });

  it('carries every character of a text there and back', async () => {
    await fc.assert(
      fc.asyncProperty(rareText(40), async (text) => {
        const [entry] = await read(noticeXml([{ ref: 'B1', details: [{ ref: 'B1', text }] }]));
        expect(entry!.remittance).toBe(text);
      }),
      { numRuns: 30 },
    );
  });

  it('is told from a list by its first bytes', async () => {
    expect([await isXmlFile(save(noticeXml([]))), await isXmlFile(save('bank_ref,booked_on\n'))]).toEqual([
      true,
      false,
    ]);
  });
});

describe('a notice is refused whole', () => {
  const good = noticeXml(ENTRIES);
  const bomb = `<!DOCTYPE lolz [<!ENTITY a "lol">${[...'bcdefghi']
    .map((name, i) => `<!ENTITY ${name} "${`&${'abcdefghi'[i]};`.repeat(10)}">`)
    .join('')}]>`;

  it.each<[string, string, string]>([
    [
      'that expands entities a milliard times',
      good.replace('<Document', `${bomb}<Document`).replace('张三', '&i;'),
      'BANK_FILE_MALFORMED',
    ],
    [
      'that reads a file of ours',
      good
        .replace('<Document', '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><Document')
        .replace('张三', '&f;'),
      'BANK_FILE_MALFORMED',
    ],
    ['that names an entity nobody defined', good.replace('张三', '&secret;'), 'BANK_FILE_MALFORMED'],
    [
      'that fetches a schema from elsewhere',
      good.replace('<Document', '<!DOCTYPE Document SYSTEM "http://example.invalid/x.dtd"><Document'),
      'BANK_FILE_MALFORMED',
    ],
    ['that breaks off', good.slice(0, -40), 'BANK_FILE_TRUNCATED'],
    ['that is of another kind', good.replaceAll('camt.054.001.08', 'camt.053.001.08'), 'BANK_FILE_KIND'],
    ['that is no XML', 'bank_ref,booked_on\n', 'BANK_FILE_KIND'],
    ['that is empty', '', 'BANK_FILE_TRUNCATED'],
    ['that has one element twice', good.replace('<Cd>BOOK</Cd>', '<Cd>BOOK</Cd><Cd>PDNG</Cd>'), 'BANK_FILE_MALFORMED'],
    [
      'that hides an element in another namespace',
      good.replace('<Amt Ccy="CNY">36.00</Amt>', '<Amt xmlns="urn:x" Ccy="CNY">36.00</Amt>'),
      'BANK_FILE_MALFORMED',
    ],
    ['whose number of bookings is another', noticeXml(ENTRIES, { count: 5 }), 'BANK_FILE_COUNT_WRONG'],
    ['whose account is no account', noticeXml(ENTRIES, { account: '../etc' }), 'BANK_FILE_FIELD'],
    ['that has no notice', good.replace(/<Ntfctn>.*<\/Ntfctn>/su, ''), 'BANK_FILE_TRUNCATED'],
    ['that reverses perhaps', noticeXml([{ ref: 'B1', reversal: 'maybe' }]), 'BANK_FILE_MALFORMED'],
    ['that is nested without end', good.replace('<BkTxCd>', `<BkTxCd>${'<Prtry>'.repeat(60)}`), 'BANK_FILE_MALFORMED'],
    ['that has a text without end', good.replace('张三', '张'.repeat(300_000)), 'BANK_FILE_MALFORMED'],
    ['in another encoding', good.replace('UTF-8', 'GBK'), 'BANK_FILE_ENCODING'],
  ])('%s', async (_what, xml, code) => {
    expect(await refused(xml)).toBe(code);
  });

  it('with bytes that are no text', async () => {
    const bytes = Buffer.from(good);
    bytes[bytes.indexOf('张')] = 0xff;
    expect(await refused(bytes)).toBe('BANK_FILE_ENCODING');
  });

  it('that is longer than it may be, in bookings or in bytes', async () => {
    const limits = { bytes: 100_000, entries: 3 };
    const codeOf = async (xml: string) => (await refusalOf(openBankNotice(save(xml), limits))).code;
    const many = Array.from({ length: 4 }, () => ({ ref: 'B' }));
    expect(await codeOf(noticeXml(many))).toBe('BANK_FILE_TOO_LARGE');
    expect(await codeOf(noticeXml([{ ref: 'B', details: many }]))).toBe('BANK_FILE_TOO_LARGE');
    expect(await codeOf(noticeXml([]) + ' '.repeat(100_000))).toBe('BANK_FILE_TOO_LARGE');
    expect((await openBankNotice(save(noticeXml(many.slice(1))), limits)).count).toBe(3);
  });

  it('whatever byte of it is changed, or it tells something sound', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 0, max: 255 }), async (place, value) => {
        const bytes = Buffer.from(good);
        bytes[place % bytes.length] = value;
        try {
          for await (const entry of (await openBankNotice(save(bytes))).entries()) expect(entry.account).not.toBe('');
        } catch (error) {
          expect((error as { code?: string }).code).toMatch(/^BANK_FILE_/);
        }
      }),
      { numRuns: 100 },
    );
  });
});
