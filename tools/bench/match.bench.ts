import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { auditRecorder } from '@app/audit';
import { Database, migrate, startCluster } from '@app/database';
import { systemClock } from '@app/kernel';
import { Ledger } from '@app/ledger';
import { Client } from 'pg';
import { matchingOf } from '../../apps/fees/src/match/match.fixture';
import { MatchRepository } from '../../apps/fees/src/match/match.repository';
import type { BenchOptions, BenchTable } from './bench.types';
import { median, timed } from './samples';

const COUNTY = '340202000000';
const ACCOUNT = 'a1';
const AT_ONCE = 2_000;
/** In fen: what everybody owes, of which three levels of government gave a part. */
const OWED = 360_000;
/** Every so many-th receipt pays half. */
const HALF_EVERY = 10;

export interface MatchBench {
  /** Payment requests that are open when the last turn begins: never fewer than asked for. */
  readonly requests: number;
  readonly receipts: number;
  readonly runs: number;
  /** Plain SQL as the superuser: one indexed join of the receipts with the requests into a table. */
  readonly floorPerSecond: number;
  /** Ours without the money: held, joined, capped, written as matches and counted on the receipts. */
  readonly foundPerSecond: number;
  /** Of the floor: 1 is as fast. */
  readonly foundRatio: number;
  /** Ours whole: with the history of what is owed, shares to the fen, the ledger, the messages and the audit log. */
  readonly matchedPerSecond: number;
  readonly matchedRatio: number;
  /** Receipts for which floor and ours differ. */
  readonly wrong: number;
  readonly seconds: Readonly<Record<'floor' | 'found' | 'matched', readonly number[]>>;
}

export const defaults = { requests: 1_000_000, receipts: 20_000, runs: 5 };

/** Receipts matched a second while so many requests are open, beside an indexed join of the same rows, by turns. */
export async function run({ requests, receipts, runs, say }: BenchOptions): Promise<MatchBench> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'yangyu-bench-'));
  fs.chmodSync(folder, 0o755);
  const cluster = await startCluster({ dataFolder: folder });
  const url = (role: string) =>
    `postgres://${role}:${cluster.superuserPassword}@${cluster.host}:${cluster.port}/postgres`;
  try {
    await migrate({ adminUrl: url('postgres'), rolePassword: cluster.superuserPassword }, [
      { schema: 'fees', folder: path.resolve('apps/fees/src/migrations') },
    ]);
    const database = await Database.open({ url: url('fees_rw'), schema: 'fees', recorder: auditRecorder('fees') });
    const admin = new Client({ connectionString: url('postgres'), options: '-c search_path=fees' });
    await admin.connect();
    try {
      await fill(admin, requests + receipts * runs, say);
      return await measure(database, admin, { requests, receipts, runs, say });
    } finally {
      await admin.end();
      await database.close();
    }
  } finally {
    await cluster.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** What a reference is, in SQL: as the constraint of the table has it. */
const REFERENCE = `(select b || lpad((98 - (b || '00')::bigint % 97)::text, 2, '0') from (values ('34020226' || lpad(n::text, 7, '0'))) v (b))`;
const ID = (kind: string) => `md5('${kind}' || n)::uuid`;

/** As decisions and requests leave it. Row triggers would take an hour; what they would write is written here. */
async function fill(admin: Client, count: number, say: BenchOptions['say']): Promise<void> {
  say('生成应收和缴款通知', 'making receivables and their payment requests');
  const all = `generate_series(1, ${count}) n`;
  await admin.query('set session_replication_role = replica');
  await admin.query(
    `insert into receivable (id, matter_id, division_code, programme, debtor_name, decided_fen, steps, opened_by, opened_on, opened_at)
     select ${ID('r')}, ${ID('m')}, '${COUNTY}', 'childcare', '示例' || n % 5000, ${OWED}, 2, 'bench', '2026-01-05', now() from ${all}`,
  );
  await admin.query(
    `insert into receivable_share (receivable_id, level, year, fen)
     select ${ID('r')}, level, 2025, fen from ${all}, (values ('central', 216000), ('province', 100800), ('county', 43200)) s (level, fen)`,
  );
  await admin.query(
    `insert into payment_request (id, reference, receivable_id, division_code, programme, debtor_name, fen, asked_by, asked_on, asked_at)
     select ${ID('q')}, ${REFERENCE}, ${ID('r')}, '${COUNTY}', 'childcare', '示例' || n % 5000, ${OWED}, 'bench', '2026-01-05', now() from ${all}`,
  );
  await admin.query(
    `insert into receivable_step (id, receivable_id, no, kind, fen, open_fen, request_id, by_actor, on_day, at)
     select uuidv7(), ${ID('r')}, k, case k when 1 then 'opened' else 'requested' end, ${OWED}, ${OWED}, case k when 2 then ${ID('q')} end,
            'bench', '2026-01-05', now() from ${all}, generate_series(1, 2) k`,
  );
  await admin.query(
    `insert into ledger_account (code, kind, debits_posted, credits_posted)
     select 'receivable:' || ${ID('r')}, 'working', 0, ${OWED} from ${all}
     union all select 'decided:${COUNTY}', 'source', ${OWED}::bigint * ${count}, 0`,
  );
  await admin.query('set session_replication_role = origin');
  await admin.query('vacuum analyze receivable, receivable_share, payment_request, receivable_step, ledger_account');
}

/** Receipts of a turn, each for a request of its own that nobody has paid yet; in the ledger as the bank tells of them. */
async function receive(admin: Client, turn: number, receipts: number): Promise<void> {
  const some = `generate_series(${turn * receipts + 1}, ${(turn + 1) * receipts}) n`;
  const fen = `case when n % ${HALF_EVERY} = 0 then ${OWED / 2} else ${OWED} end`;
  await admin.query(`update bank_receipt set is_for_hand = true where left_fen > 0`);
  await admin.query(
    `insert into bank_notice (id, account, division_code, format, sha256, taken_by, taken_at)
     values (md5('n' || $1)::uuid, '${ACCOUNT}', '${COUNTY}', 'csv', sha256('x'), 'bench', now())`,
    [turn],
  );
  await admin.query(
    `insert into bank_receipt (id, notice_id, account, division_code, bank_ref, booked_on, fen, payer_name, payer_bank, remittance,
                               found_references, taken_by, taken_at)
     select ${ID('b')}, md5('n' || $1)::uuid, '${ACCOUNT}', '${COUNTY}', 'B' || n, '2026-03-20', ${fen}, '示例', '', 'x',
            array[${REFERENCE}], 'bench', now() from ${some} order by md5('o' || n)`,
    [turn],
  );
  await admin.query(
    `insert into transfer (id, kind, debit, credit, fen, code, ref, at)
     select ${ID('t')}, 'single', 'bank:${COUNTY}:${ACCOUNT}', 'unmatched:${COUNTY}:${ACCOUNT}', ${fen}, 'received', ${ID('b')}, now() from ${some}`,
  );
  await admin.query('vacuum analyze bank_receipt, transfer, match, outbox');
  await admin.query('checkpoint');
}

const FLOOR = `create table hit as
  select r.id as receipt_id, q.id as request_id, q.receivable_id, least(r.left_fen, q.left_fen) as fen
    from bank_receipt r join payment_request q on q.reference = r.reference
   where r.left_fen > 0 and q.state in ('open', 'part')`;

async function measure(
  database: Database,
  admin: Client,
  { requests, receipts, runs, say }: Pick<BenchOptions, 'requests' | 'receipts' | 'runs' | 'say'>,
): Promise<MatchBench> {
  const matching = matchingOf({ database, clock: systemClock, ledger: new Ledger() }, os.tmpdir());
  await matching.receipts.openAccount({
    account: ACCOUNT,
    divisionCode: COUNTY,
    bank: '示例银行',
    holderName: '示例县',
  });
  const repository = new MatchRepository();
  const seconds = { floor: [] as number[], found: [] as number[], matched: [] as number[] };
  let wrong = 0;
  for (let turn = 0; turn < runs; turn++) {
    await receive(admin, turn, receipts);
    await admin.query('drop table if exists hit');
    seconds.floor.push((await timed(() => admin.query(FLOOR)))[0]);
    seconds.found.push(await find(database, repository, receipts));
    await admin.query('vacuum match, bank_receipt');
    const [whole, { matched }] = await timed(() => matching.matches.run());
    seconds.matched.push(whole);
    const { rows } = await admin.query<{ n: number }>(
      `select count(*)::int as n from hit h full join (select * from match where receipt_id in (select receipt_id from hit)) m
           using (receipt_id, request_id, receivable_id, fen) where h.receipt_id is null or m.id is null or m.state <> 'confirmed'`,
    );
    wrong += rows[0]!.n + Math.abs(matched - receipts);
    say(`第 ${turn + 1} 轮完成`, `turn ${turn + 1}: ours ${whole.toFixed(1)} s`);
  }
  const rate = (samples: readonly number[]): number => receipts / median(samples);
  const [floor, found, matched] = [rate(seconds.floor), rate(seconds.found), rate(seconds.matched)];
  return {
    requests,
    receipts,
    runs,
    floorPerSecond: Math.round(floor),
    foundPerSecond: Math.round(found),
    foundRatio: Number((found / floor).toFixed(3)),
    matchedPerSecond: Math.round(matched),
    matchedRatio: Number((matched / floor).toFixed(4)),
    wrong,
    seconds,
  };
}

class Undone extends Error {}

/** Everything that matching does but moving money, in batches as ours goes; undone afterwards. */
async function find(database: Database, repository: MatchRepository, receipts: number): Promise<number> {
  let seconds = 0;
  try {
    await database.write(
      async (tx) => {
        const [took, found] = await timed(async () => {
          for (let all = 0; ;) {
            const ids = await repository.lockQuoting(tx, AT_ONCE);
            if (ids.length === 0) return all;
            await repository.lockQuoted(tx, ids);
            all += (await repository.matchQuoted(tx, ids, 'system', systemClock.now())).length;
          }
        });
        if (found !== receipts) throw new Error(`${found} of ${receipts} receipts were found`);
        seconds = took;
        throw new Undone();
      },
      { statementTimeout: 0 },
    );
  } catch (error) {
    if (!(error instanceof Undone)) throw error;
  }
  return seconds;
}

export function tables(result: object): readonly BenchTable[] {
  const bench = result as MatchBench;
  return [
    {
      head: ['receipts a second', 'figure', 'of the floor'],
      rows: [
        ['floor: indexed join into a table', bench.floorPerSecond, 1],
        ['found: held, joined, capped, written and counted', bench.foundPerSecond, bench.foundRatio],
        ['matched: with history, shares, ledger, messages, audit', bench.matchedPerSecond, bench.matchedRatio],
      ],
    },
    {
      head: ['figure', 'value'],
      rows: [
        ['open requests', bench.requests],
        ['receipts a turn', bench.receipts],
        ['turns', bench.runs],
        ['receipts that differ from the floor', bench.wrong],
      ],
    },
  ];
}
