import { type Fen, Refusal } from '@app/kernel';
import { accountOf } from '../ledger/ledger.rules';
import { ACCOUNT, COUNTY } from '../receivable/receivable.fixture';
import { createMatchingCounty, type MatchingCounty, type matchingOf } from './match.fixture';

const SHARES = [
  { level: 'central', year: 2025, fen: 5_000n },
  { level: 'province', year: 2025, fen: 3_333n },
  { level: 'county', year: 2026, fen: 1_667n },
];
const UNMATCHED = accountOf.unmatched(COUNTY, ACCOUNT).code;

let county: MatchingCounty;
beforeAll(async () => {
  county = await createMatchingCounty();
});
afterAll(() => county.close());

let refs = 0;
const ref = () => `B${String(++refs).padStart(6, '0')}`;
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof Refusal ? error.code : Promise.reject(error as Error)),
  );
const standing = async (id: string) => (await county.database.read((read) => county.service.standing(read, [id])))[0]!;
const receiptOf = async (bankRef: string) =>
  (
    await county.database.read((read) =>
      read.query<{ id: string; state: string; left: Fen; matched: Fen; refundable: Fen }>(
        `select id, state, left_fen as left, matched_fen as matched, refundable_fen as refundable from bank_receipt where bank_ref = $1`,
        [bankRef],
      ),
    )
  )[0]!;
const matchesOf = async (bankRef: string) => county.matches.ofReceipts([(await receiptOf(bankRef)).id]);
const proposalOf = async (bankRef: string) => (await matchesOf(bankRef)).find(({ state }) => state === 'proposed')!;
/** A receipt of exactly the amount and name of somebody who owes, without a reference. */
const proposed = async (fen: Fen, name: string) => {
  const owed = await county.owe(fen, { debtor: { name, key: null } });
  const bankRef = ref();
  await county.take([{ ref: bankRef, fen, name: ` ${name.slice(0, 1)}　${name.slice(1)}` }]);
  await county.matches.run();
  return { ...owed, bankRef, match: await proposalOf(bankRef) };
};

/** Nothing is lost and nothing made: what came in stands somewhere, and every county account is covered. */
async function assertBalanced(): Promise<void> {
  const [sum] = await county.world.admin<{ off: string; unmatched: string; left: string }>(
    `select (select coalesce(sum(credits_posted - debits_posted), 0) from fees.ledger_account)::text as off,
            (select credits_posted - debits_posted from fees.ledger_account where code = $1)::text as unmatched,
            (select coalesce(sum(left_fen), 0) from fees.bank_receipt where account = $2)::text as left`,
    [UNMATCHED, ACCOUNT],
  );
  expect(sum!.off).toBe('0');
  expect(sum!.unmatched).toBe(sum!.left);
}
afterEach(assertBalanced);

describe('a receipt that quotes a reference', () => {
  it('pays its request by itself, and its money stands with the budgets it came from', async () => {
    const { id, reference } = await county.owe(10_000n, { shares: SHARES });
    const bankRef = ref();
    await county.take([
      { ref: bankRef, fen: 10_000n, text: `退款 ${reference.replace(/(\d{4})/g, '$1 ')}`, name: '李四' },
    ]);
    expect(await county.matches.run()).toMatchObject({ matched: 1, matchedFen: 10_000n, refundable: 0, proposed: 0 });
    expect(await standing(id)).toMatchObject({ receivedFen: 10_000n, openFen: 0n });
    expect(await receiptOf(bankRef)).toMatchObject({ state: 'matched', left: 0n });
    expect(await county.balance(accountOf.collected(COUNTY, 'province', 2025).code)).toBe(3_333n);
    expect(await matchesOf(bankRef)).toMatchObject([
      { how: 'reference', isAutomatic: true, state: 'confirmed', decidedBy: 'system' },
    ]);
    expect(await county.matches.run()).toMatchObject({ matched: 0, refundable: 0, proposed: 0 });
  });

  it('pays part of it, and the rest stays asked for under the same reference', async () => {
    const { id, reference, requestId } = await county.owe(10_000n);
    await county.take([{ ref: ref(), fen: 4_000n, text: reference }]);
    await county.matches.run();
    expect(await standing(id)).toMatchObject({ openFen: 6_000n });
    const [request] = await county.database.read((read) => county.requests.byReferences(read, [reference]));
    expect(request).toMatchObject({ id: requestId, state: 'part', leftFen: 6_000n });
    await county.take([{ ref: ref(), fen: 6_000n, text: reference }]);
    await county.matches.run();
    expect(await standing(id)).toMatchObject({ openFen: 0n });
  });

  it('gives back what is paid too much or twice, to the account it came from', async () => {
    const { id, reference } = await county.owe(10_000n);
    const [first, second] = [ref(), ref()];
    await county.take([
      { ref: first, fen: 10_500n, text: reference },
      { ref: second, fen: 10_000n, text: reference, on: '2026-03-21' },
    ]);
    expect(await county.matches.run()).toMatchObject({ matched: 1, matchedFen: 10_000n, refundable: 2 });
    expect(await standing(id)).toMatchObject({ receivedFen: 10_000n, openFen: 0n });
    expect(await receiptOf(first)).toMatchObject({ state: 'refundable', matched: 10_000n, refundable: 500n });
    const twice = await receiptOf(second);
    expect(twice).toMatchObject({ state: 'refundable', matched: 0n, refundable: 10_000n });
    expect(await county.matches.refundsOf([twice.id])).toMatchObject([
      { fen: 10_000n, state: 'asked', receivedOn: '2026-03-21' },
    ]);
    const [account] = await county.world.admin<{ mask: string }>(
      `select a.account_mask as mask from fees.refund_account a join fees.refund r on r.id = a.refund_id where r.source_id = $1`,
      [twice.id],
    );
    expect(account!.mask).toBe('************1234');
    expect(await county.matches.run()).toMatchObject({ matched: 0, refundable: 0 });
  });

  it('is asked about where it quotes two, and pays both once an officer said so', async () => {
    const [one, other] = [await county.owe(3_000n), await county.owe(2_000n)];
    const bankRef = ref();
    await county.take([{ ref: bankRef, fen: 5_000n, text: `${one.reference},${other.reference}` }]);
    expect(await county.matches.run()).toMatchObject({ matched: 0, proposed: 2, refundable: 0 });
    for (const { id } of await matchesOf(bankRef)) await county.as('decider', () => county.matches.confirm(id));
    expect(await receiptOf(bankRef)).toMatchObject({ state: 'matched' });
    expect([(await standing(one.id)).openFen, (await standing(other.id)).openFen]).toEqual([0n, 0n]);
  });

  it('is left alone where its request is of another county', async () => {
    const { id, reference } = await county.owe(700n, { divisionCode: '340203000000' });
    const bankRef = ref();
    await county.take([{ ref: bankRef, fen: 700n, text: reference }]);
    expect(await county.matches.run()).toMatchObject({ matched: 0, proposed: 0, refundable: 0 });
    expect(await standing(id)).toMatchObject({ openFen: 700n });
    expect(await receiptOf(bankRef)).toMatchObject({ state: 'unmatched' });
  });

  it('waits for an officer where its request is closed and the rest is still owed', async () => {
    const id = await county.open(9_000n);
    const ask = (fen: Fen) =>
      county.database.write((tx) =>
        county.requests.request(tx, { receivableId: id, fen, dueOn: null, instalmentId: null }),
      );
    const first = await ask(3_000n);
    await ask(3_000n);
    const bankRef = ref();
    await county.take([{ ref: bankRef, fen: 4_000n, text: first.reference }]);
    expect(await county.matches.run()).toMatchObject({ matched: 1, matchedFen: 3_000n, proposed: 1, refundable: 0 });
    const { id: match, requestId, fen } = await proposalOf(bankRef);
    expect([requestId, fen]).toEqual([null, 1_000n]);
    await county.as('decider', () => county.matches.confirm(match));
    expect(await standing(id)).toMatchObject({ openFen: 5_000n });
    expect(await receiptOf(bankRef)).toMatchObject({ state: 'matched' });
  });
});

describe('a receipt of the right amount and name', () => {
  it('is proposed, and pays only once another officer than the one who took it in said so', async () => {
    const { id, match, bankRef } = await proposed(12_300n, '欧阳示例');
    expect(match).toMatchObject({ how: 'amount-and-name', isAutomatic: false, fen: 12_300n });
    expect(await standing(id)).toMatchObject({ openFen: 12_300n });
    expect(await codeOf(county.as('taker', () => county.matches.confirm(match.id)))).toBe('MATCH_NEEDS_SECOND_OFFICER');
    await county.as('decider', () => county.matches.confirm(match.id));
    expect(await standing(id)).toMatchObject({ openFen: 0n });
    expect(await receiptOf(bankRef)).toMatchObject({ state: 'matched' });
  });

  it('is not confirmed by who took it in even by hand in SQL', async () => {
    const { match } = await proposed(12_301n, '示例甲');
    const sql = `update match set state = 'confirmed', decided_by = 'taker', decided_at = now() where id = $1`;
    const byHand = county.as('taker', () => county.database.write((tx) => tx.query(sql, [match.id])));
    expect(await codeOf(byHand)).toBe('MATCH_NEEDS_SECOND_OFFICER');
    const forged = `insert into match (id, receipt_id, taken_by, receivable_id, request_id, division_code, fen, how, is_automatic, state, proposed_at, decided_by, decided_at)
      select uuidv7(), receipt_id, taken_by, receivable_id, request_id, division_code, fen, 'reference', true, 'confirmed', now(), 'taker', now() from match where id = $1`;
    await expect(
      county.as('taker', () => county.database.write((tx) => tx.query(forged, [match.id]))),
    ).rejects.toMatchObject({ constraint: 'match_by_itself_is_of_the_quoted_request' });
  });

  it('is not proposed again once an officer said no', async () => {
    const { match, bankRef } = await proposed(12_302n, '示例乙');
    await county.as('decider', () => county.matches.decline(match.id, '另有其人'));
    expect(await county.matches.run()).toMatchObject({ proposed: 0 });
    expect(await matchesOf(bankRef)).toMatchObject([{ state: 'declined', reason: '另有其人' }]);
    expect(await codeOf(county.as('decider', () => county.matches.confirm(match.id)))).toBe('MATCH_CANNOT_MOVE');
  });

  it('is proposed for everybody whom it fits, and the others lapse once one is right', async () => {
    const [one, other] = [0, 1].map(() => county.owe(12_303n, { debtor: { name: '示例丙', key: null } }));
    await Promise.all([one, other]);
    const bankRef = ref();
    await county.take([{ ref: bankRef, fen: 12_303n, name: '示例丙' }]);
    expect(await county.matches.run()).toMatchObject({ proposed: 2 });
    const [first] = await matchesOf(bankRef);
    await county.as('decider', () => county.matches.confirm(first!.id));
    expect(await county.matches.run()).toMatchObject({ lapsed: 1 });
    expect((await matchesOf(bankRef)).map(({ state }) => state)).toEqual(['confirmed', 'lapsed']);
  });

  it('serves two officers who confirm the same one after the other: it pays once', async () => {
    const { id, match } = await proposed(12_304n, '示例丁');
    const codes = await Promise.all(
      ['decider', 'another', 'third'].map((who) => codeOf(county.as(who, () => county.matches.confirm(match.id)))),
    );
    expect(codes.sort()).toEqual(['MATCH_CANNOT_MOVE', 'MATCH_CANNOT_MOVE', 'done']);
    expect(await standing(id)).toMatchObject({ receivedFen: 12_304n, openFen: 0n });
  });

  it('serves an officer who confirms and one who sends it back at the same time: one of them', async () => {
    const { id, match, bankRef } = await proposed(12_305n, '示例戊');
    await county.as('decider', () => county.matches.decline(match.id, '先放一放'));
    const receipt = await receiptOf(bankRef);
    const { reference } = (await county.database.read((read) => county.requests.ofReceivables(read, [id])))[0]!;
    const codes = await Promise.all([
      codeOf(county.as('decider', () => county.matches.matchByHand(receipt.id, reference, null))),
      codeOf(county.as('another', () => county.matches.sendBack(receipt.id, '付错了账户'))),
    ]);
    expect(codes.filter((code) => code === 'done')).toHaveLength(1);
  });
});

describe('an officer', () => {
  it('finds by hand what a receipt pays, and never more than both have left', async () => {
    const { id, reference } = await county.owe(5_000n);
    const bankRef = ref();
    await county.take([{ ref: bankRef, fen: 8_000n, name: '', text: '还款' }]);
    const receipt = await receiptOf(bankRef);
    const byHand = (who: string, amount: Fen | null, of = reference) =>
      codeOf(county.as(who, () => county.matches.matchByHand(receipt.id, of, amount)));
    expect(await byHand('taker', null)).toBe('MATCH_NEEDS_SECOND_OFFICER');
    expect(await byHand('decider', null, '34020226000000100')).toBe('MATCH_REFERENCE_UNKNOWN');
    expect(await byHand('decider', 8_001n)).toBe('MATCH_NOT_AN_AMOUNT');
    expect(await byHand('decider', 5_001n)).toMatch(/^RECEIVABLE_|^PAYMENT_REQUEST_/);
    expect(await byHand('decider', null)).toBe('done');
    expect(await standing(id)).toMatchObject({ openFen: 0n });
    expect(await receiptOf(bankRef)).toMatchObject({ state: 'part', left: 3_000n });
    await county.as('decider', () => county.matches.sendBack(receipt.id, '多缴部分退还'));
    expect(await receiptOf(bankRef)).toMatchObject({ state: 'refundable', refundable: 3_000n });
    expect(await codeOf(county.as('decider', () => county.matches.sendBack(receipt.id, '再退一次')))).toBe(
      'MATCH_NOTHING_LEFT',
    );
  });

  it('undoes a wrong match: the receipt holds its money again, and it is owed and asked for again', async () => {
    const { id, reference } = await county.owe(10_000n, { shares: SHARES });
    const bankRef = ref();
    await county.take([{ ref: bankRef, fen: 6_001n, text: reference }]);
    const before = await Promise.all(
      SHARES.map(({ level, year }) => county.balance(accountOf.collected(COUNTY, level, year).code)),
    );
    await county.matches.run();
    const [match] = await matchesOf(bankRef);
    const undone = await county.as('decider', () => county.matches.undo(match!.id, '张冠李戴'));
    expect(undone).toMatchObject({ state: 'undone', undoneBy: 'decider', decidedBy: 'system' });
    expect(await receiptOf(bankRef)).toMatchObject({ state: 'unmatched', left: 6_001n });
    expect(await standing(id)).toMatchObject({ receivedFen: 0n, openFen: 10_000n });
    const after = await Promise.all(
      SHARES.map(({ level, year }) => county.balance(accountOf.collected(COUNTY, level, year).code)),
    );
    expect(after).toEqual(before);
    const requests = await county.database.read((read) => county.requests.ofReceivables(read, [id]));
    expect(requests.map(({ leftFen }) => leftFen)).toEqual([3_999n, 6_001n]);
    // And it can pay what it was meant for.
    const meant = await county.owe(6_001n);
    const receipt = await receiptOf(bankRef);
    await county.as('decider', () => county.matches.matchByHand(receipt.id, meant.reference, null));
    expect(await standing(meant.id)).toMatchObject({ openFen: 0n });
  });

  it('does not undo a match once the treasury has the money, or is about to get it', async () => {
    const shares = [{ level: 'city', year: 2024, fen: 900n }];
    const { reference } = await county.owe(900n, { shares });
    const bankRef = ref();
    await county.take([{ ref: bankRef, fen: 900n, text: reference }]);
    await county.matches.run();
    const treasury = accountOf.treasury(COUNTY, 'city', 2024);
    const collected = accountOf.collected(COUNTY, 'city', 2024).code;
    await county.database.write(async (tx) => {
      await county.ledger.open(tx, [treasury]);
      const remitted = { debit: collected, credit: treasury.code, fen: 1n, code: 'remitted', at: county.clock.now() };
      await county.ledger.pend(tx, [{ ...remitted, id: '00000000-0000-4000-8000-000000000001' }]);
    });
    const [match] = await matchesOf(bankRef);
    const undo = () => codeOf(county.as('decider', () => county.matches.undo(match!.id, '张冠李戴')));
    expect(await undo()).toBe('RECEIVABLE_REMITTED_ALREADY');
    expect(await receiptOf(bankRef)).toMatchObject({ state: 'matched' });
  });

  it('serves two who undo the same one after the other', async () => {
    const { id, reference } = await county.owe(650n);
    const bankRef = ref();
    await county.take([{ ref: bankRef, fen: 650n, text: reference }]);
    await county.matches.run();
    const [match] = await matchesOf(bankRef);
    const undo = (who: string) => codeOf(county.as(who, () => county.matches.undo(match!.id, '张冠李戴')));
    expect((await Promise.all([undo('decider'), undo('another')])).sort()).toEqual(['MATCH_CANNOT_MOVE', 'done']);
    expect(await standing(id)).toMatchObject({ openFen: 650n });
  });
});

describe('what cannot happen, not even by hand in SQL as the app', () => {
  const write = (sql: string) => county.as('decider', () => county.database.write((tx) => tx.query(sql)));

  it.each([
    ['a receipt that changes its amount', `update bank_receipt set fen = fen + 1`],
    ['a receipt that says it is matched', `update bank_receipt set matched_fen = fen`],
    ['a receipt that disappears', `delete from bank_receipt`],
    ['a match that changes its amount', `update match set fen = fen + 1`],
    ['a match that disappears', `delete from match`],
    ['an account that changes hands', `update receiving_account set division_code = '340203000000'`],
  ])('%s', async (_what, sql) => {
    await expect(write(sql)).rejects.toThrow(/permission denied/);
  });

  it('a receipt that gives more than it holds', async () => {
    await county.take([{ ref: ref(), fen: 500n }]);
    expect(await codeOf(write(`update bank_receipt set refundable_fen = fen + 1`))).toBe('MATCH_OUTDATED');
  });

  it('a match that is decided twice, or undone before it was one', async () => {
    const { match } = await proposed(12_399n, '示例己');
    await expect(
      write(
        `update match set state = 'undone', undone_by = 'decider', undone_at = now(), undo_reason = 'x', decided_by = 'decider', decided_at = now() where id = '${match.id}'`,
      ),
    ).rejects.toMatchObject({ constraint: 'match_moves' });
  });
});

/** The services as a process with this failpoint would load them. */
function dyingAt(failpoint: string): ReturnType<typeof matchingOf> {
  let built: ReturnType<typeof matchingOf> | undefined;
  process.env.YANGYU_FAILPOINT = `${failpoint}:1:throw`;
  jest.isolateModules(() => {
    const isolated =
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- only require() can be isolated
      require('./match.fixture') as typeof import('./match.fixture');
    built = isolated.matchingOf(county, county.folder);
  });
  delete process.env.YANGYU_FAILPOINT;
  return built!;
}

describe('a process that dies', () => {
  it.each([
    'bank-receipt.chunk',
    'bank-receipt.taken',
    'match.quoted',
    'match.batch',
    'match.refund',
    'match.confirm',
    'match.confirmed',
    'match.by-hand',
    'match.undo',
    'match.undone',
  ])('at %s has done nothing by halves, and whoever goes on comes to the same end', async (failpoint) => {
    const [quoted, named, found] = [
      await county.owe(1_000n, {
        shares: [
          { level: 'central', year: 2025, fen: 600n },
          { level: 'county', year: 2025, fen: 400n },
        ],
      }),
      await county.owe(2_000n + BigInt(refs), { debtor: { name: `示例${failpoint}`, key: null } }),
      await county.owe(300n),
    ];
    const bookings = [
      { ref: ref(), fen: 1_100n, text: quoted.reference },
      { ref: ref(), fen: named.fen, name: `示例${failpoint}` },
      { ref: ref(), fen: 300n, name: '' },
    ];
    const [first, second, third] = bookings.map((booking) => booking.ref) as [string, string, string];
    type Matching = Pick<MatchingCounty, 'take' | 'matches' | 'as'>;
    const both = <T>(by: Matching, officer: string, work: () => Promise<T>) =>
      county.as(officer, () => by.as(officer, work));
    const story = async (by: Matching): Promise<void> => {
      await both(by, 'taker', () => by.take(bookings));
      await both(by, 'system', () => by.matches.run());
      const proposal = await proposalOf(second);
      if (proposal) await both(by, 'decider', () => by.matches.confirm(proposal.id));
      const receipt = await receiptOf(third);
      const done = await matchesOf(third);
      if (done.length === 0) await both(by, 'decider', () => by.matches.matchByHand(receipt.id, found.reference, null));
      const [wrong] = await matchesOf(third);
      if (wrong!.state === 'confirmed') await both(by, 'decider', () => by.matches.undo(wrong!.id, '张冠李戴'));
    };
    await expect(story(dyingAt(failpoint))).rejects.toThrow(`failpoint ${failpoint}`);
    await assertBalanced();
    await story(county);
    expect([await standing(quoted.id), await standing(named.id), await standing(found.id)]).toMatchObject([
      { receivedFen: 1_000n, openFen: 0n },
      { receivedFen: named.fen, openFen: 0n },
      { receivedFen: 0n, openFen: 300n },
    ]);
    expect(await receiptOf(first)).toMatchObject({ state: 'refundable', matched: 1_000n, refundable: 100n });
    expect(await county.matches.refundsOf([(await receiptOf(first)).id])).toHaveLength(1);
    expect([(await receiptOf(second)).state, (await receiptOf(third)).state]).toEqual(['matched', 'unmatched']);
  });
});
