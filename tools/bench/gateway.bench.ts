import { type ChildProcess, fork } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { type Caller, DEMO_USERS, type ServiceKeys } from '@app/access';
import { systemClock } from '@app/kernel';
import { TestIssuer } from '@app/testing';
import { RegistryImportService } from '../../apps/registration/src/registry-import/registry-import.service';
import { generateCounty } from '../../apps/simulator/src/county/county.service';
import { type Config, readConfig } from '../../apps/standalone/src/config';
import { type Installation, openInstallation } from '../../apps/standalone/src/installation';
import { FactService } from '../../apps/subsidy/src/fact/fact.service';
import { ClaimService } from '../../apps/subsidy/src/claim/claim.service';
import { IntakeService } from '../../apps/subsidy/src/intake/intake.service';
import type { BenchOptions, BenchTable } from './bench.types';
import type { ServerOptions, Usage } from './gateway-server';
import { load, type Loaded } from './gateway-load';
import { median } from './samples';

/** What is measured is the way of a request; a small county is enough for it. */
const PEOPLE = 4_000;
const CONNECTIONS = 50;
const SECONDS = 10;
const WARM_UP_SECONDS = 4;
const SIDES = ['bare', 'merged', 'federated'] as const;
type Side = (typeof SIDES)[number];

const CLAIM = 'id claimNo claimYear state amountFen applicantMask';
/** How many apps answer each. */
const QUERIES = {
  'one claim': { apps: 1, query: `query ($id: ID!) { claim(id: $id) { ${CLAIM} } }` },
  'one claim with its child': {
    apps: 2,
    query: `query ($id: ID!) { claim(id: $id) { ${CLAIM} child { id name born idNumberMask } } }`,
  },
  'twenty claims with their children': {
    apps: 2,
    query: `{ claims(first: 20) { nodes { ${CLAIM} child { id name born idNumberMask } } pageInfo { hasNextPage endCursor } } }`,
  },
} as const;
type Asked = keyof typeof QUERIES;

export interface GatewayFigure extends Omit<Loaded, 'requests'> {
  readonly asked: Asked;
  readonly side: Side;
  /** Over all processes of the side, PostgreSQL apart. */
  readonly cpuMillisecondsPerRequest: number;
  readonly rssMegabytes: number;
  /** Requests per second, to those of the bare app in the same run; the median of the runs' ratios. */
  readonly ratio: number;
}

/** The three sides by turns, each in processes of its own on one database, asked from this process. */
export async function run({ runs, say }: BenchOptions): Promise<{ figures: GatewayFigure[]; perSubgraph: object }> {
  const dataFolder = fs.mkdtempSync(path.join(os.tmpdir(), 'yangyu-bench-gateway-'));
  fs.chmodSync(dataFolder, 0o755);
  const config: Config = {
    ...readConfig(),
    dataFolder,
    port: 0,
    postgresPort: undefined,
    isThrowaway: true,
    isProduction: false,
    vault: { file: path.join(dataFolder, 'vault.key'), keys: undefined, kekFile: undefined },
    requestsPerMinute: 1_000_000_000,
  };
  const installation = await openInstallation(config, { throwaway: true });
  const processes: Process[] = [];
  try {
    say('生成示例县', 'making a county');
    const ids = await makeCounty(installation, path.join(dataFolder, 'county'));
    const issuer = await TestIssuer.open(systemClock);
    const callers = Array.from({ length: CONNECTIONS }, (_, n): Caller => ({ ...auditor, id: `bench-${n}` }));
    const tokens: string[] = [];
    for (const caller of callers) tokens.push(await issuer.token(caller));
    const sides = await startSides({ config, issuer: issuer.url, key: issuer.publicJwk }, processes);
    const samples = new Map<string, Sample[]>();
    for (let turn = 0; turn <= runs; turn++) {
      for (const [asked, { query }] of Object.entries(QUERIES)) {
        for (const side of SIDES) {
          const request = (connection: number, n: number) => ({
            authorization: `Bearer ${tokens[connection]!}`,
            body: JSON.stringify({ query, variables: { id: ids[(connection * 37 + n) % ids.length] } }),
          });
          const seconds = turn === 0 ? WARM_UP_SECONDS : SECONDS;
          const sample = await measure(sides[side], { connections: CONNECTIONS, seconds, request });
          say(`${side}，${asked}：${sample.requestsPerSecond}/秒`, `${side}, ${asked}: ${sample.requestsPerSecond}/s`);
          if (turn > 0) samples.set(`${asked} ${side}`, [...(samples.get(`${asked} ${side}`) ?? []), sample]);
        }
      }
    }
    return summarise(samples);
  } finally {
    for (const { child } of processes) child.disconnect();
    await installation.close();
    fs.rmSync(dataFolder, { recursive: true, force: true });
  }
}

const auditor = DEMO_USERS.find(({ id }) => id === 'demo-auditor')!;

/** Ids of the claims whose child is in the register. */
async function makeCounty({ app }: Installation, folder: string): Promise<string[]> {
  const get = <T>(type: abstract new (...args: never[]) => T): T => app.get(type, { strict: false });
  const file = (name: string) => path.join(folder, `${name}.csv`);
  await generateCounty({ people: PEOPLE, folder });
  await get(RegistryImportService).import(file('registry'));
  await get(FactService).pull();
  await get(IntakeService).importAccounts(file('accounts'));
  await get(IntakeService).importClaims(file('claims'), 'YEB');
  const claims = await get(ClaimService).list({ prefix: '340202' }, undefined, 500);
  return claims.filter(({ personId }) => personId !== null).map(({ id }) => id);
}

interface Process {
  readonly child: ChildProcess;
  readonly url: string;
}

/** Two servers of one process each, and a gateway with its two apps. */
async function startSides(
  common: Pick<ServerOptions, 'config' | 'issuer' | 'key'>,
  processes: Process[],
): Promise<Record<Side, Process[]>> {
  const keys = houseKeys();
  const start = async (role: ServerOptions['role'], urls: ServerOptions['urls'] = {}): Promise<Process> => {
    const options: ServerOptions = { ...common, role, keys: keys(role), caller: auditor, urls };
    const child = fork(path.join(__dirname, 'gateway-server.js'), [JSON.stringify(options)], {
      env: { ...process.env, NODE_ENV: 'production' },
    });
    const url = await new Promise<string>((resolve, reject) => {
      child.once('message', (message) => resolve(message as string));
      child.once('exit', (code) => reject(new Error(`the ${role} server ended with ${code}`)));
    });
    const started = { child, url };
    processes.push(started);
    return started;
  };
  const registration = await start('registration');
  const subsidy = await start('subsidy');
  const migrant = await start('migrant');
  const exchange = await start('exchange');
  const urls = { registration: registration.url, subsidy: subsidy.url, migrant: migrant.url, exchange: exchange.url };
  const gateway = await start('gateway', urls);
  return {
    bare: [await start('bare')],
    merged: [await start('merged')],
    federated: [gateway, registration, subsidy, migrant, exchange],
  };
}

function houseKeys(): (name: string) => ServiceKeys {
  const pairs = new Map(
    ['gateway', 'registration', 'subsidy', 'migrant', 'exchange'].map((name) => [name, generateKeyPairSync('ed25519')]),
  );
  const gateway = pairs.get('gateway')!.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  return (name) => ({
    name,
    privateKey: (pairs.get(name)?.privateKey ?? generateKeyPairSync('ed25519').privateKey)
      .export({ type: 'pkcs8', format: 'pem' })
      .toString(),
    callers: { gateway },
  });
}

interface Sample extends Loaded {
  readonly cpuMillisecondsPerRequest: number;
  readonly rssMegabytes: number;
}

async function measure(side: readonly Process[], asked: Omit<Parameters<typeof load>[0], 'url'>): Promise<Sample> {
  const before = await usageOf(side);
  const loaded = await load({ ...asked, url: side[0]!.url });
  const after = await usageOf(side);
  const cpu = (after.cpuMilliseconds - before.cpuMilliseconds) / loaded.requests;
  return { ...loaded, cpuMillisecondsPerRequest: cpu, rssMegabytes: after.rssMegabytes };
}

async function usageOf(side: readonly Process[]): Promise<Usage> {
  const total = { cpuMilliseconds: 0, rssMegabytes: 0 };
  for (const { child } of side) {
    const usage = await new Promise<Usage>((resolve) => {
      child.once('message', (message) => resolve(message as Usage));
      child.send('usage');
    });
    total.cpuMilliseconds += usage.cpuMilliseconds;
    total.rssMegabytes += usage.rssMegabytes;
  }
  return total;
}

function summarise(samples: ReadonlyMap<string, readonly Sample[]>): { figures: GatewayFigure[]; perSubgraph: object } {
  const of = (asked: string, side: Side, read: (sample: Sample) => number): number[] =>
    samples.get(`${asked} ${side}`)!.map(read);
  const hundredths = (value: number) => Math.round(value * 100) / 100;
  const cpu = (asked: string, side: Side) =>
    hundredths(median(of(asked, side, (one) => one.cpuMillisecondsPerRequest)));
  const figures = (Object.keys(QUERIES) as Asked[]).flatMap((asked) =>
    SIDES.map((side) => {
      const bare = of(asked, 'bare', (one) => one.requestsPerSecond);
      return {
        asked,
        side,
        requestsPerSecond: median(of(asked, side, (one) => one.requestsPerSecond)),
        p50: median(of(asked, side, (one) => one.p50)),
        p99: median(of(asked, side, (one) => one.p99)),
        cpuMillisecondsPerRequest: cpu(asked, side),
        rssMegabytes: median(of(asked, side, (one) => one.rssMegabytes)),
        ratio: hundredths(
          median(of(asked, side, (one) => one.requestsPerSecond).map((one, turn) => one / bare[turn]!)),
        ),
      };
    }),
  );
  const [one, two] = ['one claim', 'one claim with its child'] as const;
  const perSubgraph = Object.fromEntries(SIDES.map((side) => [side, hundredths(cpu(two, side) - cpu(one, side))]));
  return { figures, perSubgraph };
}

export const tables = ({ figures, perSubgraph }: Awaited<ReturnType<typeof run>>): readonly BenchTable[] => [
  {
    head: ['asked', 'side', 'requests/s', 'to bare', 'p50 ms', 'p99 ms', 'CPU ms/request', 'RSS MB'],
    rows: figures.map((one) => [
      one.asked,
      one.side,
      one.requestsPerSecond,
      one.ratio,
      one.p50,
      one.p99,
      one.cpuMillisecondsPerRequest,
      one.rssMegabytes,
    ]),
  },
  { head: ['the child costs besides', 'CPU ms/request'], rows: Object.entries(perSubgraph) as [string, number][] },
];
