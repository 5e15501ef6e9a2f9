import 'reflect-metadata';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { type Caller, type ServiceKeys, ServiceSigner, ServiceVerifier, TokenVerifier } from '@app/access';
import { collectSources, resolversOf } from '@app/graphql';
import { systemClock as clock } from '@app/kernel';
import { ServiceClient } from '@app/service';
import type { JWK } from 'jose';
import { federatedSchema } from '../../apps/gateway/src/federation';
import { createGateway } from '../../apps/gateway/src/gateway';
import { openExchangeDoor } from '../../apps/exchange/src/door';
import { openMigrantDoor } from '../../apps/migrant/src/door';
import { openRegistrationDoor } from '../../apps/registration/src/door';
import type { Config } from '../../apps/standalone/src/config';
import { openInstallation } from '../../apps/standalone/src/installation';
import { mergedSchema } from '../../apps/standalone/src/server';
import { openSubsidyDoor } from '../../apps/subsidy/src/door';
import { openBare } from './gateway-bare';

/** What a server process is told when it starts, as an argument. */
export interface ServerOptions {
  readonly role: 'merged' | 'bare' | 'gateway' | 'registration' | 'subsidy' | 'migrant' | 'exchange';
  readonly config: Config;
  readonly issuer: string;
  readonly key: JWK;
  readonly keys: ServiceKeys;
  readonly caller: Caller;
  /** Of the other processes, for the gateway. */
  readonly urls: Readonly<Record<string, string>>;
}

/** What it has used so far. */
export interface Usage {
  readonly cpuMilliseconds: number;
  readonly rssMegabytes: number;
}

const APPS = path.join(__dirname, '..', '..', 'apps');
const report = (id: string, error: unknown) =>
  process.stderr.write(`${id} ${String((error as Error)?.stack ?? error)}\n`);

async function open({ role, config, issuer, key, keys, caller, urls }: ServerOptions): Promise<string> {
  const installation = await openInstallation(config, { throwaway: true });
  const { app, limits } = installation;
  const at = { clock, host: '127.0.0.1', port: 0, report };
  if (role === 'bare') return openBare(collectSources(APPS), resolversOf(app), caller);
  if (role === 'registration') {
    return (await openRegistrationDoor(app, { ...at, verifier: new ServiceVerifier(keys, clock) })).url;
  }
  if (role === 'subsidy')
    return (await openSubsidyDoor(app, { ...at, verifier: new ServiceVerifier(keys, clock) })).url;
  if (role === 'migrant')
    return (await openMigrantDoor(app, { ...at, verifier: new ServiceVerifier(keys, clock) })).url;
  if (role === 'exchange')
    return (await openExchangeDoor(app, { ...at, verifier: new ServiceVerifier(keys, clock) })).url;
  const signer = new ServiceSigner(keys, clock);
  const subgraphs = Object.entries(urls).map(
    ([service, url]) => new ServiceClient({ service, url, signer, onFailure: report }),
  );
  const supergraph = fs.readFileSync(path.join(process.cwd(), 'supergraph.graphql'), 'utf8');
  const verifier = new TokenVerifier({ issuer, clock, keys: { keys: [key] } });
  const gateway = await createGateway({
    ...at,
    schema: role === 'merged' ? mergedSchema(installation) : federatedSchema(supergraph, subgraphs),
    verify: verifier.verify,
    limits,
    explorer: false,
  });
  return gateway.url;
}

// With whoever asked for it gone, nobody needs a server.
process.on('disconnect', () => process.exit());
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  const usage: Usage = {
    cpuMilliseconds: (user + system) / 1000,
    rssMegabytes: Math.round(process.memoryUsage.rss() / 1_048_576),
  };
  process.send!(usage);
});
void open(JSON.parse(process.argv[2]!) as ServerOptions).then(
  (url) => process.send!(url),
  (error: unknown) => {
    report('start', error);
    process.exit(1);
  },
);
