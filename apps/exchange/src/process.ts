import { Outbox } from '@app/jobs';
import { CLOCK } from '@app/kernel';
import { type Life, openKeys, openModule, openParts } from '@app/service';
import { Vault } from '@app/vault';
import { REGISTRY_CALLBACKS } from './callback/callback.types';
import type { readConfig } from './config';
import { ExchangeModule } from './exchange.module';
import { EXCHANGE_DATABASE, EXCHANGE_OUTBOX } from './exchange.tokens';
import { HOUSEHOLD_REGISTRY } from './household-registry/household-registry.types';
import { openRegistry } from './household-registry/registry-connection.client';
import { openPeers } from './peer/peer-directory.client';
import { PEERS } from './peer/peer.types';

/** What both doors of this app stand on: its schema, its keys, its modules, and the other agencies at the end of a wire. */
export async function openExchange(life: Life, settings: ReturnType<typeof readConfig>) {
  const parts = await openParts(life, 'exchange', settings);
  const household = openRegistry(settings.YANGYU_REGISTRY, parts.clock);
  life.ends('registry', () => household.close());
  const app = await openModule(ExchangeModule, [
    [EXCHANGE_DATABASE, parts.database],
    [EXCHANGE_OUTBOX, new Outbox('exchange')],
    [HOUSEHOLD_REGISTRY, household.registry],
    [REGISTRY_CALLBACKS, household.callbacks],
    [PEERS, await openPeers(settings.YANGYU_PEERS)],
    [Vault, await openKeys(life, settings)],
    [CLOCK, parts.clock],
  ]);
  life.ends('modules', () => app.close());
  return { ...parts, app };
}
