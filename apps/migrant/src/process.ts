import {
  COORDINATION_MATTERS,
  CoordinationMattersClient,
  DIVISION_SUCCESSIONS,
  DivisionSuccessionsClient,
  PEER_INBOX,
  PeerInboxClient,
  PERSON_IDENTITIES,
  PersonIdentitiesClient,
  REGISTRATION_FEED,
  RegistrationFeedClient,
} from '@app/contracts';
import { Outbox } from '@app/jobs';
import { CLOCK } from '@app/kernel';
import { type Life, openKeys, openModule, openParts, report, ServiceClient } from '@app/service';
import { Vault } from '@app/vault';
import type { readConfig } from './config';
import { MigrantModule } from './migrant.module';
import { MIGRANT_DATABASE, MIGRANT_OUTBOX } from './migrant.tokens';

/** What both doors of this app stand on: its schema, its keys, its modules, and the other apps at the end of a wire. */
export async function openMigrant(life: Life, settings: ReturnType<typeof readConfig>) {
  const parts = await openParts(life, 'migrant', settings);
  const clientOf = (service: string, url: string): ServiceClient => {
    const onFailure = (of: string, error: unknown) => report(`call to ${of}`, error);
    const client = new ServiceClient({ service, url, signer: parts.signer, onFailure });
    life.ends(`calls to ${service}`, () => client.close());
    return client;
  };
  const registration = clientOf('registration', settings.YANGYU_REGISTRATION_URL);
  const app = await openModule(MigrantModule, [
    [MIGRANT_DATABASE, parts.database],
    [MIGRANT_OUTBOX, new Outbox('migrant')],
    [REGISTRATION_FEED, new RegistrationFeedClient(registration)],
    [DIVISION_SUCCESSIONS, new DivisionSuccessionsClient(registration)],
    [PEER_INBOX, new PeerInboxClient(clientOf('exchange', settings.YANGYU_EXCHANGE_URL))],
    [PERSON_IDENTITIES, new PersonIdentitiesClient(registration)],
    [COORDINATION_MATTERS.registration, new CoordinationMattersClient(registration)],
    [COORDINATION_MATTERS.subsidy, new CoordinationMattersClient(clientOf('subsidy', settings.YANGYU_SUBSIDY_URL))],
    [Vault, await openKeys(life, settings)],
    [CLOCK, parts.clock],
  ]);
  life.ends('modules', () => app.close());
  return { ...parts, app };
}
