import * as fs from 'node:fs';
import * as path from 'node:path';
import { Client } from 'pg';
import { folderOf } from './county.bench';

const COMPARED = 'programme, person_id, claim_id, year, outcome, amount_fen';

/** The table that both sides write, through a superuser's session, which is also the floor's. */
export class DeterminationTable {
  private constructor(private readonly client: Client) {}

  /** On the running server of the county's installation. */
  static async open(people: number): Promise<DeterminationTable> {
    const read = (file: string): string => fs.readFileSync(path.join(folderOf(people), file), 'utf8');
    const { port } = JSON.parse(read('postgres.json')) as { port: number };
    const client = new Client({
      host: '127.0.0.1',
      port,
      user: 'postgres',
      password: read('postgres.password'),
      database: 'yangyu',
    });
    await client.connect();
    await client.query('set jit = off');
    await client.query(`set work_mem = '256MB'`);
    return new DeterminationTable(client);
  }

  /** What autovacuum does within minutes of a load: without it the first to read a page would pay for the loader. */
  async prepare(): Promise<void> {
    const tables = ['claim', 'claim_event', 'claim_finding', 'beneficiary', 'finding', 'person_fact', 'review_case'];
    await this.client.query(
      `vacuum analyze registration.person, ${tables.map((table) => `subsidy.${table}`).join(', ')}`,
    );
  }

  /** Empties the table and writes every dirty page, so that the next run pays for nothing of the last. */
  async clear(): Promise<void> {
    // A claim points at its determination; none does here, and the constraint stands again when this commits.
    await this.client.query('begin');
    const constraint = 'constraint claim_rests_on_a_determination';
    await this.client.query(`alter table subsidy.claim drop ${constraint}`);
    await this.client.query('truncate subsidy.determination, subsidy.determination_run, subsidy.determination_chunk');
    await this.client.query(
      `alter table subsidy.claim add ${constraint} foreign key (determination_id) references subsidy.determination (id)`,
    );
    await this.client.query('commit');
    await this.client.query('checkpoint');
  }

  async runFloor(statements: readonly string[]): Promise<void> {
    await this.client.query('begin');
    for (const statement of statements) await this.client.query(statement);
    await this.client.query('commit');
  }

  async count(): Promise<{ rows: number; eligible: number }> {
    const { rows } = await this.client.query<{ rows: number; eligible: number }>(
      `select count(*)::int as rows, (count(*) filter (where outcome = 'ELIGIBLE'))::int as eligible from subsidy.determination`,
    );
    return rows[0]!;
  }

  /** What stands decided now is what the other side has to decide as well. */
  async keepAsExpected(): Promise<void> {
    await this.client.query('drop table if exists expected');
    await this.client.query(`create temp table expected as select ${COMPARED} from subsidy.determination`);
    await this.client.query('analyze expected');
  }

  /** How many rows were expected, how many stand on one side only, and the first few of those. */
  async differences(): Promise<{ rows: number; different: number; examples: string }> {
    const decided = `select ${COMPARED} from subsidy.determination`;
    const expected = `select ${COMPARED} from expected`;
    await this.client.query('drop table if exists different');
    await this.client.query(
      `create temp table different as
       select 'ours' as side, o.* from (${expected} except all ${decided}) o
       union all select 'hand-written', h.* from (${decided} except all ${expected}) h`,
    );
    const { rows: counts } = await this.client.query<{ rows: number; different: number }>(
      `select (select count(*)::int from expected) as rows, (select count(*)::int from different) as different`,
    );
    const { rows: examples } = await this.client.query<{ line: string }>(
      `select concat_ws(' ', programme, person_id, year, side || ':', outcome, amount_fen) as line
         from different order by programme, person_id, claim_id, year, side limit 6`,
    );
    return { ...counts[0]!, examples: examples.map(({ line }) => line).join('; ') };
  }

  async close(): Promise<void> {
    await this.client.end();
  }
}
