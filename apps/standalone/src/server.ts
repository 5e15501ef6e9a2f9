import { withoutTyped } from '@app/kernel';
import * as path from 'node:path';
import { type Caller, DEMO_USERS } from '@app/access';
import { startSealing } from '@app/audit';
import { buildMergedSchema, collectSources, resolversOf } from '@app/graphql';
import { openCallbackDoor } from '../../exchange/src/door';
import { Doorkeeper } from '../../gateway/src/doorkeeper';
import { EXAMPLES } from '../../gateway/src/examples';
import { createGateway } from '../../gateway/src/gateway';
import type { DemoCitizen } from '../../simulator/src/identity/identity.types';
import { FamilyService } from '../../registration/src/person/family.service';
import { auditLogs } from './audit-steps';
import { bankCourier } from './courier';
import type { Config } from './config';
import { citizensOf } from '../../simulator/src/county/citizens.service';
import { demoFolders } from './demo';
import { closeDesk, openDesk, openSignIn, type SignIn } from './identity';
import type { Installation } from './installation';
import { scheduleBell, scheduleRegistry } from './schedule';
import type { Terminal } from './terminal';

const APPS = path.join(__dirname, '..', '..');

/** The merged graph of all apps behind the public door, background work, and the courier to the simulated bank. */
export async function serve(
  installation: Installation,
  config: Config,
  terminal: Terminal,
): Promise<{ close(): Promise<void> }> {
  installation.jobs.start();
  const report = (id: string, error: unknown) =>
    process.stderr.write(
      `${id} ${withoutTyped(error instanceof Error ? (error.stack ?? error.message) : String(error))}\n`,
    );
  const signIn = await openSignIn(config, installation.clock, (error) => report('identity', error));
  const { issuer, client, demo } = signIn;
  const { clock, gateway: database } = installation;
  const door = new Doorkeeper({ issuer, client, audience: config.audience, keys: 'discovery', clock, database });
  const gateway = await createGateway({
    schema: mergedSchema(installation),
    verify: door.verify,
    complete: familyOf(installation),
    limits: installation.limits,
    noteRefusal: (context, code) => database.noteRefusal(context, code),
    storedOnlyFor: config.isProduction ? client : undefined,
    signOut: (token) => door.signOut(token),
    clock: installation.clock,
    host: config.host,
    port: config.port,
    trustedProxies: config.trustedProxies,
    explorer: !config.isProduction,
    signIn: demo && { issuer, client, hints: DEMO_USERS },
    examples: EXAMPLES,
    ready: { database: () => answers(installation) },
    report,
  }).catch(async (error: unknown) => {
    await demo?.close(); // Else its open door keeps this process alive.
    throw error;
  });
  const sealing = startSealing(auditLogs(installation, config), (error, where) =>
    terminal.say(`${where}: ${withoutTyped(String(error))}`, ''),
  );
  const { host, callbackPort } = config;
  const outside =
    callbackPort === undefined
      ? undefined
      : await openCallbackDoor(installation.app, { clock, host, port: callbackPort, report });
  // A real bank's own transfer carries the files; the courier is the simulated bank's.
  const courier = config.isProduction ? [] : [bankCourier(installation, config, terminal)];
  const background = [
    ...courier,
    scheduleBell(installation, (error) => report('calendar', error)),
    scheduleRegistry(installation, (error) => report('registry bell', error)),
    sealing,
  ];
  if (demo) openDesk(config, demo, gateway.url);
  announce(gateway.url, signIn, await citizensOf(demoFolders(config).county), terminal);
  return {
    close: async () => {
      if (demo) closeDesk(config);
      await outside?.close();
      await gateway.close();
      await demo?.close();
      for (const one of background) await one.stop();
    },
  };
}

/** Every resolver of every module in this process, over the SDL that lies beside them. */
export const mergedSchema = ({ app }: Pick<Installation, 'app'>) =>
  buildMergedSchema({ sources: collectSources(APPS), resolvers: resolversOf(app) });

/** A citizen comes with the family that the register knows of. */
const familyOf =
  ({ app }: Installation) =>
  async (caller: Caller): Promise<Caller> => {
    if (caller.idNumber === undefined) return caller;
    return { ...caller, family: await app.get(FamilyService, { strict: false }).of(caller.idNumber) };
  };

async function answers(installation: Installation): Promise<boolean> {
  await installation.subsidy.read((read) => read.query('select 1'));
  return true;
}

function announce(url: string, { issuer, demo }: SignIn, citizens: readonly DemoCitizen[], terminal: Terminal): void {
  terminal.say(`\nGraphQL：${url}/graphql 页面：${url}/`, 'is the endpoint; the page offers queries to try');
  if (!demo) {
    terminal.say(`登录由 ${issuer} 办理`, 'signs people in');
  } else {
    terminal.say(
      `演示登录 ${issuer}（OpenID Connect）`,
      'signs these demo users in, on the page or with the command below',
    );
    terminal.table(
      ['演示登录 sign-in', '姓名 name', '岗位 role', '区划 division'],
      [
        ...DEMO_USERS.map((user) => [user.id, user.name, user.roles.join(', '), user.division]),
        ...citizens.map(({ id, name }) => [id, name, 'citizen', '']),
      ],
    );
    terminal.say(
      `示例机关 demo-agency 的私钥：${demo.agencyKeyFile}`,
      'is the key that the demo agency proves itself with',
    );
    const query = JSON.stringify({ query: '{ claims(first: 3) { totalCount nodes { claimNo state amountFen } } }' });
    terminal.say(
      `示例 example:\nTOKEN=$(npm run -s yangyu -- access token --as demo-auditor)\ncurl -s ${url}/graphql -H 'content-type: application/json' -H "authorization: Bearer $TOKEN" -d '${query}'`,
      '',
    );
  }
  terminal.say('按 Ctrl-C 停止', 'Ctrl-C stops everything');
}
