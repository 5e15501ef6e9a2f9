import { Outbox } from '@app/jobs';
import { CLOCK } from '@app/kernel';
import { type Life, openKeys, openModule, openParts } from '@app/service';
import { Vault } from '@app/vault';
import type { readConfig } from './config';
import { explainConstraint } from './fact/fact.errors';
import { RegistrationModule } from './registration.module';
import { REGISTRATION_DATABASE, REGISTRATION_OUTBOX } from './registration.tokens';

/** What both doors of this app stand on: its schema, its keys and its modules. */
export async function openRegistration(life: Life, settings: ReturnType<typeof readConfig>) {
  const parts = await openParts(life, 'registration', settings, { explain: explainConstraint });
  const app = await openModule(RegistrationModule, [
    [REGISTRATION_DATABASE, parts.database],
    [REGISTRATION_OUTBOX, new Outbox('registration')],
    [Vault, await openKeys(life, settings)],
    [CLOCK, parts.clock],
  ]);
  life.ends('modules', () => app.close());
  return { ...parts, app };
}
