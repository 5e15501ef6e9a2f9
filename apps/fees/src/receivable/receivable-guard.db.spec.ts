import { randomUUID } from 'node:crypto';
import {
  constraintName,
  type Database,
  inContext,
  sqlState,
  systemContext,
  type Tx,
  type WorkContext,
} from '@app/database';
import type { Fen } from '@app/kernel';
import { referenceOf } from '../payment-request/payment-request.rules';
import { type CollectingCounty, COUNTY, createCollectingCounty, newReceivable } from './receivable.fixture';

const KEY = Buffer.alloc(32, 7);
let county: CollectingCounty;
let bare: Database;
beforeAll(async () => {
  county = await createCollectingCounty();
  bare = await county.world.open('fees', { standing: undefined });
});
afterAll(() => county.world.drop());

/** What PostgreSQL says to SQL of the app's own role: the constraint, or the state. */
const saidBy = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => constraintName(error) ?? sqlState(error) ?? (error as { code: string }).code,
  );
const sql = (text: string, parameters: unknown[] = []): Promise<string> =>
  saidBy(inContext(systemContext('test'), () => bare.write((tx) => tx.query(text, parameters))));
const asOwner = (text: string, parameters: unknown[] = []): Promise<string> =>
  saidBy(county.world.admin(text, parameters));
const together = (...texts: string[]): Promise<string> =>
  saidBy(
    inContext(systemContext('test'), () =>
      bare.write(async (tx) => {
        for (const text of texts) await tx.query(text);
      }),
    ),
  );
const paid = async (fen: Fen, of: Fen): Promise<{ id: string; receiptId: string }> => {
  const [id, receiptId] = [await county.open(of), await county.receipt(fen)];
  await county.database.write((tx) => county.service.satisfy(tx, id, null, receiptId, fen));
  return { id, receiptId };
};
const step = (id: string, kind: string, fen: number, more: Record<string, string> = {}): string => {
  const values = { receivable_id: `'${id}'`, kind: `'${kind}'`, fen: String(fen), ...more };
  return `insert into receivable_step (${Object.keys(values).join(', ')}, on_day, at) values (${Object.values(values).join(', ')}, '2026-04-01', now())`;
};

describe('what no code can write', () => {
  it('amounts, but by steps', async () => {
    const id = await county.open(100n);
    for (const column of ['decided_fen', 'cut_fen', 'received_fen', 'steps', 'debtor_name'])
      expect(await sql(`update receivable set ${column} = ${column}`)).toBe('42501');
    expect(await sql(`update receivable_share set received_fen = fen`)).toBe('42501');
    expect(await sql(`update payment_request set paid_fen = fen`)).toBe('42501');
    expect(
      await sql(
        `insert into receivable (id, matter_id, division_code, programme, debtor_name, decided_fen, received_fen, opened_on, opened_at)
      values ($1, $1, '${COUNTY}', 'x', 'x', 1, 1, '2026-04-01', now())`,
        [id],
      ),
    ).toBe('42501');
  });

  it('history: not the app, and not the owner of the tables', async () => {
    const { id } = await paid(10n, 100n);
    await county.database.write((tx) =>
      county.requests.request(tx, { receivableId: id, fen: 1n, dueOn: null, instalmentId: null }),
    );
    for (const table of [
      'receivable',
      'receivable_share',
      'receivable_step',
      'receivable_step_share',
      'payment_request',
    ]) {
      expect(await sql(`delete from ${table}`)).toBe('42501');
      expect(await asOwner(`delete from fees.${table}`)).toBe('receivable_is_history');
    }
    for (const table of ['receivable_step', 'receivable_step_share'])
      expect(await asOwner(`update fees.${table} set fen = fen + 1`)).toBe('receivable_is_history');
    expect(await asOwner(`truncate fees.receivable cascade`)).toBe('receivable_is_history');
  });

  it('that more is received or cut than is open', async () => {
    const id = await county.open(100n);
    expect(await sql(step(id, 'cut', 101, { reason: `'waived'` }))).toBe('receivable_open_is_never_negative');
    expect(await sql(step(id, 'cut', 100, { reason: `'waived'` }))).toBe('done');
  });

  it('that money is received and goes to no budget, to another’s, or to more than its share', async () => {
    const { id, receiptId } = await paid(10n, 100n);
    const other = await county.receipt(50n);
    const stepId = randomUUID();
    const received = step(id, 'received', 20, { id: `'${stepId}'`, receipt_id: `'${other}'` });
    const share = (level: string, fen: number) =>
      `insert into receivable_step_share (step_id, level, year, fen) values ('${stepId}', '${level}', 2025, ${fen})`;
    expect(await together(received)).toBe('receivable_received_is_spread_over_its_shares');
    expect(await together(received, share('county', 19))).toBe('receivable_received_is_spread_over_its_shares');
    expect(await together(received, share('central', 20))).toBe('receivable_step_share_is_of_its_receivable');
    expect(await together(received, share('county', 91))).toBe('receivable_share_gets_no_more_than_its_part');
    expect(await together(received, share('county', 20))).toBe('done');
    expect(await together(step(id, 'received', 1, { receipt_id: `'${receiptId}'` }))).toBe(
      'receivable_takes_a_receipt_once',
    );
  });

  it('many steps in one statement that skip a place, misstate what is owed, or go below nothing on the way', async () => {
    const { id, receiptId } = await paid(10n, 100n); // Steps 1 and 2; 90 are open.
    const many = (...rows: [no: number, kind: string, fen: number, openFen: number][]) => {
      const values = rows.map(([no, kind, fen, openFen]) => {
        const [reason, receipt] = kind === 'cut' ? [`'waived'`, 'null'] : ['null', `'${receiptId}'`];
        return `('${id}'::uuid, ${no}, '${kind}', ${fen}, ${openFen}, ${reason}, ${receipt}::uuid, '2026-04-01'::date, now())`;
      });
      return sql(
        `insert into receivable_step (receivable_id, no, kind, fen, open_fen, reason, receipt_id, on_day, at) values ${values.join(', ')}`,
      );
    };
    expect(await many([4, 'cut', 1, 89])).toBe('receivable_step_is_the_next_one');
    expect(await many([3, 'cut', 1, 90])).toBe('receivable_step_is_the_next_one');
    expect(await many([3, 'cut', 1, 89], [4, 'cut', 1, 89])).toBe('receivable_step_is_the_next_one');
    expect(await many([3, 'cut', 95, -5], [4, 'returned', 10, 5])).toBe('receivable_open_is_never_negative');
    expect(await many([3, 'returned', 11, 101], [4, 'received', 11, 90])).toBe('receivable_open_is_never_negative');
    expect(await many([3, 'received', 1, 89])).toBe('receivable_takes_a_receipt_once');
    expect(await many([3, 'returned', 1, 91], [4, 'received', 1, 90], [5, 'received', 1, 89])).toBe(
      'receivable_takes_a_receipt_once',
    );
    expect(await many([4, 'cut', 1, 88], [3, 'cut', 1, 89])).toBe('done');
    expect(await sql(step(id, 'cut', 88, { reason: `'waived'` }))).toBe('done');
    expect(await sql(step(id, 'cut', 1, { reason: `'waived'` }))).toBe('receivable_open_is_never_negative');
  });

  it('two payments of one statement for a request that asks for one of them, or is of another receivable', async () => {
    const [id, receiptId] = [await county.open(100n), await county.receipt(100n)];
    const other = await county.open(100n);
    const asked = { receivableId: id, fen: 10n, dueOn: null, instalmentId: null };
    const { id: requestId } = await county.database.write((tx) => county.requests.request(tx, asked));
    const pay = (receivableId: string, ...receipts: string[]) =>
      sql(
        `insert into receivable_step (receivable_id, kind, fen, request_id, receipt_id, on_day, at)
         select $1, 'received', 6, $2, unnest($3::uuid[]), '2026-04-01', now()`,
        [receivableId, requestId, receipts],
      );
    expect(await pay(id, receiptId, randomUUID())).toBe('payment_request_is_never_paid_beyond');
    expect(await pay(other, receiptId)).toBe('payment_request_is_open_when_paid');
    expect(await pay(id, receiptId)).toBe('receivable_received_is_spread_over_its_shares');
  });

  it('that money is received which the bank told of nobody, or more of it than it told', async () => {
    const id = await county.open(100n);
    const take = (receiptId: string, fen: number) => {
      const stepId = randomUUID();
      return together(
        step(id, 'received', fen, { id: `'${stepId}'`, receipt_id: `'${receiptId}'` }),
        `insert into receivable_step_share (step_id, level, year, fen) values ('${stepId}', 'county', 2025, ${fen})`,
      );
    };
    const receiptId = await county.receipt(10n);
    expect(await take(randomUUID(), 1)).toBe('receivable_takes_no_more_than_the_receipt');
    expect(await take(receiptId, 11)).toBe('receivable_takes_no_more_than_the_receipt');
    expect(await take(receiptId, 10)).toBe('done');
  });

  it('that a step gets shares when it is over, or that what is to be added up is forgotten', async () => {
    const { id } = await paid(10n, 100n);
    const late = `insert into receivable_step_share (step_id, level, year, fen)
      select id, 'county', 2024, 1 from receivable_step where receivable_id = $1 and kind = 'received'`;
    expect(await sql(late, [id])).toBe('receivable_step_share_is_of_its_receivable');
    expect(
      await asOwner(`update fees.receivable_share set received_fen = received_fen + 1 where receivable_id = $1`, [id]),
    ).toBe('receivable_received_is_spread_over_its_shares');
    expect(await asOwner(`update fees.receivable set received_fen = received_fen + 1 where id = $1`, [id])).toBe(
      'receivable_received_is_spread_over_its_shares',
    );
    for (const text of [
      'select from receivable_check',
      'delete from receivable_check',
      `insert into receivable_check values ('{}', '{}')`,
    ])
      expect(await sql(text)).toBe('42501');
    expect(await county.world.admin('select from fees.receivable_check')).toEqual([]);
  });

  it('that shares are added to a receivable, or differ from its amount', async () => {
    const id = await county.open(100n);
    expect(
      await sql(`insert into receivable_share (receivable_id, level, year, fen) values ('${id}', 'central', 2025, 1)`),
    ).toBe('receivable_shares_sum_to_the_amount');
  });

  it('a reference without its check digits, one that is there already, or requests beyond what is open', async () => {
    const id = await county.open(100n);
    const ask = (reference: string, fen = 1) =>
      sql(
        `insert into payment_request (id, reference, receivable_id, fen, asked_on, asked_at)
         values (gen_random_uuid(), $1, $2, $3, '2026-04-01', now())`,
        [reference, id, fen],
      );
    const right = referenceOf('999999', 2030, 1);
    const wrong = right.slice(0, -1) + String((Number(right.at(-1)) + 1) % 10);
    expect(await ask(wrong)).toBe('payment_request_reference_has_its_check_digits');
    expect(await ask('x')).toBe('payment_request_reference_has_its_check_digits');
    expect(await ask(right, 101)).toBe('payment_requests_never_exceed_what_is_open');
    expect(await ask(right, 100)).toBe('done');
    expect(await ask(right)).toBe('payment_request_reference_is_unique');
    expect(await ask(referenceOf('999999', 2030, 2))).toBe('payment_requests_never_exceed_what_is_open');
  });

  it('that a paid or withdrawn request moves again', async () => {
    const id = await county.open(100n);
    const asked = { receivableId: id, fen: 10n, dueOn: null, instalmentId: null };
    const { id: requestId } = await county.database.write((tx) => county.requests.request(tx, asked));
    await county.database.write((tx) => county.requests.cancel(tx, id, '改按分期计划办理'));
    const cancel = `update payment_request set cancelled_by = guard_text('actor'), cancelled_at = now(), cancel_reason = 'x' where id = $1`;
    expect(await sql(cancel, [requestId])).toBe('payment_request_moves');
    expect(await asOwner(`update fees.payment_request set fen = 11 where id = $1`, [requestId])).toBe(
      'payment_request_moves',
    );
  });

  it('two requests at once beyond what is open: they are served one after the other', async () => {
    const id = await county.open(100n);
    const ask = () =>
      saidBy(
        county.database.write((tx) =>
          county.requests.request(tx, { receivableId: id, fen: 60n, dueOn: null, instalmentId: null }),
        ),
      );
    const said = await Promise.all(Array.from({ length: 8 }, ask));
    expect(said.filter((word) => word === 'done')).toHaveLength(1);
    expect(said.filter((word) => word === 'PAYMENT_REQUEST_EXCEEDS_OPEN')).toHaveLength(7);
  });

  it('one receipt used for two receivables at once beyond its amount', async () => {
    const receiptId = await county.receipt(100n);
    const ids = await Promise.all(Array.from({ length: 6 }, () => county.open(60n)));
    const said = await Promise.all(
      ids.map((id) => saidBy(county.database.write((tx) => county.service.satisfy(tx, id, null, receiptId, 60n)))),
    );
    expect(said.filter((word) => word === 'done')).toHaveLength(1);
  });
});

describe('who sees what is owed', () => {
  const look = (context: WorkContext, id: string): Promise<string> =>
    inContext(context, () =>
      bare.read(async (read) => {
        const count = async (text: string) => (await read.query(text, [id])).length;
        return [
          await count('select from receivable where id = $1'),
          await count('select from receivable_step where receivable_id = $1'),
          await count('select from payment_request where receivable_id = $1'),
          await count(`select from ledger_account where code = 'receivable:' || $1`),
          await count('select from transfer where ref = $1::uuid'),
        ].join(' ');
      }),
    );
  const officer = (division: string) => systemContext('test', { actor: 'officer', division });
  const citizen = (key: Buffer) =>
    systemContext('test', { actor: 'citizen', division: undefined, family: { key: key.toString('hex'), persons: [] } });

  it('the county, those above it, and the debtor; nobody else', async () => {
    const id = await county.open(100n, { debtor: { name: '李四', key: KEY } });
    await county.database.write((tx) =>
      county.requests.request(tx, { receivableId: id, fen: 1n, dueOn: null, instalmentId: null }),
    );
    expect(await look(officer('340202'), id)).toBe('1 2 1 1 1');
    expect(await look(officer('34'), id)).toBe('1 2 1 1 1');
    expect(await look(officer('340203'), id)).toBe('0 0 0 0 0');
    expect(await look(citizen(KEY), id)).toBe('1 2 1 1 1');
    expect(await look(citizen(Buffer.alloc(32, 8)), id)).toBe('0 0 0 0 0');
  });

  it('and only the county writes: not the debtor, not another county, and nobody in somebody else’s name', async () => {
    const id = await county.open(100n, { debtor: { name: '李四', key: KEY } });
    const write = (context: WorkContext, work: (tx: Tx) => Promise<unknown>) =>
      saidBy(inContext(context, () => bare.write(work)));
    const waive = (tx: Tx) => tx.query(step(id, 'cut', 1, { reason: `'waived'` }));
    const asked = { receivableId: id, fen: 1n, dueOn: null, instalmentId: null };
    expect(await write(citizen(KEY), waive)).toBe('42501');
    expect(await write(officer('340203'), waive)).toBe('42501');
    expect(await write(citizen(KEY), (tx) => county.requests.request(tx, asked))).toBe('42501');
    expect(await write(officer('340203'), (tx) => county.requests.request(tx, asked))).toBe(
      'PAYMENT_REQUEST_WITHOUT_RECEIVABLE',
    );
    expect(await write(officer('340203'), (tx) => county.service.open(tx, newReceivable(1n)))).toBe('42501');
    expect(await write(officer('340202'), waive)).toBe('done');
    const forge = (tx: Tx) =>
      tx.query(
        `insert into receivable_step (receivable_id, kind, fen, reason, by_actor, on_day, at) values ($1, 'cut', 1, 'waived', 'x', '2026-04-01', now())`,
        [id],
      );
    expect(await write(officer('340202'), forge)).toBe('42501');
  });
});
