import {
  ENROLMENTS,
  EnrolmentsClient,
  PEER_OUTBOX,
  PeerOutboxClient,
  PERSON_IDENTITIES,
  PersonIdentitiesClient,
} from '@app/contracts';
import { Outbox } from '@app/jobs';
import { CLOCK } from '@app/kernel';
import { type Life, openKeys, openModule, openParts, report, ServiceClient } from '@app/service';
import { Vault } from '@app/vault';
import { REGISTRY_CALLBACKS } from './callback/callback.types';
import type { readConfig } from './config';
import { ExchangeModule } from './exchange.module';
import { EXCHANGE_DATABASE, EXCHANGE_OUTBOX } from './exchange.tokens';
import { HOUSEHOLD_REGISTRY } from './household-registry/household-registry.types';
import { openRegistry } from './household-registry/registry-connection.client';
import { openPeers } from './peer/peer-directory.client';
import { PEERS } from './peer/peer.types';

/** What both doors of this app stand on: its schema, its keys, its modules, the other apps, agencies and installations at the end of a wire. */
export async function openExchange(life: Life, settings: ReturnType<typeof readConfig>) {
  const parts = await openParts(life, 'exchange', settings);
  const household = openRegistry(settings.YANGYU_REGISTRY, parts.clock);
  life.ends('registry', () => household.close());
  const clientOf = (service: string, url: string): ServiceClient => {
    const onFailure = (of: string, error: unknown) => report(`call to ${of}`, error);
    const client = new ServiceClient({ service, url, signer: parts.signer, onFailure });
    life.ends(`calls to ${service}`, () => client.close());
    return client;
  };
  const app = await openModule(ExchangeModule, [
    [EXCHANGE_DATABASE, parts.database],
    [EXCHANGE_OUTBOX, new Outbox('exchange')],
    [HOUSEHOLD_REGISTRY, household.registry],
    [REGISTRY_CALLBACKS, household.callbacks],
    [PEERS, await openPeers(settings.YANGYU_PEERS)],
    [PEER_OUTBOX, new PeerOutboxClient(clientOf('migrant', settings.YANGYU_MIGRANT_URL))],
    [PERSON_IDENTITIES, new PersonIdentitiesClient(clientOf('registration', settings.YANGYU_REGISTRATION_URL))],
    [ENROLMENTS, new EnrolmentsClient(clientOf('subsidy', settings.YANGYU_SUBSIDY_URL))],
    [Vault, await openKeys(life, settings)],
    [CLOCK, parts.clock],
  ]);
  life.ends('modules', () => app.close());
  return { ...parts, app };
}
