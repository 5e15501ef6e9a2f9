import { REGISTRY_EVENT_FEED, REGISTRY_QUESTIONS, RegistryQuestionsClient } from '@app/contracts';
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

/** What both doors of this app stand on: its schema, its keys, its modules, and the exchange at the other end of a wire. */
export async function openRegistration(life: Life, settings: ReturnType<typeof readConfig>) {
  const parts = await openParts(life, 'registration', settings, { explain: explainConstraint });
  const exchange = new ServiceClient({
    service: 'exchange',
    url: settings.YANGYU_EXCHANGE_URL,
    signer: parts.signer,
    onFailure: (service, error) => report(`call to ${service}`, error),
  });
  life.ends('calls', () => exchange.close());
  const app = await openModule(RegistrationModule, [
    [REGISTRATION_DATABASE, parts.database],
    [REGISTRATION_OUTBOX, new Outbox('registration')],
    [REGISTRY_EVENT_FEED, new RegistryEventFeedClient(exchange)],
    [REGISTRY_QUESTIONS, new RegistryQuestionsClient(exchange)],
    [Vault, await openKeys(life, settings)],
    [CLOCK, parts.clock],
    [VOUCHER_SETTINGS, { keyPem: settings.YANGYU_VOUCHER_KEY }],
  ]);
  life.ends('modules', () => app.close());
  return { ...parts, app };
}
