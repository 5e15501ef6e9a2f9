import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { AuditLog, auditRecorder } from '@app/audit';
import { type Cluster, Database, inContext, migrate, startCluster, systemContext, type Tx } from '@app/database';
import { day, type DivisionCode, Refusal, systemClock } from '@app/kernel';
import { Vault } from '@app/vault';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Client } from 'pg';
import { RegistryImportService } from '../../apps/registration/src/registry-import/registry-import.service';
import { writeRegistry } from '../../apps/simulator/src/county/county.service';
import type { Installation } from '../../apps/standalone/src/installation';
import { StandaloneModule } from '../../apps/standalone/src/standalone.module';
import { Steps } from '../../apps/standalone/src/steps';
import { openTerminal } from '../../apps/standalone/src/terminal';
import { readConfig } from '../../apps/standalone/src/config';
import { ClaimService } from '../../apps/subsidy/src/claim/claim.service';
import type { ClaimView } from '../../apps/subsidy/src/claim/claim.types';
import { DeterminationService } from '../../apps/subsidy/src/determination/determination.service';
import { DisbursementService } from '../../apps/subsidy/src/disbursement/disbursement.service';
import { ReviewRepository } from '../../apps/subsidy/src/review/review.repository';
import { ReviewService } from '../../apps/subsidy/src/review/review.service';
import type { BenchOptions, BenchTable } from './bench.types';
import { folderOf, makeApart } from './county.bench';
import { median, timed } from './samples';

const COUNTY = '340202000000' as DivisionCode;
const PROGRAMME = 'YEB';
const IMPORTED = 20_000;
const CLIENTS = 8;
const SEALED = 200_000;
/** Officers page through all claims once and open each of them once. */
const CLAIMS_A_PAGE = 20;

const KINDS = ['import', 'determine', 'review', 'confirm', 'approve', 'page of 20 claims', 'one claim'] as const;
type Kind = (typeof KINDS)[number];
type Seconds = Record<Kind, number>;

export interface AuditFigures {
  readonly people: number;
  readonly runs: number;
  readonly claims: number;
  readonly confirmed: number;
  /** Medians, in seconds, of everything of a kind. */
  readonly kinds: readonly { kind: Kind; times: number; without: number; with: number; ratio: number }[];
  readonly overall: { readonly without: number; readonly with: number; readonly ratio: number };
  readonly leavesSealedPerSecond: number;
  readonly leavesVerifiedPerSecond: number;
  /** Of entries with one subject, indexes and all. */
  readonly bytesPerEntry: number;
}

/**
 * The main job on copies of one county, by turns with the audit log and without it: no recorder, read-only reads and
 * no line for each decision. Durable settings. Both do the same work, which is compared.
 */
export async function run(options: BenchOptions): Promise<AuditFigures> {
  makeApart({ ...options, counties: 1 });
  const cluster = await startCluster({ dataFolder: folderOf(options.people) });
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'yangyu-bench-'));
  try {
    if (!cluster.owned) throw busy(options.people);
    const copies = new Copies(cluster, options.people);
    await copies.prepare();
    const file = path.join(folder, 'registry.csv');
    await writeRegistry({ people: IMPORTED, seed: 1, file });
    return await measure(copies, file, folder, options);
  } finally {
    await cluster.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

const busy = (people: number): Refusal =>
  new Refusal('BENCH_BUSY', {
    zh: `另一个测试正在使用 ${folderOf(people)}；请等它结束。`,
    en: `Another bench is using ${folderOf(people)}. Wait until it ends.`,
  });

/** Databases copied from the county's, one a run: what a run confirmed cannot be confirmed again. */
class Copies {
  constructor(
    private readonly cluster: Cluster,
    private readonly people: number,
  ) {}

  url(role: string, database: string): string {
    return `postgres://${role}:${this.cluster.superuserPassword}@${this.cluster.host}:${this.cluster.port}/${database}`;
  }

  async prepare(): Promise<void> {
    await this.admin(
      'postgres',
      'drop database if exists bench_template',
      'create database bench_template template yangyu strategy file_copy',
    );
    const schemas = ['registration', 'subsidy', 'migrant', 'exchange'].map((schema) => ({
      schema,
      folder: path.join(__dirname, '..', '..', 'apps', schema, 'src', 'migrations'),
    }));
    // Its roles get a password that is known here, and its contexts the key that goes with it.
    await migrate(
      { adminUrl: this.url('postgres', 'bench_template'), rolePassword: this.cluster.superuserPassword },
      schemas,
    );
    await this.admin(
      'bench_template',
      'set session_replication_role = replica',
      'truncate registration.person, registration.person_history, registration.household, registration.import_batch, registration.import_reject, registration.import_warning, registration.outbox cascade',
      'vacuum analyze',
    );
  }

  async copy(): Promise<void> {
    await this.admin(
      'postgres',
      'drop database if exists bench_copy with (force)',
      'create database bench_copy template bench_template strategy file_copy',
      'checkpoint',
    );
  }

  async open(isAudited: boolean): Promise<Side> {
    const [registration, subsidy, migrant, exchange] = await Promise.all(
      ['registration', 'subsidy', 'migrant', 'exchange'].map((schema) =>
        Database.open({
          url: this.url(`${schema}_rw`, 'bench_copy'),
          schema,
          ...(isAudited ? { recorder: auditRecorder(schema) } : {}),
        }),
      ),
    );
    const parts = {
      registration: registration!,
      subsidy: subsidy!,
      migrant: migrant!,
      exchange: exchange!,
      vault: Vault.fromFile(path.join(folderOf(this.people), 'vault.key')),
      clock: systemClock,
    };
    const app = await NestFactory.createApplicationContext(StandaloneModule.of(parts), {
      logger: ['error'],
      abortOnError: false,
    });
    return { app, subsidy: parts.subsidy, registration: parts.registration, isAudited };
  }

  async admin(database: string, ...statements: string[]): Promise<Record<string, unknown>[]> {
    const client = new Client({ connectionString: this.url('postgres', database) });
    await client.connect();
    try {
      let rows: Record<string, unknown>[] = [];
      for (const statement of statements) rows = (await client.query<Record<string, unknown>>(statement)).rows;
      return rows;
    } finally {
      await client.end();
    }
  }
}

interface Side {
  readonly app: INestApplicationContext;
  readonly registration: Database;
  readonly subsidy: Database;
  readonly isAudited: boolean;
}

/** Confirming as it was before decisions had lines of their own. */
class WithoutDecisions extends ReviewRepository {
  override async moveAll(tx: Tx, where: Parameters<ReviewRepository['moveAll']>[1]) {
    const [row] = await tx.query<{ n: bigint; fen: bigint }>(
      `with moved as (
         insert into claim_event (claim_id, seq, from_state, to_state, actor, reason, at)
         select c.id, c.events + 1, c.state, $4, $5, null, $6 from claim c
          where c.programme = $1 and c.division_code ^@ $2 and c.state = $3
          order by c.id returning claim_id)
       select count(*) as n, coalesce(sum(c.amount_fen), 0)::int8 as fen from moved m join claim c on c.id = m.claim_id`,
      [where.programme, where.prefix, where.from, where.to, where.actor, where.at],
    );
    return { count: Number(row!.n), amountFen: row!.fen };
  }
}

async function measure(copies: Copies, file: string, folder: string, options: BenchOptions): Promise<AuditFigures> {
  const seconds: Record<'with' | 'without', Seconds[]> = { with: [], without: [] };
  const outcomes = new Set<string>();
  let outcome: Outcome | undefined;
  for (let turn = 0; turn < options.runs; turn++) {
    // The side that goes first changes, so that neither always meets the warmer machine.
    for (const side of turn % 2 ? (['with', 'without'] as const) : (['without', 'with'] as const)) {
      await copies.copy();
      const opened = await copies.open(side === 'with');
      try {
        const [taken, found] = await mainJob(opened, file);
        seconds[side].push(taken);
        outcomes.add(JSON.stringify(found));
        outcome = found;
      } finally {
        await opened.app.close();
        await opened.registration.close();
        await opened.subsidy.close();
      }
    }
    const [a, b] = [sum(seconds.without.at(-1)!), sum(seconds.with.at(-1)!)].map((one) => one.toFixed(2));
    options.say(
      `第 ${turn + 1} 轮：无审计 ${a} 秒，有审计 ${b} 秒`,
      `turn ${turn + 1}: ${a} s without, ${b} s with the log`,
    );
  }
  assertSame(outcomes);
  const sealing = await measureSealing(copies, folder);
  return { people: options.people, runs: options.runs, ...outcome!, ...compare(seconds, outcome!), ...sealing };
}

interface Outcome {
  readonly claims: number;
  readonly confirmed: number;
}

function assertSame(outcomes: ReadonlySet<string>): void {
  if (outcomes.size === 1) return;
  throw new Refusal('BENCH_WORK_DIFFERS', {
    zh: `有审计与无审计所做的工作不同：${[...outcomes].join(' / ')}。`,
    en: `With and without the log different work was done: ${[...outcomes].join(' / ')}.`,
  });
}

const sum = (seconds: Seconds): number => Object.values(seconds).reduce((all, one) => all + one, 0);

function compare(seconds: Record<'with' | 'without', Seconds[]>, { claims }: Outcome) {
  const times = (kind: Kind): number =>
    kind === 'page of 20 claims' ? Math.ceil(claims / CLAIMS_A_PAGE) : kind === 'one claim' ? claims : 1;
  const kinds = KINDS.map((kind) => {
    const [without, audited] = [
      median(seconds.without.map((one) => one[kind])),
      median(seconds.with.map((one) => one[kind])),
    ];
    return { kind, times: times(kind), without, with: audited, ratio: audited / without };
  });
  const [without, audited] = [median(seconds.without.map(sum)), median(seconds.with.map(sum))];
  return { kinds, overall: { without, with: audited, ratio: audited / without } };
}

/** What a county does from the extract to the approved batch, and what its officers look at meanwhile. */
async function mainJob(side: Side, file: string): Promise<[Seconds, Outcome]> {
  const get = <T>(type: abstract new (...args: never[]) => T): T => side.app.get(type, { strict: false });
  const reviews = side.isAudited
    ? get(ReviewService)
    : new ReviewService(side.subsidy, systemClock, new WithoutDecisions());
  const steps = new Steps({ app: side.app, clock: systemClock } as Installation, openTerminal(true), readConfig());
  const batch = { programme: PROGRAMME, division: COUNTY };
  const as = <T>(actor: string, work: () => Promise<T>): Promise<T> =>
    inContext(systemContext('bench', { actor, fields: { claim: ['claimNo', 'state', 'amountFen'] } }), work);
  const took = async (work: () => Promise<unknown>): Promise<number> => (await timed(work))[0];

  const imported = await took(() => as('clerk', () => get(RegistryImportService).import(file)));
  const determine = await took(() =>
    as('clerk', () =>
      get(DeterminationService).determine({
        programmes: [PROGRAMME],
        division: COUNTY,
        asOf: day('2026-03-31'),
        actor: 'determination',
      }),
    ),
  );
  const review = await took(() => as('reviewer', () => reviews.review({ ...batch, actor: 'reviewer' })));
  const [confirm, { count: confirmed }] = await timed(() =>
    as('confirmer', () => reviews.confirm({ ...batch, actor: 'confirmer' })),
  );
  await as('treasurer', () => steps.release({ programme: PROGRAMME, cover: true, division: COUNTY }));
  const approve = await took(() => approveAll(get(DisbursementService), as));
  const claims = await as('auditor', () => get(ClaimService).list({ prefix: COUNTY.slice(0, 6) }, undefined, 100_000));
  const reads = await lookAtClaims(get(ClaimService), claims, as);
  const seconds = { import: imported, determine, review, confirm, approve, ...reads };
  return [seconds, { claims: claims.length, confirmed }];
}

type As = <T>(actor: string, work: () => Promise<T>) => Promise<T>;

async function approveAll(disbursements: DisbursementService, as: As): Promise<void> {
  const request = { programme: PROGRAMME, division: COUNTY, period: '2026Q1', actor: 'maker' } as const;
  const { batchId } = await as('maker', () => disbursements.prepare(request));
  for (const officer of ['approver-1', 'approver-2']) {
    await as(officer, () => disbursements.approve(batchId!, officer, undefined, systemClock.now()));
  }
}

/** Eight officers at a time; each screen is a transaction of its own. */
async function lookAtClaims(
  service: ClaimService,
  claims: readonly ClaimView[],
  as: As,
): Promise<Record<'page of 20 claims' | 'one claim', number>> {
  const pages = Math.ceil(claims.length / CLAIMS_A_PAGE);
  const inTurns = async (count: number, look: (i: number) => Promise<unknown>): Promise<void> => {
    let next = 0;
    const client = async () => {
      while (next < count) await look(next++);
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
  };
  const prefix = COUNTY.slice(0, 6);
  await inTurns(CLIENTS * 2, () => as('officer', () => service.count({ prefix }))); // Connections are open by now.
  const [page] = await timed(() =>
    inTurns(pages, (i) =>
      as(`officer-${i % CLIENTS}`, () =>
        service.list({ prefix }, cursorBefore(claims, i * CLAIMS_A_PAGE), CLAIMS_A_PAGE + 1),
      ),
    ),
  );
  const [one] = await timed(() =>
    inTurns(claims.length, (i) => as(`officer-${i % CLIENTS}`, () => service.byIds([claims[i]!.id]))),
  );
  return { 'page of 20 claims': page, 'one claim': one };
}

/** Place in the list behind which a page begins. */
const cursorBefore = (claims: readonly ClaimView[], at: number): readonly string[] | undefined =>
  at === 0 ? undefined : [claims[at - 1]!.submittedOn, claims[at - 1]!.id];

/** A log with so many more lines of one subject each: how fast it is sealed, and how fast verified. */
async function measureSealing(copies: Copies, folder: string) {
  await copies.copy();
  const side = await copies.open(true);
  try {
    const log = new AuditLog('subsidy', side.subsidy, folder);
    await log.seal();
    const before = await copies.admin('bench_copy', SIZE);
    await inContext(systemContext('bench', { isPlumbing: true }), () =>
      side.subsidy.write(
        (tx) =>
          tx.query(
            `select audit_append(array_agg('read'::text), array_agg('claim'::text), array_agg('{' || gen_random_uuid() || '}'),
               array_agg('{claimNo,state,amountFen}'::text), array_agg(null::text)) from generate_series(1, ${SEALED})`,
          ),
        { statementTimeout: 0 },
      ),
    );
    const after = await copies.admin('bench_copy', SIZE);
    const [sealing, { added }] = await timed(() => log.seal());
    const [verifying, { size, finding }] = await timed(() => log.verify());
    if (finding) throw new Refusal(finding.code, finding.sentence);
    return {
      leavesSealedPerSecond: Math.round(added / sealing),
      leavesVerifiedPerSecond: Math.round(size / verifying),
      bytesPerEntry: Math.round((Number(after[0]!.bytes) - Number(before[0]!.bytes)) / SEALED),
    };
  } finally {
    await side.app.close();
    await side.registration.close();
    await side.subsidy.close();
  }
}

const SIZE = `select pg_total_relation_size('subsidy.audit_entry') as bytes`;

export function tables(figures: AuditFigures): BenchTable[] {
  const { kinds, overall } = figures;
  const row = (name: string, times: number | string, one: { without: number; with: number; ratio: number }) => [
    name,
    times,
    one.without.toFixed(3),
    one.with.toFixed(3),
    one.ratio.toFixed(2),
  ];
  return [
    {
      head: ['transactions', 'times', 'without the log, s', 'with, s', 'ratio'],
      rows: [...kinds.map((one) => row(one.kind, one.times, one)), row('overall', '', overall)],
    },
    {
      head: ['besides', ''],
      rows: [
        ['claims', figures.claims],
        ['of which confirmed', figures.confirmed],
        ['leaves sealed a second', figures.leavesSealedPerSecond],
        ['leaves verified a second', figures.leavesVerifiedPerSecond],
        ['bytes an entry with one subject', figures.bytesPerEntry],
      ],
    },
  ];
}
