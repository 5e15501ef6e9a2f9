import * as fs from 'node:fs';
import * as path from 'node:path';
import { type Caller, getDemoUser, ServiceSigner } from '@app/access';
import { type Database, inContext, systemContext, type WorkContext } from '@app/database';
import { pdfText } from '../support/pdf-text';
import { LegacyImportService } from '../../apps/fees/src/legacy-fee/legacy-import.service';
import { FEES_DATABASE } from '../../apps/fees/src/fees.tokens';
import { SUBSIDY_DATABASE } from '../../apps/subsidy/src/subsidy.tokens';
import { openFederatedWorld, type ServiceName } from '../support/federated-world';
import { type CountyWorld, openCountyWorld } from '../support/county-world';
import * as made from '../support/family';
import { GraphClient } from '../support/graph-client';
import { assure } from '../support/assurance';

const OFFICE = '340202000000';
const PAYER = made.citizenNumber('1980-05-05', 22);

/** Words for what nothing about an old case may be. */
const CLAIMS =
  /due|deadline|pay_?by|owe|owing|debt|arrear|interest|penalt|surcharge|remind|enforce|charge|assess|instal/i;
const ROOT = path.join(__dirname, '..', '..');
const sources = (folder: string): string[] =>
  fs
    .readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter(
      (file) => /\.(ts|sql|graphql|csv|json|md)$/.test(file) && !/migrations\/|README|schema\.graphql$/.test(file),
    )
    .map((file) => path.posix.join(folder, file));

let world: CountyWorld;
let graph: GraphClient;
type Way = 'graph' | 'doors' | 'import' | 'sql';
const attempts: Record<Way | 'went through', number> = { graph: 0, doors: 0, import: 0, sql: 0, 'went through': 0 };
const count = (way: Way, wentThrough: boolean) => attempts[wentThrough ? 'went through' : way]++;

type Row = Record<string, string>;
const oldCase = (no: number | string, more: Row = {}): Row => ({
  office_code: '340202',
  case_no: `旧〔2015〕${no}`,
  payer_name: `示例${no}`,
  id_number: '',
  decided_on: '2015-03-01',
  levied_yuan: '1000',
  paid_yuan: '',
  court_state: '',
  court_document: '',
  ...more,
});
const importer = () => world.get(LegacyImportService);
let files = 0;
const take = (rows: Row[], payments: Row[] = []) =>
  importer().import(
    world.file(`cases-${++files}.csv`, rows),
    payments.length > 0 ? world.file(`payments-${files}.csv`, payments) : null,
    { rejectsFile: `${world.folder}/rejects.csv` },
  );

/** Cases whose sums are those of the two villages in domain/09, document 003: 24 cases, 14 of them paid in full. */
function fixture(): Row[] {
  const yuan = (total: number, count: number): string[] =>
    Array.from({ length: count }, (_, n) => String(n === 0 ? total - (count - 1) * 20_000 : 20_000));
  // 754,178 of 1,041,428 and 336,070 of 621,317: fourteen cases in full, the rest in part or not at all.
  const rows: Row[] = [];
  const group = (name: string, levied: number, paid: number, full: number, part: number, none: number) => {
    const fullPaid = full * 20_000;
    const partPaid = paid - fullPaid;
    yuan(fullPaid, full).forEach((sum, n) => rows.push(oldCase(`${name}全${n}`, { levied_yuan: sum, paid_yuan: sum })));
    const rest = yuan(levied - fullPaid, part + none);
    rest.forEach((sum, n) =>
      rows.push(oldCase(`${name}余${n}`, { levied_yuan: sum, paid_yuan: n === 0 ? String(partPaid) : '0' })),
    );
  };
  group('甲', 1_041_428, 754_178, 11, 1, 9);
  group('乙', 621_317, 336_070, 3, 1, 0);
  return rows;
}

beforeAll(async () => {
  world = await openCountyWorld('2026-11-02');
  graph = await GraphClient.open(world);
});
beforeEach(async () => {
  await world.reset();
  world.clock.set('2026-11-02');
});
afterAll(async () => {
  await graph?.close();
  await world?.close();
  expect(attempts['went through']).toBe(0);
  assure('L01', 'No way leads to an amount of the repealed fee that was not in an old ledger', attempts);
});

const ask = async <T>(who: string | Caller, query: string, variables: object = {}): Promise<T> => {
  const { data, errors } = await graph.ask<T>(who, query, variables);
  expect(errors).toEqual([]);
  return data;
};
interface Shown {
  id: string;
  caseNo: string;
  closeOut: string;
  courtState: string;
  courtDocument: string | null;
  ceased: string;
  isInRefundReview: boolean;
  payments: { id: string; amount: string; error: string | null }[];
}
const SHOWN = 'id caseNo closeOut courtState courtDocument ceased isInRefundReview payments { id amount error }';
const cases = async (filter: object = {}): Promise<Shown[]> =>
  (
    await ask<{ legacyCases: { nodes: Shown[] } }>(
      'archivist',
      `query ($filter: LegacyCaseFilter) { legacyCases(first: 100, filter: $filter) { nodes { ${SHOWN} } } }`,
      { filter },
    )
  ).legacyCases.nodes;

const MEMO =
  '{ legacyMemo { cases closedPaid remainderCeased unpaidCeased levied paid ceased receivable mispaid refundApproved } }';

describe('the closed register of the repealed fee', () => {
  it('closes the ledgers of document 003 to 572,497 ceased and nothing receivable', async () => {
    expect(await take(fixture())).toMatchObject({ total: 25, accepted: 25, rejected: 0 });
    const { legacyMemo } = await ask<{ legacyMemo: unknown[] }>('finance-officer-1', MEMO);
    expect(legacyMemo).toEqual([
      {
        cases: 25,
        closedPaid: 14,
        remainderCeased: 2,
        unpaidCeased: 9,
        levied: String((1_041_428 + 621_317) * 100),
        paid: String(1_090_248 * 100),
        ceased: String(572_497 * 100),
        receivable: '0',
        mispaid: '0',
        refundApproved: '0',
      },
    ]);
  });

  it.each<[state: string, row: Row, payments: Row[], shown: string, errors: string[]]>([
    ['decided, paid in full', { paid_yuan: '1000' }, [], 'CLOSED_PAID NONE 0', []],
    ['decided, part paid', { paid_yuan: '400' }, [], 'CLOSED_PARTIAL_REMAINDER_CEASED NONE 60000', []],
    ['decided, nothing paid', { paid_yuan: '0' }, [], 'CLOSED_UNPAID_CEASED NONE 100000', []],
    ['court enforcement pending', { court_state: '已申请执行' }, [], 'CLOSED_UNPAID_CEASED PENDING 100000', []],
    [
      'court enforcement withdrawn',
      { court_state: '已撤回', court_document: '（2021）试执撤1号', paid_yuan: '1' },
      [],
      'CLOSED_PARTIAL_REMAINDER_CEASED ENDED 99900',
      [],
    ],
    ['investigated, undecided', { decided_on: '', levied_yuan: '' }, [], 'CLOSED_NO_DECISION NONE 0', []],
    ['paid twice', {}, [{ amount_yuan: '1000' }, { amount_yuan: '1000' }], 'CLOSED_PAID NONE 0', ['TWICE']],
    [
      'paid by the wrong person',
      {},
      [{ amount_yuan: '1000', payer_name: '另一人' }],
      'CLOSED_UNPAID_CEASED NONE 100000',
      ['WRONG_PERSON'],
    ],
    [
      'paid after 2021-08-20 for the ceased part',
      {},
      [
        { amount_yuan: '300', paid_on: '2021-08-20' },
        { amount_yuan: '700', paid_on: '2021-08-21' },
      ],
      'CLOSED_PARTIAL_REMAINDER_CEASED NONE 70000',
      ['AFTER_REPEAL'],
    ],
    [
      'paid, and never decided',
      { decided_on: '', levied_yuan: '' },
      [{ amount_yuan: '500' }],
      'CLOSED_NO_DECISION NONE 0',
      ['WITHOUT_DECISION'],
    ],
  ])(
    'closes what domain/01 §1.4 calls “%s”, and calls nothing receivable',
    async (_state, row, payments, shown, errors) => {
      const of = { office_code: '340202', case_no: '旧〔2015〕1', paid_on: '', payer_name: '' };
      expect(
        await take(
          [oldCase(1, row)],
          payments.map((payment) => ({ ...of, ...payment })),
        ),
      ).toMatchObject({ accepted: 1 });
      const [one] = await cases();
      expect(`${one!.closeOut} ${one!.courtState} ${one!.ceased}`).toBe(shown);
      expect(one!.payments.flatMap(({ error }) => error ?? [])).toEqual(errors);
      const { legacyMemo } = await ask<{ legacyMemo: { receivable: string }[] }>(
        'archivist',
        '{ legacyMemo { receivable } }',
      );
      expect(legacyMemo).toEqual([{ receivable: '0' }]);
    },
  );

  it('has what was asked of a court withdrawn, by a document, once', async () => {
    await take([oldCase(1, { court_state: '已申请执行' }), oldCase(2)]);
    const [asked, never] = await cases();
    const end = 'mutation ($id: ID!) { endLegacyCourtCase(caseId: $id, courtDocument: "（2021）试执撤2号") }';
    await ask('archivist', end, { id: asked!.id });
    expect(await cases({ caseNo: asked!.caseNo })).toMatchObject([
      { courtState: 'ENDED', courtDocument: '（2021）试执撤2号' },
    ]);
    for (const { id } of [asked!, never!])
      expect((await graph.ask('archivist', end, { id })).refused).toEqual(['LEGACY_COURT_NOT_PENDING']);
    const { legacyMemo } = await ask<{ legacyMemo: unknown[] }>(
      'archivist',
      '{ legacyMemo { courtPending courtEnded } }',
    );
    expect(legacyMemo).toEqual([{ courtPending: 0, courtEnded: 1 }]);
  });

  it('is read by the archive alone, within its division, and every look is on record', async () => {
    await take([oldCase(1)]);
    for (const who of [
      'county-confirmer',
      'township-reviewer',
      'payment-clerk',
      'finance-officer-1',
      'auditor',
      'supervisor',
    ]) {
      const { refused } = await graph.ask(who, '{ legacyCases { nodes { id } } }');
      expect([who, refused]).toEqual([who, ['NOT_PERMITTED']]);
    }
    const before = await looks();
    expect(await cases()).toHaveLength(1);
    expect(await looks()).toBe(before + 1);
    const other: Caller = {
      id: 'a2',
      name: 'a2',
      roles: ['archivist'],
      division: '340203000000' as Caller['division'],
    };
    const { data } = await graph.ask<{ legacyCases: { nodes: unknown[] } }>(other, '{ legacyCases { nodes { id } } }');
    expect(data.legacyCases.nodes).toEqual([]);
  });

  it('shows no row to any other work of the house, whatever the app, the word or the division', async () => {
    await take([oldCase(1)]);
    const fees = world.app.get<Database>(FEES_DATABASE, { strict: false });
    const subsidy = world.app.get<Database>(SUBSIDY_DATABASE, { strict: false });
    const seen = (permission: string) =>
      inContext(systemContext('look', { permission }), () =>
        fees.read((read) => read.query('select from legacy_fee_case')),
      );
    for (const word of ['system', 'determination.run', 'claim.read', 'letter.read'])
      expect(await seen(word)).toEqual([]);
    expect(await seen('legacy-fee.read')).toHaveLength(1);
    await inContext(systemContext('determine'), () =>
      expect(subsidy.read((read) => read.query('select from fees.legacy_fee_case'))).rejects.toThrow(
        /permission denied/,
      ),
    );
  });

  it('is out of reach of every programme rule: no other role has a grant, no door leads to it, no other app has a word of it', async () => {
    const granted = await world.database.admin(
      `select r.rolname, c.relname from pg_roles r, pg_class c
        where c.relnamespace = 'fees'::regnamespace and c.relkind = 'r' and c.relname ~ '^legacy' and not r.rolsuper
          and r.rolname !~ '^pg_' and r.rolname not in ('fees_rw', 'fees_owner')
          and has_table_privilege(r.oid, c.oid, 'select, insert, update, delete, truncate, references, trigger')
       union all
       select r.rolname, p.proname from pg_roles r, pg_proc p
        where p.pronamespace = 'fees'::regnamespace and p.proname ~ '^legacy_fee_(take|seal|end_court|forget)$' and not r.rolsuper
          and r.rolname !~ '^pg_' and r.rolname not in ('fees_rw', 'fees_owner') and has_function_privilege(r.oid, p.oid, 'execute')`,
    );
    expect(granted).toEqual([]);
    const house = await openFederatedWorld(world, () => undefined);
    try {
      expect([...house.fees.paths].filter((one) => /legacy/i.test(one))).toEqual([]);
      const body = JSON.stringify({ query: '{ legacyMemo { ceased } }' });
      const caller = getDemoUser('demo-archivist');
      for (const from of ['subsidy', 'registration', 'migrant', 'exchange'] as const) {
        const signed = new ServiceSigner(house.keys[from], world.clock).sign({
          audience: 'fees',
          path: '/graphql',
          body,
          caller,
        });
        const { status } = await fetch(`${house.fees.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Service ${signed}` },
          body,
        });
        expect([from, status]).toEqual([from, 401]);
      }
    } finally {
      await house.close();
    }
    const WORD = /legacy[-_]fee|LegacyFee|legacyCases|legacyMemo|社会抚养费/;
    const say = sources('apps').filter((file) => WORD.test(fs.readFileSync(path.join(ROOT, file), 'utf8')));
    expect([...new Set(say.map((file) => file.split('/')[1]))].sort()).toEqual(['fees', 'standalone']);
    const within = say.filter((file) => file.startsWith('apps/fees/src/') && !file.includes('/legacy-fee/'));
    expect(
      within.filter((file) =>
        /(receivable|payment-request|recovery|instalment|delivery|match|bank-receipt|remedy)\//.test(file),
      ),
    ).toEqual([]);
  });

  it('takes the same ledger once, refuses other content, and nothing at all once it is sealed', async () => {
    await take([oldCase(1), oldCase(2)]);
    expect(await take([oldCase(1), oldCase(2)])).toMatchObject({ accepted: 0, unchanged: 2, rejected: 0 });
    expect(await take([oldCase(1, { levied_yuan: '2000' })])).toMatchObject({ perCode: { CASE_ON_RECORD: 1 } });
    await ask('archivist', `mutation { sealLegacyLedgers(officeCode: "${OFFICE}") }`);
    expect(await take([oldCase(3)])).toMatchObject({ accepted: 0, perCode: { REGISTER_SEALED: 1 } });
    const { refused } = await graph.ask('archivist', `mutation { sealLegacyLedgers(officeCode: "${OFFICE}") }`);
    expect(refused).toEqual(['LEGACY_REGISTER_SEALED']);
    expect(await sums()).toEqual({ cases: 2, levied: 200_000n });
  });

  it('writes to the person that what was not paid has ceased, once, and lets anybody verify the letter', async () => {
    await take([oldCase(1, { paid_yuan: '400', id_number: PAYER }), oldCase(2, { paid_yuan: '1000' })]);
    const [part] = await cases({ closeOut: 'CLOSED_PARTIAL_REMAINDER_CEASED' });
    const write = `mutation ($id: ID!) { writeLegacyNotice(caseId: $id) { id no } }`;
    const first = await ask<{ writeLegacyNotice: { id: string; no: string } }>('archivist', write, { id: part!.id });
    expect(await ask('archivist', write, { id: part!.id })).toEqual(first);
    const citizen: Caller = {
      id: 'payer',
      name: 'payer',
      roles: ['citizen'],
      division: '' as Caller['division'],
      idNumber: PAYER,
    };
    const mine = await ask<{ myLegacyCases: { ceased: string; letters: { id: string }[] }[] }>(
      citizen,
      '{ myLegacyCases { ceased letters { id } } }',
    );
    expect(mine.myLegacyCases).toEqual([{ ceased: '60000', letters: [{ id: first.writeLegacyNotice.id }] }]);
    const { letterFile } = await ask<{ letterFile: { pdf: string; sha256: string } }>(
      citizen,
      'query ($id: ID!) { letterFile(id: $id) { pdf sha256 } }',
      { id: first.writeLegacyNotice.id },
    );
    expect(
      (
        await graph.ask('county-confirmer', 'query ($id: ID!) { letterFile(id: $id) { sha256 } }', {
          id: first.writeLegacyNotice.id,
        })
      ).refused,
    ).toEqual(['LETTER_UNKNOWN']);
    const { legacyNoticeFile } = await ask<{ legacyNoticeFile: { sha256: string } }>(
      'archivist',
      'query ($id: ID!) { legacyNoticeFile(id: $id) { sha256 } }',
      { id: first.writeLegacyNotice.id },
    );
    expect(legacyNoticeFile.sha256).toBe(letterFile.sha256);
    const text = pdfText(Buffer.from(letterFile.pdf, 'base64')).replaceAll('\n', '');
    expect(text).toContain('600.00 元');
    expect(text).toContain('本告知书不要求您缴纳任何款项');
    const [code] = /[0-9A-Z]{4}(-[0-9A-Z]{4}){7}/.exec(text)!;
    const verify =
      'query ($c: String!, $f: String) { verifyLetter(code: $c, fileSha256: $f) { isKnown kind isSameFile } }';
    const { data } = await graph.ask<{ verifyLetter: unknown }>(undefined, verify, { c: code, f: letterFile.sha256 });
    expect(data.verifyLetter).toEqual({ isKnown: true, kind: 'LEGACY_CLOSING', isSameFile: true });
    const [paidUp] = await cases({ closeOut: 'CLOSED_PAID' });
    expect((await graph.ask('archivist', write, { id: paidUp!.id })).refused).toEqual(['LEGACY_NOTHING_TO_TELL']);
  });

  it('has a double payment looked into, verified and given back by two officers; a lawful one never', async () => {
    const of = { office_code: '340202', case_no: '旧〔2015〕1' };
    await take(
      [oldCase(1)],
      [
        { ...of, amount_yuan: '1000', paid_on: '2015-04-01', receipt_no: 'A1' },
        { ...of, amount_yuan: '1000', paid_on: '2015-05-01', receipt_no: 'A2' },
      ],
    );
    const [shown] = await cases();
    const [lawful, twice] = [shown!.payments.find(({ error }) => !error)!, shown!.payments.find(({ error }) => error)!];
    expect([shown!.closeOut, twice.error, twice.amount]).toEqual(['CLOSED_PAID', 'TWICE', '100000']);
    const open = `mutation ($c: ID!, $p: ID!) { openLegacyRefund(caseId: $c, paymentId: $p, reason: "重复缴纳", foundByUnit: true) }`;
    expect((await graph.ask('archivist', open, { c: shown!.id, p: lawful.id })).refused).toEqual([
      'LEGACY_PAYMENT_NOT_IN_ERROR',
    ]);
    const { openLegacyRefund: id } = await ask<{ openLegacyRefund: string }>('archivist', open, {
      c: shown!.id,
      p: twice.id,
    });
    expect((await graph.ask('archivist', open, { c: shown!.id, p: twice.id })).refused).toEqual(['LEGACY_REVIEW_OPEN']);
    const decide = `mutation ($id: ID!) { decideLegacyRefund(id: $id, isApproved: true, decision: "核实无误，同意退还") }`;
    expect((await graph.ask('finance-officer-1', decide, { id })).refused).toEqual(['LEGACY_REVIEW_CANNOT_MOVE']);
    await ask('archivist', 'mutation ($id: ID!) { verifyLegacyRefund(id: $id) }', { id });
    await ask('finance-officer-1', decide, { id });
    const reviews = await ask<{ legacyCases: { nodes: { reviews: unknown[] }[] } }>(
      'archivist',
      '{ legacyCases { nodes { isInRefundReview reviews { amount state openedOn answerBy decision paidBackOn } } } }',
    );
    expect(reviews.legacyCases.nodes[0]!.reviews).toEqual([
      {
        amount: '100000',
        state: 'APPROVED',
        openedOn: '2026-11-02',
        answerBy: null,
        decision: '核实无误，同意退还',
        paidBackOn: null,
      },
    ]);
    // It goes back the way that all money goes back; the register itself pays nothing.
    expect(
      await world.database.admin(
        'select kind, source_id, fen, state, original_receipt_no, received_on from fees.refund',
      ),
    ).toEqual([
      {
        kind: 'legacy',
        source_id: twice.id,
        fen: 100_000n,
        state: 'asked',
        original_receipt_no: 'A2',
        received_on: '2015-05-01',
      },
    ]);
  });

  it('forgets what was kept as long as the parameter says, with its letters, and leaves a certificate of how much', async () => {
    await take([oldCase(1, { paid_yuan: '400' }), oldCase(2)]);
    const [part] = await cases({ closeOut: 'CLOSED_PARTIAL_REMAINDER_CEASED' });
    await ask('archivist', 'mutation ($id: ID!) { writeLegacyNotice(caseId: $id) { id } }', { id: part!.id });
    world.clock.set('2036-11-01');
    expect(await importer().forget()).toEqual([]);
    world.clock.set('2036-11-04');
    expect(await importer().forget()).toEqual([{ officeCode: OFFICE, cases: 2 }]);
    const left = await world.database.admin(
      `select (select count(*) from fees.legacy_fee_case)::int as cases, (select count(*) from fees.legacy_fee_payment)::int as payments,
              (select count(*) from fees.letter)::int as letters`,
    );
    expect(left).toEqual([{ cases: 0, payments: 0, letters: 0 }]);
    expect(
      await world.database.admin('select office_code, cases, payments, letters from fees.legacy_deletion'),
    ).toEqual([{ office_code: OFFICE, cases: 2, payments: 1, letters: 1 }]);
    const shown = '{ legacyDeletions { officeCode takenBefore cases payments letters by } }';
    const { legacyDeletions } = await ask<{ legacyDeletions: unknown[] }>('auditor', shown);
    const certificate = { officeCode: OFFICE, takenBefore: '2026-11-04', cases: 2, payments: 1, letters: 1 };
    expect(legacyDeletions).toEqual([{ ...certificate, by: 'system' }]);
  });

  it('forgets nothing that a court or a refund still hangs on', async () => {
    const of = { office_code: '340202', case_no: '旧〔2015〕2', amount_yuan: '1000' };
    await take([oldCase(1, { court_state: '已申请执行' }), oldCase(2)], [of, of]);
    const [, two] = await cases();
    const open = `mutation ($c: ID!, $p: ID!) { openLegacyRefund(caseId: $c, paymentId: $p, reason: "重复缴纳", foundByUnit: true) }`;
    await ask('archivist', open, { c: two!.id, p: two!.payments.find(({ error }) => error)!.id });
    world.clock.set('2036-11-04');
    expect(await importer().forget()).toEqual([]);
  });
});

describe('attempts to create or raise an amount of the repealed fee', () => {
  /** As the app's own role, in whatever context it can sign for itself. */
  const asApp = (context: Partial<WorkContext>, sql: string, parameters: unknown[] = []) =>
    inContext(systemContext('attack', context), () =>
      world.app.get<Database>(FEES_DATABASE, { strict: false }).write((tx) => tx.query(sql, parameters)),
    );
  const row = (more: object) =>
    JSON.stringify([
      {
        line: 1,
        office: OFFICE,
        caseNo: 'X',
        name: 'X',
        id: '0198c0de-0000-7000-8000-000000000001',
        courtState: 'none',
        hash: '00'.repeat(32),
        source: 'x',
        decided: '2015-01-01',
        levied: '100',
        payments: [],
        ...more,
      },
    ]);
  const TAKE = 'select * from legacy_fee_take($1::jsonb, now())';
  const archive = { permission: 'legacy-fee.take' };
  const id = `(select id from legacy_fee_case limit 1)`;

  const SQL: readonly [string, Partial<WorkContext>, string, unknown[]?][] = [
    [
      'insert a case',
      archive,
      `insert into legacy_fee_case (id, office_code, case_no, payer_name, decided_on, levied_fen, paid_fen, mispaid_fen, close_out, court_state, source_ref, row_hash, taken_by, taken_at) values (uuidv7(), '${OFFICE}', 'Y', 'Y', '2015-01-01', 5, 0, 0, 'CLOSED_UNPAID_CEASED', 'none', 'x', '\\x00', 'x', now())`,
    ],
    ['raise what was levied', archive, `update legacy_fee_case set levied_fen = levied_fen + 1`],
    ['raise it as system', {}, `update legacy_fee_case set levied_fen = levied_fen + 1`],
    ['lower what was paid', archive, `update legacy_fee_case set paid_fen = 0`],
    ['undo the ceasing', archive, `update legacy_fee_case set close_out = 'OPEN'`],
    ['delete a payment', archive, `delete from legacy_fee_payment`],
    ['delete a case', archive, `delete from legacy_fee_case`],
    [
      'add a payment',
      archive,
      `insert into legacy_fee_payment (id, case_id, fen, payer_name) values (uuidv7(), ${id}, 5, 'x')`,
    ],
    ['empty the table', archive, `truncate legacy_fee_case cascade`],
    ['give it a due date', archive, `alter table legacy_fee_case add column due_on date`],
    [
      'drop a constraint',
      archive,
      `alter table legacy_fee_case drop constraint legacy_fee_was_decided_before_the_repeal`,
    ],
    ['switch the guard off', archive, `alter table legacy_fee_case disable row level security`],
    ['unseal an office', archive, `update legacy_fee_office set sealed_on = null`],
    ['take in without the archive’s word', { permission: 'determination.run' }, TAKE, [row({})]],
    ['take in as the system', {}, TAKE, [row({})]],
    ['take in a decision after the repeal', archive, TAKE, [row({ decided: '2021-08-21' })]],
    ['take in a decision of today', archive, TAKE, [row({ decided: '2026-11-02' })]],
    ['take in an amount without a decision', archive, TAKE, [row({ decided: null })]],
    ['take in a negative amount', archive, TAKE, [row({ levied: '-5' })]],
    [
      'take in a payment of nothing',
      archive,
      TAKE,
      [row({ payments: [{ id: '0198c0de-0000-7000-8000-000000000002', fen: '0', payer: 'x' }] })],
    ],
    [
      'take in a lawful payment after the repeal',
      archive,
      TAKE,
      [
        row({
          payments: [
            { id: '0198c0de-0000-7000-8000-000000000002', fen: '5', paidOn: '2022-01-01', payer: 'x', error: null },
          ],
        }),
      ],
    ],
    [
      'take in a lawful payment beyond the amount',
      archive,
      TAKE,
      [row({ payments: [{ id: '0198c0de-0000-7000-8000-000000000002', fen: '500', payer: 'x', error: null }] })],
    ],
    ['take in for another county', { ...archive, division: '340203' }, TAKE, [row({})]],
    [
      'pass a levy off as a sealed value',
      { permission: 'rotation' },
      `select reseal('legacy_fee_case', 'levied_fen', array[${id}], array['\\x01'::bytea], array['\\x02'::bytea])`,
    ],
    [
      'end at a court what was never there',
      { permission: 'legacy-fee.court' },
      `select legacy_fee_end_court(${id}, 'x')`,
    ],
    ['end at a court by another word', archive, `select legacy_fee_end_court(${id}, 'x')`],
    ['ask a court', archive, `update legacy_fee_case set court_state = 'pending'`],
    ['raise a payment', archive, `update legacy_fee_payment set fen = fen + 1`],
    [
      'give back a lawful payment',
      { permission: 'legacy-fee.review' },
      `insert into legacy_refund_review (id, case_id, payment_id, fen, state, found_by_unit, reason, opened_on, opened_at) select uuidv7(), case_id, id, fen, 'opened', true, 'x', '2026-11-02', now() from legacy_fee_payment where error is null limit 1`,
    ],
    [
      'give back more than was paid in error',
      { permission: 'legacy-fee.review' },
      `insert into legacy_refund_review (id, case_id, payment_id, fen, state, found_by_unit, reason, opened_on, opened_at) select uuidv7(), case_id, id, fen + 1, 'opened', true, 'x', '2026-11-02', now() from legacy_fee_payment where error is not null limit 1`,
    ],
  ];
  it.each(SQL)('by SQL as the app’s own role: %s', async (_what, context, sql, parameters) => {
    const of = { office_code: '340202', case_no: '旧〔2015〕1' };
    await take(
      [oldCase(1)],
      [
        { ...of, amount_yuan: '400' },
        { ...of, amount_yuan: '900' },
      ],
    );
    const before = await everything();
    const refused = await asApp(context, sql, parameters).then(
      () => false,
      () => true,
    );
    const after = await everything();
    // A policy may also let a statement touch nothing: what counts is that nothing changed.
    const wentThrough = JSON.stringify(after) !== JSON.stringify(before);
    count('sql', wentThrough);
    expect([refused, after]).toEqual([true, before]);
  });

  it.each([
    ['raise what was levied', 'update fees.legacy_fee_case set levied_fen = levied_fen + 1'],
    ['raise what ceased by lowering what was paid', 'update fees.legacy_fee_case set paid_fen = 0'],
    ['move the decision', `update fees.legacy_fee_case set decided_on = '2016-01-01'`],
    ['ask a court', `update fees.legacy_fee_case set court_state = 'pending'`],
    ['raise a payment', 'update fees.legacy_fee_payment set fen = fen + 1'],
    [
      'add a case decided after the repeal',
      `insert into fees.legacy_fee_case (id, office_code, case_no, payer_name, decided_on, levied_fen, paid_fen, mispaid_fen, close_out, court_state, source_ref, row_hash, taken_by, taken_at) values (gen_random_uuid(), '${OFFICE}', 'Y', 'Y', '2021-08-21', 5, 0, 0, 'CLOSED_UNPAID_CEASED', 'none', 'x', '\\x00', 'x', now())`,
    ],
  ])('by SQL as the owner of the database itself: %s', async (_what, sql) => {
    await take([oldCase(1, { paid_yuan: '400' })]);
    const before = await everything();
    const refused = await world.database.admin(sql).then(
      () => null,
      (error: { constraint?: string }) => error.constraint,
    );
    const after = await everything();
    count('sql', JSON.stringify(after) !== JSON.stringify(before));
    expect(['legacy_fee_never_changes', 'legacy_fee_was_decided_before_the_repeal']).toContain(refused);
    expect(after).toEqual(before);
  });

  it('by an import: after the repeal, higher than on record, twice in a file, or once the register is sealed', async () => {
    await take([oldCase(1)]);
    const before = await sums();
    const tries: Row[][] = [
      [oldCase(9, { decided_on: '2021-08-21' })],
      [oldCase(9, { decided_on: '2026-11-02' })],
      [oldCase(1, { levied_yuan: '1001' })],
      [oldCase(1, { levied_yuan: '1000', paid_yuan: '1' })],
      [oldCase(9, { decided_on: '' })],
      [oldCase(9, { levied_yuan: '' })],
      [oldCase(9, { levied_yuan: '-1' })],
      [oldCase(9, { levied_yuan: '0' })],
      [oldCase(9, { paid_yuan: '-1' })],
      [oldCase(9, { levied_yuan: '99999999999999999999' })],
      [oldCase(9, { court_state: '应缴' })],
      [oldCase(9, { decided_on: '', levied_yuan: '', court_state: '已申请执行' })],
    ];
    for (const rows of tries) {
      const { accepted } = await take(rows);
      count('import', accepted > 0);
      expect([rows, accepted]).toEqual([rows, 0]);
    }
    await ask('archivist', `mutation { sealLegacyLedgers(officeCode: "${OFFICE}") }`);
    const { accepted } = await take([oldCase(10)]);
    count('import', accepted > 0);
    expect(accepted).toBe(0);
    expect(await sums()).toEqual(before);
  });

  it('by REST at the public door and by the doors between the processes: no path writes an old case', async () => {
    await take([oldCase(1)]);
    const before = await everything();
    const csv = fs.readFileSync(world.file('attack.csv', [oldCase(77)]), 'utf8');
    const bodies = [row({}), csv];
    const house = await openFederatedWorld(world, () => undefined);
    const caller = getDemoUser('demo-archivist');
    const atDoor = async (from: ServiceName, method: string, at: string, body: string) => {
      const signed = new ServiceSigner(house.keys[from], world.clock).sign({
        audience: 'fees',
        path: at,
        body,
        caller,
      });
      const headers = { 'content-type': 'application/json', authorization: `Service ${signed}` };
      return (await fetch(`${house.fees.url}${at}`, { method, headers, body })).status;
    };
    const statuses: [string, number][] = [];
    try {
      for (const at of [
        '/legacy-fee',
        '/legacy-fee/import',
        '/legacy-cases',
        '/legacy-cases/1',
        '/api/legacy-fee',
        '/import',
      ]) {
        for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
          for (const body of bodies) {
            statuses.push([`${method} ${at}`, await graph.send('archivist', method, at, body)]);
            for (const from of ['gateway', 'subsidy'] as const)
              statuses.push([`${from} ${method} ${at}`, await atDoor(from, method, at, body)]);
          }
        }
      }
      const mutation = JSON.stringify({ query: `mutation { createLegacyCase(amount: "100") }` });
      for (const from of ['gateway', 'subsidy', 'migrant'] as const)
        statuses.push([`${from} graph`, await atDoor(from, 'POST', '/graphql', mutation)]);
    } finally {
      await house.close();
    }
    for (const [, status] of statuses) count('doors', status < 400);
    expect(statuses.filter(([, status]) => status < 400)).toEqual([]);
    expect(await everything()).toEqual(before);
  });

  it('through the graph: there is no operation that takes an amount, a due date or a charge', async () => {
    await take([oldCase(1)]);
    const before = await everything();
    interface Op {
      name: string;
      args: { name: string }[];
    }
    const { data } = await graph.ask<{ __schema: { mutationType: { fields: Op[] } } }>(
      'archivist',
      '{ __schema { mutationType { fields { name args { name } } } } }',
    );
    const legacy = data.__schema.mutationType.fields.filter(({ name }) => /legacy/i.test(name));
    expect(legacy.map(({ name }) => name).sort()).toEqual([
      'decideLegacyRefund',
      'endLegacyCourtCase',
      'openLegacyRefund',
      'sealLegacyLedgers',
      'verifyLegacyRefund',
      'writeLegacyNotice',
    ]);
    expect(legacy.flatMap(({ args }) => args.map(({ name }) => name)).filter((name) => CLAIMS.test(name))).toEqual([]);
    const values: Record<string, string> = { isApproved: 'true', foundByUnit: 'true' };
    const smuggled = ['amount', 'fen', 'levied', 'leviedFen', 'leviedYuan', 'paid', 'dueOn', 'input', 'case'];
    const tries = [
      ...['createLegacyCase', 'importLegacyCases', 'levyLegacyFee', 'raiseLegacyAmount', 'setLegacyDueDate'].map(
        (name) => `${name}(amount: "100")`,
      ),
      ...['remindLegacyPayer', 'enforceLegacyCase', 'reopenLegacyCase', 'updateLegacyCase'].map(
        (name) => `${name}(id: "x", amount: "100")`,
      ),
      ...legacy.flatMap(({ name, args }) =>
        smuggled.map(
          (more) =>
            `${name}(${args.map((arg) => `${arg.name}: ${values[arg.name] ?? '"x"'}`).join(', ')}, ${more}: "100000")`,
        ),
      ),
    ];
    for (const one of tries) {
      const { errors } = await graph.ask('archivist', `mutation { ${one} }`);
      const codes = errors.map(({ extensions }) => extensions.code);
      count('graph', !codes.includes('GRAPHQL_VALIDATION_FAILED'));
      expect([one, codes]).toEqual([one, expect.arrayContaining(['GRAPHQL_VALIDATION_FAILED'])]);
    }
    expect(await everything()).toEqual(before);
  });

  it('in the graph: no field, argument or value of an old case is a debt, a charge, a reminder or a day to pay by', async () => {
    interface Named {
      name: string;
    }
    interface Type extends Named {
      fields: (Named & { args: Named[] })[] | null;
      enumValues: Named[] | null;
      inputFields: Named[] | null;
    }
    const { data } = await graph.ask<{ __schema: { types: Type[] } }>(
      'archivist',
      '{ __schema { types { name fields { name args { name } } enumValues { name } inputFields { name } } } }',
    );
    const types = data.__schema.types.filter(({ name }) => name.startsWith('Legacy'));
    expect(types.length).toBeGreaterThan(8);
    const names = types.flatMap(({ name, fields, enumValues, inputFields }) => [
      name,
      ...(fields ?? []).flatMap((field) => [field.name, ...field.args.map((arg) => arg.name)]),
      ...(enumValues ?? []).map((value) => value.name),
      ...(inputFields ?? []).map((field) => field.name),
    ]);
    expect(names.filter((name) => CLAIMS.test(name))).toEqual([]);
  });

  it('in the tables: no column of an old case is a debt or a day by which anybody has to pay, and no function makes one', async () => {
    const columns = await world.database.admin<{ name: string; type: string }>(
      `select table_name || '.' || column_name as name, data_type as type from information_schema.columns
        where table_schema = 'fees' and table_name ~ '^legacy'`,
    );
    expect(columns.filter(({ name }) => CLAIMS.test(name))).toEqual([]);
    const days = columns.filter(({ type }) => /date|timestamp/.test(type)).map(({ name }) => name);
    expect(days.sort()).toEqual([
      'legacy_deletion.at',
      'legacy_deletion.taken_before',
      'legacy_fee_case.decided_on',
      'legacy_fee_case.taken_at',
      'legacy_fee_office.sealed_on',
      'legacy_fee_payment.paid_on',
      'legacy_refund_review.answer_by',
      'legacy_refund_review.decided_at',
      'legacy_refund_review.opened_at',
      'legacy_refund_review.opened_on',
    ]);
    const functions = await world.database.admin<{ name: string }>(
      `select proname as name from pg_proc where pronamespace = 'fees'::regnamespace and prosrc ~ 'legacy' or proname ~ '^legacy' order by 1`,
    );
    expect(functions.map(({ name }) => name)).toEqual([
      'legacy_fee_end_court',
      'legacy_fee_forget',
      'legacy_fee_never_changes',
      'legacy_fee_payment_never_changes',
      'legacy_fee_seal',
      'legacy_fee_take',
      'legacy_is_archive',
      'legacy_refund_review_moves',
      'refund_moves', // Looks up how much was paid in error, so that no more goes back.
    ]);
  });

  it('in the code: nothing that knows an old case knows how to charge, ask, remind or schedule', () => {
    const own = sources('apps/fees/src/legacy-fee').filter((file) => !file.endsWith('.spec.ts'));
    expect(own.filter((file) => /\.(jobs|processor)\.ts$|bell/.test(file))).toEqual([]);
    const imported = own.flatMap((file) => [
      ...fs.readFileSync(path.join(ROOT, file), 'utf8').matchAll(/from '\.\.\/([^/']+)/g),
    ]);
    expect([...new Set(imported.map(([, slice]) => slice))].sort()).toEqual([
      'fees.tokens',
      'letter',
      'parameter',
      'refund',
    ]);
  });
});

async function looks(): Promise<number> {
  const [row] = await world.database.admin<{ n: number }>(
    `select count(*)::int as n from fees.audit_entry where kind = 'read' and operation = 'Query.legacyCases' and subject_type = 'legacy-fee'`,
  );
  return row!.n;
}

async function sums() {
  const [row] = await world.database.admin<{ cases: number; levied: bigint }>(
    `select count(*)::int as cases, coalesce(sum(levied_fen), 0)::bigint as levied from fees.legacy_fee_case`,
  );
  return row!;
}

const everything = () =>
  world.database.admin<{ all: unknown }>(
    `select (select jsonb_agg(to_jsonb(c) order by c.id) from fees.legacy_fee_case c)::text as cases,
            (select jsonb_agg(to_jsonb(p) order by p.id) from fees.legacy_fee_payment p)::text as payments,
            (select jsonb_agg(to_jsonb(o)) from fees.legacy_fee_office o)::text as offices,
            (select count(*) from fees.legacy_refund_review)::int as reviews,
            (select count(*) from information_schema.columns where table_schema = 'fees')::int as columns,
            (select count(*) from pg_constraint where conrelid = 'fees.legacy_fee_case'::regclass)::int as constraints`,
  );
