import * as fs from 'node:fs';
import { Refusal } from '@app/kernel';
import fc from 'fast-check';
import { accountOf } from '../ledger/ledger.rules';
import { type Booking, createMatchingCounty, listOf, type MatchingCounty } from '../match/match.fixture';
import { ACCOUNT, COUNTY } from '../receivable/receivable.fixture';

let county: MatchingCounty;
beforeAll(async () => {
  county = await createMatchingCounty();
});
afterAll(() => county.close());

const UNMATCHED = accountOf.unmatched(COUNTY, ACCOUNT).code;
let refs = 0;
const ref = () => `N${String(++refs).padStart(6, '0')}`;
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof Refusal ? error.code : Promise.reject(error as Error)),
  );
const count = async (table: string) =>
  (await county.world.admin<{ n: number }>(`select count(*)::int as n from fees.${table}`))[0]!.n;

/** The same bookings as a notice of ISO 20022. */
const camt = (bookings: readonly Booking[], account = ACCOUNT): string =>
  `<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"><BkToCstmrDbtCdtNtfctn>` +
  `<GrpHdr><MsgId>N1</MsgId><CreDtTm>2026-03-21T01:00:00</CreDtTm></GrpHdr><Ntfctn><Id>1</Id><Acct><Id><Othr><Id>${account}</Id></Othr></Id></Acct>` +
  bookings
    .map(
      ({ ref: bankRef, fen, text = '', name = '张三', on = '2026-03-20' }) =>
        `<Ntry><Amt Ccy="CNY">${Number(fen) / 100}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>${on}</Dt></BookgDt>` +
        `<BkTxCd/><NtryDtls><TxDtls><Refs><AcctSvcrRef>${bankRef}</AcctSvcrRef></Refs><RltdPties><Dbtr><Pty><Nm>${name}</Nm></Pty></Dbtr></RltdPties>` +
        `<RmtInf><Ustrd>${text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>`,
    )
    .join('') +
  `</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>`;
const takeXml = (bookings: readonly Booking[], account?: string) =>
  county.as('taker', () => county.notices.import(county.file('notice.xml', camt(bookings, account)), ACCOUNT));

describe('a notice of the bank', () => {
  it('brings each booking once, in whichever file and form it comes again', async () => {
    const [one, other, third] = [ref(), ref(), ref()].map((bankRef) => ({ ref: bankRef, fen: 1_234n }));
    const before = await county.balance(UNMATCHED);
    expect(await county.take([one!, other!, one!])).toMatchObject({ total: 3, accepted: 2, unchanged: 1, rejected: 0 });
    expect(await county.take([one!, other!])).toMatchObject({ accepted: 0, unchanged: 2 });
    expect(await takeXml([other!, third!])).toMatchObject({ accepted: 1, unchanged: 1 });
    const both = await Promise.all([takeXml([one!, third!]), county.take([third!, one!])]);
    expect(both.map(({ unchanged }) => unchanged)).toEqual([2, 2]);
    expect((await county.balance(UNMATCHED)) - before).toBe(3n * 1_234n);
  });

  it('brings each booking once when two take it in at the same moment', async () => {
    const bookings = Array.from({ length: 50 }, () => ({ ref: ref(), fen: 7n }));
    const before = await county.balance(UNMATCHED);
    const done = await Promise.all([
      county.take(bookings),
      takeXml([...bookings].reverse()),
      county.take(bookings, 'another'),
    ]);
    expect(done.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(50);
    expect((await county.balance(UNMATCHED)) - before).toBe(350n);
  });

  it('sets aside what is no money that came in, with the reason in a file, and once', async () => {
    const [good, out, back, dollars, ahead] = [ref(), ref(), ref(), ref(), ref()];
    const bookings: Booking[] = [
      { ref: good, fen: 100n },
      { ref: out, fen: 100n, more: { direction: '支出' } },
      { ref: back, fen: 100n, more: { reversal: '是' } },
      { ref: dollars, fen: 100n, more: { currency: 'USD' } },
      { ref: ahead, fen: 100n, on: '2026-04-02' },
      { ref: '', fen: 100n },
    ];
    const summary = await county.take(bookings);
    expect(summary).toMatchObject({
      total: 6,
      accepted: 1,
      rejected: 5,
      perCode: { DEBIT: 1, REVERSAL: 1, CURRENCY: 1, DAY_TO_COME: 1, NO_REFERENCE: 1 },
    });
    const rejects = fs.readFileSync(summary.rejectsFile!, 'utf8');
    expect(rejects).toContain(`3,direction,DEBIT`);
    expect(rejects).toContain('银行冲正了一笔记账');
    const refsHere = new Set([out, back, dollars, ahead, '']);
    const open = async () =>
      (await county.receipts.asides(COUNTY.slice(0, 6), false, null, 100)).filter((one) => refsHere.has(one.bankRef));
    const aside = await open();
    expect(aside.map(({ code }) => code).sort()).toEqual([
      'CURRENCY',
      'DAY_TO_COME',
      'DEBIT',
      'NO_REFERENCE',
      'REVERSAL',
    ]);
    await county.take(bookings);
    expect(await open()).toHaveLength(5);

    const { id } = aside.find(({ code }) => code === 'REVERSAL')!;
    const settle = (who: string) => county.as(who, () => county.receipts.settleAside(id, '已与银行核实，原款已退回'));
    const codes = await Promise.all([codeOf(settle('one')), codeOf(settle('two'))]);
    expect(codes.sort()).toEqual(['BANK_ENTRY_ASIDE_SETTLED', 'done']);
    expect(await open()).toHaveLength(4);
  });

  it('does not take another amount or day under a reference that was used', async () => {
    const bankRef = ref();
    await county.take([{ ref: bankRef, fen: 100n }]);
    expect(await county.take([{ ref: bankRef, fen: 101n }])).toMatchObject({
      accepted: 0,
      perCode: { REFERENCE_REUSED: 1 },
    });
    expect(await county.take([{ ref: bankRef, fen: 100n, on: '2026-03-21' }])).toMatchObject({
      perCode: { REFERENCE_REUSED: 1 },
    });
    expect(
      await county.take([
        { ref: ref(), fen: 1n },
        { ref: 'twice', fen: 1n },
        { ref: 'twice', fen: 2n },
      ]),
    ).toMatchObject({
      accepted: 2,
      perCode: { REFERENCE_REUSED: 1 },
    });
  });

  it.each<[string, () => Promise<unknown>, string]>([
    ['of another account', () => takeXml([{ ref: ref(), fen: 1n }], '999'), 'BANK_NOTICE_OF_ANOTHER_ACCOUNT'],
    [
      'of an account nobody knows',
      () => county.notices.import(county.file('a.csv', listOf([])), '999'),
      'RECEIVING_ACCOUNT_UNKNOWN',
    ],
    [
      'that breaks off',
      () => county.notices.import(county.file('a.xml', camt([{ ref: ref(), fen: 1n }]).slice(0, -20)), ACCOUNT),
      'BANK_FILE_TRUNCATED',
    ],
    [
      'with entities of its own',
      () =>
        county.notices.import(
          county.file(
            'a.xml',
            camt([{ ref: ref(), fen: 1n }]).replace('<Document', '<!DOCTYPE x [<!ENTITY a "b">]><Document'),
          ),
          ACCOUNT,
        ),
      'BANK_FILE_MALFORMED',
    ],
    [
      'without its columns',
      () => county.notices.import(county.file('a.csv', 'bank_ref\nX\n'), ACCOUNT),
      'TABLE_COLUMNS_MISSING',
    ],
  ])('is refused whole: one %s', async (_what, work, code) => {
    const before = [await count('bank_receipt'), await count('bank_notice'), await county.balance(UNMATCHED)];
    expect(await codeOf(work())).toBe(code);
    expect([await count('bank_receipt'), await count('bank_notice'), await county.balance(UNMATCHED)]).toEqual(before);
  });

  it('shows nobody the account that money came from but its last digits', async () => {
    const bankRef = ref();
    await county.take([{ ref: bankRef, fen: 100n }]);
    const [row] = await county.world.admin<{ all: string; sealed: Buffer; mask: string }>(
      `select to_jsonb(r)::text as all, payer_account_sealed as sealed, payer_account_mask as mask from fees.bank_receipt r where bank_ref = $1`,
      [bankRef],
    );
    expect(row!.mask).toBe('************1234');
    expect(row!.all).not.toContain('6222');
    expect(row!.sealed.includes('6222000000001234')).toBe(false);
  });

  it('is told by its age while nothing is known of it', async () => {
    county.clock.set('2026-06-30');
    const bands = await county.receipts.ageing(COUNTY.slice(0, 6));
    county.clock.set('2026-04-01');
    expect(bands.map(({ fromDays, untilDays }) => [fromDays, untilDays])).toEqual([
      [0, 7],
      [7, 30],
      [30, 90],
      [90, null],
    ]);
    const [all] = await county.world.admin<{ n: number }>(
      'select count(*)::int as n from fees.bank_receipt where left_fen > 0',
    );
    expect(bands[3]!.receipts).toBe(all!.n);
  });
});

describe('what officers write off paper', () => {
  const onPaper = (bankRef: string, amount: string) =>
    county.as('clerk', () =>
      county.notices.record(ACCOUNT, {
        line: 1,
        account: ACCOUNT,
        bankRef,
        status: 'BOOK',
        direction: 'CRDT',
        isReversal: false,
        bookedAt: '2026-03-20',
        amount,
        currency: 'CNY',
        payerName: '张三',
        payerAccount: '',
        payerBank: '',
        remittance: '',
        isSumWrong: false,
      }),
    );

  it('is a booking like those of a file: the same one changes nothing, another one under its reference is refused', async () => {
    const bankRef = ref();
    expect(await onPaper(bankRef, '10.00')).toMatchObject({ accepted: 1 });
    expect(await onPaper(bankRef, '10.00')).toMatchObject({ accepted: 0, unchanged: 1 });
    expect(await county.take([{ ref: bankRef, fen: 1_000n }])).toMatchObject({ unchanged: 1 });
    expect(await codeOf(onPaper(ref(), '-1'))).toBe('BANK_ENTRY_REFUSED');
    expect(await codeOf(onPaper(bankRef, '10.01'))).toBe('BANK_ENTRY_REFUSED');
  });
});

describe('matching (property)', () => {
  it('comes to the same standing in whatever order and however often receipts come', async () => {
    const receipt = fc.record({ owed: fc.nat(2), fen: fc.bigInt({ min: 1n, max: 900n }) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(receipt, { minLength: 1, maxLength: 8 }),
        fc.array(fc.nat(7), { maxLength: 12 }),
        fc.infiniteStream(fc.nat(1_000)),
        async (receipts, again, order) => {
          const standings: unknown[] = [];
          for (const isShuffled of [false, true]) {
            const owed = [await county.owe(500n), await county.owe(1_000n), await county.owe(1n)];
            const bookings = receipts.map((one) => ({ ref: ref(), fen: one.fen, text: owed[one.owed]!.reference }));
            const all = [...bookings, ...again.map((at) => bookings[at % bookings.length]!)];
            const sorted = isShuffled
              ? all
                  .map((one) => [order.next().value as number, one] as const)
                  .sort(([a], [b]) => a - b)
                  .map(([, one]) => one)
              : all;
            const cut = isShuffled ? sorted.length >> 1 : sorted.length;
            for (const part of [sorted.slice(0, cut), sorted.slice(cut)]) {
              await county.take(part);
              await Promise.all([county.matches.run(), county.matches.run()]);
            }
            await county.matches.run();
            const standing = await county.database.read((read) =>
              county.service.standing(
                read,
                owed.map(({ id }) => id),
              ),
            );
            const [came] = await county.database.read((read) =>
              read.query<{ matched: bigint; back: bigint; open: bigint }>(
                `select sum(matched_fen)::bigint as matched, sum(refundable_fen)::bigint as back, sum(left_fen)::bigint as open
                   from bank_receipt where bank_ref = any ($1)`,
                [bookings.map((one) => one.ref)],
              ),
            );
            const paid = owed.map(({ id }) => standing.find((one) => one.id === id)!.receivedFen);
            standings.push({ paid, ...came });
            const expected = owed.map(({ fen }, at) => {
              const sum = receipts.filter((one) => one.owed === at).reduce((all_, one) => all_ + one.fen, 0n);
              return sum < fen ? sum : fen;
            });
            expect(paid).toEqual(expected);
          }
          expect(standings[0]).toEqual(standings[1]);
        },
      ),
      { numRuns: 8 },
    );
  });
});
