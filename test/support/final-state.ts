import * as fs from 'node:fs';
import * as path from 'node:path';
import { startCluster } from '@app/database';
import { Client } from 'pg';
import { BankBook } from '../../apps/simulator/src/bank/bank.repository';

/** What a run left behind, in words that do not depend on ids and times: two runs ended the same if these are equal. */
export interface FinalState {
  readonly tables: Readonly<Record<string, readonly string[]>>;
  /** `claim number: fen` of every credit that stayed, in the order of the claim numbers. */
  readonly credited: readonly string[];
  /** Every rejected row of every file, with its reason. */
  readonly rejected: readonly string[];
}

const CLAIM = '(select claim_no from subsidy.claim c where c.id =';
const ACCOUNT = (id: string) => `(select encode(account_key, 'hex') from subsidy.payee_account p where p.id = ${id})`;

/** Each gives one text column `line`. */
const TABLES: Readonly<Record<string, string>> = {
  people: `select concat_ws('|', registry_person_id, name, encode(id_number_key, 'hex'), born, died, p.status, h.household_no,
      p.division_code, f, m, p.source_updated_at) as line
    from registration.person p left join registration.household h on h.id = p.household_id
    left join lateral (select registry_person_id as f from registration.person x where x.id = p.father_id) on true
    left join lateral (select registry_person_id as m from registration.person x where x.id = p.mother_id) on true`,
  'earlier versions of people': `select concat_ws('|', registry_person_id, source_updated_at) as line from registration.person_history`,
  'what is known of people': `select concat_ws('|', p.registry_person_id, f.sex, f.born, f.died, f.status, f.citizen, f.hukou, f.division_code,
      f.living_children, f.children_ever, f.spouse_born, f.births_lawful_then, f.certified_level) as line
    from subsidy.person_fact f join registration.person p on p.id = f.person_id`,
  'people still to be derived': `select person_id::text as line from subsidy.fact_dirty`,
  findings: `select concat_ws('|', encode(person_key, 'hex'), name, value, valid, document_no) as line from subsidy.finding`,
  accounts: `select concat_ws('|', encode(holder_key, 'hex'), encode(account_key, 'hex'), holder_name, ended_at is null) as line
    from subsidy.payee_account`,
  decisions: `select concat_ws('|', programme, coalesce(p.registry_person_id, 'unknown'), ${CLAIM} d.claim_id), year, outcome, amount_fen,
      met, unknown, as_of) as line
    from subsidy.determination d left join registration.person p on p.id = d.person_id where is_current`,
  claims: `select concat_ws('|', claim_no, claim_year, state, amount_fen, division_code, ${ACCOUNT('payee_account_id')},
      (select string_agg(e.to_state || ' ' || e.actor, ', ' order by e.seq) from subsidy.claim_event e where e.claim_id = c.id)) as line
    from subsidy.claim c`,
  questions: `select concat_ws('|', reason, ${CLAIM} claim_id), state, decision, resolved_by) as line from subsidy.review_case`,
  instructions: `select concat_ws('|', ${CLAIM} claim_id), state, amount_fen, period,
      (select string_agg(concat_ws(' ', a.no, a.state, a.amount_fen, a.money_at, ${ACCOUNT('a.payee_account_id')}), ', ' order by a.no)
         from subsidy.attempt a where a.instruction_id = i.id)) as line
    from subsidy.instruction i`,
  batches: `select concat_ws('|', programme, division_code, kind, no, state, maker, line_count, total_fen,
      (select string_agg(approver, ',' order by approver) from subsidy.approval a where a.batch_id = b.id),
      (select string_agg(level || ' ' || fen, ',' order by level) from subsidy.batch_share s where s.batch_id = b.id)) as line
    from subsidy.payment_batch b`,
  'bank files': `select concat_ws('|', b.kind, b.no, f.state, f.line_count, f.total_fen) as line
    from subsidy.bank_file f join subsidy.payment_batch b on b.id = f.batch_id`,
  'what the bank said': `select concat_ws('|', ${CLAIM} i.claim_id), a.no, l.status, l.reason, l.amount_fen) as line
    from subsidy.bank_status_line l join subsidy.attempt a on a.id = l.attempt_id join subsidy.instruction i on i.id = a.instruction_id`,
  indicators: `select concat_ws('|', programme, division_code, year, level, amount_fen) as line from subsidy.indicator`,
  'ledger accounts': `select concat_ws('|', coalesce('paying:' || b.kind || b.no, a.code), debits_posted, credits_posted, debits_pending,
      credits_pending) as line
    from subsidy.ledger_account a left join subsidy.payment_batch b on a.code = 'paying:' || b.id`,
  transfers: `select concat_ws('|', kind, code, count(*), sum(fen)) as line from subsidy.transfer group by kind, code`,
  'messages that nobody took': `select 'quarantined ' || count(*) as line from subsidy.quarantine having count(*) > 0`,
};

/** Reads the state of an installation that has stopped. */
export async function finalState(dataFolder: string): Promise<FinalState> {
  const cluster = await startCluster({ dataFolder });
  const client = new Client({
    connectionString: `postgres://postgres:${cluster.superuserPassword}@${cluster.host}:${cluster.port}/yangyu`,
  });
  try {
    await client.connect();
    const tables: Record<string, string[]> = {};
    for (const [name, sql] of Object.entries(TABLES)) tables[name] = await lines(client, sql);
    return { tables, credited: await credited(client, dataFolder), rejected: rejected(dataFolder) };
  } finally {
    await client.end();
    await cluster.stop();
  }
}

const lines = async (client: Client, sql: string): Promise<string[]> =>
  (await client.query<{ line: string }>(`select line from (${sql}) as what order by line collate "C"`)).rows.map(
    (row) => row.line,
  );

/** From the bank's own book, which nothing of ours writes. */
async function credited(client: Client, dataFolder: string): Promise<string[]> {
  const book = await BankBook.open(path.join(dataFolder, 'bank', 'book'));
  const settled = [...book.all()].flatMap((file) => file.lines).filter((line) => line.status === 'SETTLED');
  return lines(
    client,
    `select concat(claim_no, ': ', b.fen) as line
       from jsonb_to_recordset('${JSON.stringify(settled.map((line) => ({ reference: line.endToEndId, fen: String(line.amountFen) })))}')
         as b (reference text, fen text)
       left join subsidy.attempt a on a.end_to_end_id = b.reference left join subsidy.instruction i on i.id = a.instruction_id
       left join subsidy.claim c on c.id = i.claim_id`,
  );
}

function rejected(dataFolder: string): string[] {
  const county = path.join(dataFolder, 'demo', 'county');
  const files = fs.readdirSync(county).filter((name) => name.endsWith('-rejects.csv'));
  return files.sort().flatMap((name) => {
    const [, ...rows] = fs.readFileSync(path.join(county, name), 'utf8').trim().split('\n');
    return rows.filter((row) => !row.includes(',warning,')).map((row) => `${name}: ${row}`);
  });
}

/** Where two runs did not end the same: at most a few lines of each part, so that a person can read it. */
export function differences(expected: FinalState, got: FinalState): string[] {
  const parts = (state: FinalState): Record<string, readonly string[]> => ({
    ...state.tables,
    credited: state.credited,
    rejected: state.rejected,
  });
  const [wanted, found] = [parts(expected), parts(got)];
  return Object.keys(wanted).flatMap((part) => {
    const missing = without(wanted[part]!, found[part]!).map((line) => `${part}: missing ${line}`);
    const surplus = without(found[part]!, wanted[part]!).map((line) => `${part}: surplus ${line}`);
    return [...missing.slice(0, 5), ...surplus.slice(0, 5)];
  });
}

/** Lines of the first list that the second does not have, each as often as it is too few there. */
function without(lines: readonly string[], others: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const line of others) left.set(line, (left.get(line) ?? 0) + 1);
  return lines.filter((line) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count <= 0;
  });
}
