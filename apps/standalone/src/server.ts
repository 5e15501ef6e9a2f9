import * as path from 'node:path';
import { DEMO_USERS, DemoTokens } from '@app/access';
import { startSealing } from '@app/audit';
import { buildMergedSchema, collectSdl } from '@app/graphql';
import { ModulesContainer } from '@nestjs/core';
import { createGateway } from '../../gateway/src/gateway';
import { auditLogs } from './audit-steps';
import { bankCourier } from './courier';
import type { Config } from './config';
import { EXAMPLES } from './examples';
import type { Installation } from './installation';
import { scheduleBell } from './schedule';
import type { Terminal } from './terminal';

const APPS = path.join(__dirname, '..', '..');

/** The merged graph of all apps behind the public door, background work, and the courier to the simulated bank. */
export async function serve(
  installation: Installation,
  config: Config,
  terminal: Terminal,
): Promise<{ close(): Promise<void> }> {
  installation.jobs.start();
  const tokens = await DemoTokens.open(config.dataFolder, installation.clock);
  const gateway = await createGateway({
    schema: mergedSchema(installation),
    verify: tokens.verifyToken,
    clock: installation.clock,
    host: config.host,
    port: config.port,
    explorer: true,
    demo: { users: DEMO_USERS, issue: (user) => tokens.issueDemoToken(user) },
    examples: EXAMPLES,
    ready: async () => ({ database: await answers(installation) }),
    report: (id, error) =>
      process.stderr.write(`${id} ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`),
  });
  const sealing = startSealing(auditLogs(installation, config), (error, where) =>
    terminal.say(`${where}: ${String(error)}`, ''),
  );
  const background = [bankCourier(installation, config, terminal), scheduleBell(installation), sealing];
  await announce(gateway.url, tokens, terminal);
  return {
    close: async () => {
      await gateway.close();
      for (const one of background) await one.stop();
    },
  };
}

/** Every resolver of every module in this process, over the SDL that lies beside them. */
export function mergedSchema(installation: Pick<Installation, 'app'>) {
  const modules = installation.app.get(ModulesContainer);
  const providers = [...modules.values()].flatMap((module) => [...module.providers.values()]);
  const resolvers = new Set(
    providers.map(({ instance }) => instance as object).filter((one) => typeof one === 'object' && one !== null),
  );
  return buildMergedSchema({ sources: sdlSources(), resolvers: [...resolvers] });
}

const sdlSources = () =>
  ['registration', 'subsidy'].map((app) => ({ app, sdl: collectSdl([path.join(APPS, app, 'src')]) }));

async function answers(installation: Installation): Promise<boolean> {
  await installation.subsidy.read((read) => read.query('select 1'));
  return true;
}

async function announce(url: string, tokens: DemoTokens, terminal: Terminal): Promise<void> {
  terminal.say(
    `\nGraphQL：${url}/graphql 页面：${url}/`,
    'is the endpoint; the page offers the queries and sign-ins below',
  );
  terminal.table(
    ['演示登录 sign-in', '姓名 name', '岗位 role', '区划 division'],
    DEMO_USERS.map((user) => [user.id, user.name, user.roles.join(', '), user.division]),
  );
  const auditor = DEMO_USERS.find(({ id }) => id === 'demo-auditor')!;
  const query = JSON.stringify({ query: '{ claims(first: 3) { totalCount nodes { claimNo state amountFen } } }' });
  terminal.say(
    `示例 example:\ncurl -s ${url}/graphql -H 'content-type: application/json' -H 'authorization: Bearer ${await tokens.issueDemoToken(auditor)}' -d '${query}'`,
    '',
  );
  terminal.say('按 Ctrl-C 停止', 'Ctrl-C stops everything');
}
