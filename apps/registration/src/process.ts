import {
  COORDINATION_ANSWERS,
  CoordinationAnswersClient,
  REGISTRY_EVENT_FEED,
  REGISTRY_QUESTIONS,
  RegistryQuestionsClient,
} from '@app/contracts';
import { Outbox } from '@app/jobs';
import { CLOCK } from '@app/kernel';
import { type Life, openKeys, openModule, openParts, report, ServiceClient } from '@app/service';
import { Vault } from '@app/vault';
import type { readConfig } from './config';
import { explainConstraint } from './fact/fact.errors';
import { RegistrationModule } from './registration.module';
import { REGISTRATION_DATABASE, REGISTRATION_OUTBOX } from './registration.tokens';
import { RegistryEventFeedClient } from './registry-feed/registry-event-feed.client';
import { VOUCHER_SETTINGS } from './voucher/voucher.types';

/** What both doors of this app stand on: its schema, its keys, its modules, and the exchange and migrant at the other end of a wire. */
export async function openRegistration(life: Life, settings: ReturnType<typeof readConfig>) {
  const parts = await openParts(life, 'registration', settings, { explain: explainConstraint });
  const clientOf = (service: string, url: string): ServiceClient => {
    const onFailure = (of: string, error: unknown) => report(`call to ${of}`, error);
    const client = new ServiceClient({ service, url, signer: parts.signer, onFailure });
    life.ends(`calls to ${service}`, () => client.close());
    return client;
  };
  const exchange = clientOf('exchange', settings.YANGYU_EXCHANGE_URL);
  const migrant = clientOf('migrant', settings.YANGYU_MIGRANT_URL);
  const app = await openModule(RegistrationModule, [
    [REGISTRATION_DATABASE, parts.database],
    [REGISTRATION_OUTBOX, new Outbox('registration')],
    [REGISTRY_EVENT_FEED, new RegistryEventFeedClient(exchange)],
    [REGISTRY_QUESTIONS, new RegistryQuestionsClient(exchange)],
    [COORDINATION_ANSWERS, new CoordinationAnswersClient(migrant)],
    [Vault, await openKeys(life, settings)],
    [CLOCK, parts.clock],
    [VOUCHER_SETTINGS, { keyPem: settings.YANGYU_VOUCHER_KEY }],
  ]);
  life.ends('modules', () => app.close());
  return { ...parts, app };
}
