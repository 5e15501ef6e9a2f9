import * as fs from 'node:fs';
import * as path from 'node:path';
import { startCluster } from '@app/database';
import { Client } from 'pg';
import { readConfig } from '../../apps/standalone/src/config';
import { openInstallation } from '../../apps/standalone/src/installation';
import { assure } from '../support/assurance';
import { CANARIES, plant, Scanner, secretsOf } from '../support/canaries';
import { CompiledProgram, type Ended } from '../support/compiled-program';
import type { CountyWorld } from '../support/county-world';
import { GraphClient } from '../support/graph-client';

/** Columns that are the register itself: names and addresses live there, numbers are sealed even there. */
const NAMED = new Set([
  'registration.person.name',
  'registration.person.name_match',
  'registration.person.address',
  'registration.person_history.name',
  'registration.person_history.name_match',
  'registration.person_history.address',
  'registration.household.address',
  'subsidy.payee_account.holder_name',
  'subsidy.attempt.holder_name',
]);

let program: CompiledProgram;
let folder: string;
let scanner: Scanner;
/** The same without names, for answers whose business it is to name people. */
let numbersOnly: Scanner;
const ended: Ended[] = [];

beforeAll(async () => {
  program = await CompiledProgram.build(4_000);
  folder = program.dataFolder('canaries');
  const county = path.join(folder, 'demo', 'county');
  plant(county);
  const secrets = secretsOf(county);
  scanner = new Scanner(
    secrets,
    CANARIES.flatMap(({ names }) => names),
  );
  numbersOnly = new Scanner(secrets, []);
  // Through every flow, falling over in three of them on the way.
  for (const failpoint of [
    'intake.chunk:1:kill',
    'disbursement.send.committed:1:kill',
    'reconciliation.receive.moved:1:throw',
    undefined,
  ])
    ended.push(await program.run(folder, failpoint ? { YANGYU_FAILPOINT: failpoint } : {}));
}, 240_000);
afterAll(async () => {
  await program?.remove();
  assure('T42', 'Planted numbers, names and accounts are found nowhere outside their columns', {
    canaries: CANARIES.length,
    'MB scanned': Math.round((scanner.bytes + numbersOnly.bytes) / 1e5) / 10,
    hits: scanner.hits.length + numbersOnly.hits.length,
  });
});

/** A command of `yangyu` in a process of its own. */
const yangyu = async (...words: string[]): Promise<Ended> => {
  const said = await program.command(folder, words);
  ended.push(said);
  return said;
};

describe('canaries', () => {
  it('went through every flow: registered, claimed for, paid, turned away, explained', async () => {
    expect(ended.map(({ code, signal }) => signal ?? code)).toEqual(expect.arrayContaining(['SIGKILL', 0]));
    await ask(async (query) => {
      const states = await query<{ state: string }>(`select state from subsidy.claim where claim_no like 'KAN%'`);
      expect(states.length).toBe(CANARIES.length);
      expect(states.filter(({ state }) => ['closed', 'paid'].includes(state)).length).toBeGreaterThan(5);
    });
    const book = fs
      .readdirSync(path.join(folder, 'bank', 'to'))
      .filter((name) => /\.(xml|csv)$/.test(name))
      .map((name) => fs.readFileSync(path.join(folder, 'bank', 'to', name), 'utf8'));
    expect(book.join('')).toContain(CANARIES[0]!.account); // The scan can see: where they belong, they are.
  });

  it('do not show in what commands say, not even when they are typed in the wrong place', async () => {
    const { parent, child, account, names } = CANARIES[3]!;
    const wrong = path.join(folder, 'wrong.csv');
    const head = fs.readFileSync(path.join(folder, 'demo', 'county', 'registry.csv'), 'utf8').split('\n', 1)[0]!;
    const columns = head.split(',');
    const rows = columns.map((_, n) =>
      columns.map((__, i) => (i === n ? parent : i === (n + 1) % columns.length ? names[0] : account)).join(','),
    );
    fs.writeFileSync(wrong, [head, ...rows].join('\n') + '\n');
    for (const words of [
      ['import', 'registry', wrong],
      ['import', 'claims', wrong],
      ['import', 'accounts', wrong],
      ['import', 'findings', wrong],
      ['explain', '--child', child],
      ['explain', '--child', `${child.slice(0, 17)}9`],
      ['determine', '--division', parent],
      ['approve', '--batch', parent],
      ['release', '--level', names[0]!, '--yuan', account],
      ['verify'],
    ]) {
      const { output, errors } = await yangyu(...words);
      scanner.scan(`yangyu ${words.slice(0, 2).join(' ')}`, `${output}\n${errors}`);
    }
    fs.rmSync(wrong);
    for (const [n, { output, errors }] of ended.entries()) scanner.scan(`process ${n}`, `${output}\n${errors}`);
    expect(scanner.hits).toEqual([]);
  }, 240_000);

  it('do not show in any file the installation leaves, the sealed and the lawful ones apart', () => {
    // The county's own files came in by the front door; bank files go to the bank; the cluster holds the register.
    scanner.scanFolder(folder, (file) => /^(postgres|bank)(\/|$)|^demo\/county\/(?!.*-(rejects|warnings))/.test(file));
    expect(fs.existsSync(path.join(folder, 'postgres.log'))).toBe(true);
    expect(scanner.hits).toEqual([]);
    for (const name of fs.readdirSync(path.join(folder, 'bank', 'to')).filter((one) => /\.(xml|csv)$/.test(one)))
      expect(fs.statSync(path.join(folder, 'bank', 'to', name)).mode & 0o077).toBe(0);
  });

  it('do not show in a dump of every table, the queue’s and the audit log’s among them, outside their columns', async () => {
    await ask(async (query) => {
      const tables = await query<{ name: string; columns: string[] }>(
        `select table_schema || '.' || table_name as name, array_agg(column_name::text order by ordinal_position) as columns
         from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
        where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema') group by 1`,
      );
      expect(tables.map(({ name }) => name)).toEqual(
        expect.arrayContaining(['subsidy.audit_entry', 'registration.outbox']),
      );
      expect(tables.some(({ name }) => name.startsWith('bullmq.'))).toBe(true);
      for (const { name, columns } of tables) {
        for (const column of columns) {
          const rows = await query<{ v: string | null }>(
            `select string_agg(distinct ${JSON.stringify(column)}::text, E'\\n') as v from ${name}`,
          );
          const text = rows[0]!.v ?? '';
          (NAMED.has(`${name}.${column}`) ? numbersOnly : scanner).scan(`${name}.${column}`, text);
        }
      }
      expect([...scanner.hits, ...numbersOnly.hits]).toEqual([]);
      const held = await query<{ n: string }>(`select count(*) as n from registration.person where name like '丝雀%'`);
      expect(Number(held[0]!.n)).toBe(2 * CANARIES.length);
    });
  });

  it('do not show in answers of the graph beyond their names, nor in any error', async () => {
    const installation = await openInstallation({
      ...readConfig({ YANGYU_DATA: folder, YANGYU_THROWAWAY: 'yes' }),
      port: 0,
    });
    const graph = await GraphClient.open({ ...installation, folder } as unknown as CountyWorld);
    try {
      const { parent, child, account, certificate, names } = CANARIES[5]!;
      for (const word of [parent, child, account, certificate, names[0]!]) {
        const value = JSON.stringify(word);
        for (const source of [
          `{ explain(number: ${value}) }`,
          `{ person(id: ${value}) { name } }`,
          `{ persons(filter: { division: ${value} }) { nodes { id } } }`,
          `{ persons(after: ${value}) { nodes { id } } }`,
          `{ persons(first: ${/^\d+$/.test(word) ? word : 1}, filter: { bornFrom: ${value} }) { nodes { id } } }`,
          `{ claims(filter: { programme: ${value}, state: ${value} }) { nodes { id } } }`,
          `{ division(code: ${value}) { name } }`,
          `{ releasedFunds(programme: ${value}, county: ${value}, year: 2026) { level } }`,
          `mutation { reviewClaims(programme: ${value}, division: ${value}) { count } }`,
          `mutation { resolveCase(id: ${value}, decision: REFUSE, note: ${value}) { id } }`,
          `mutation { holdRun(id: ${value}, reason: ${value}) { id } }`,
          `{ ${/^\d/.test(word) ? `n${word}` : 'x'} }`,
          `{ claims(first: 1) { nodes { ${JSON.stringify(word)} } } }`,
        ]) {
          for (const who of ['auditor', 'county-confirmer', undefined]) await graph.ask(who, source);
        }
      }
      const errors = graph.answers.splice(0);
      for (const text of errors) {
        const { data } = JSON.parse(text) as { data?: unknown };
        (data ? numbersOnly : scanner).scan('an answer', text);
      }
      await graph.ask(
        'auditor',
        '{ persons(first: 200) { nodes { name idNumberMask address } } claims(first: 200) { nodes { applicantMask accountMask child { idNumberMask } } } }',
      );
      await graph.ask(
        'county-confirmer',
        `{ persons(filter: { nameStartsWith: "丝雀" }) { nodes { id name idNumberMask birth: hasBirthCertificate mother { name idNumberMask } } } }`,
      );
      expect(graph.answers.at(-1)).toContain('丝雀');
      for (const text of graph.answers) numbersOnly.scan('an answer', text);
      expect([...scanner.hits, ...numbersOnly.hits]).toEqual([]);
    } finally {
      await graph.close();
      await installation.close();
    }
  }, 120_000);
});

/** As superuser, on the cluster of the installation, which no process holds at the moment. */
async function ask<R>(work: (query: <T = R>(sql: string) => Promise<T[]>) => Promise<void>): Promise<void> {
  const cluster = await startCluster({ dataFolder: folder });
  const client = new Client({
    connectionString: `postgres://postgres:${cluster.superuserPassword}@${cluster.host}:${cluster.port}/yangyu`,
  });
  try {
    await client.connect();
    await work(async <T>(sql: string) => (await client.query(sql)).rows as T[]);
  } finally {
    await client.end();
    await cluster.stop();
  }
}
