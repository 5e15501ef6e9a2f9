import { OVERPAYMENTS, OverpaymentsClient, PERSON_IDENTITIES, PersonIdentitiesClient } from '@app/contracts';
import { Outbox } from '@app/jobs';
import { CLOCK } from '@app/kernel';
import { type Life, openKeys, openModule, openParts, report, ServiceClient } from '@app/service';
import { Vault } from '@app/vault';
import { type readConfig, treasuryFolder } from './config';
import { explainConstraint } from './fees.errors';
import { FeesModule } from './fees.module';
import { FEES_DATABASE, FEES_OUTBOX } from './fees.tokens';
import { TREASURY_FOLDER } from './treasury-file/treasury-file.types';

/** What both doors of this app stand on: its schema, its keys, its modules, and the other apps at the end of a wire. */
export async function openFees(life: Life, settings: ReturnType<typeof readConfig>) {
  const parts = await openParts(life, 'fees', settings, { explain: explainConstraint });
  const clientOf = (service: string, url: string): ServiceClient => {
    const onFailure = (of: string, error: unknown) => report(`call to ${of}`, error);
    const client = new ServiceClient({ service, url, signer: parts.signer, onFailure });
    life.ends(`calls to ${service}`, () => client.close());
    return client;
  };
  const registration = clientOf('registration', settings.YANGYU_REGISTRATION_URL);
  const folder = treasuryFolder(settings);
  const app = await openModule(FeesModule, [
    [FEES_DATABASE, parts.database],
    [FEES_OUTBOX, new Outbox('fees')],
    [OVERPAYMENTS, new OverpaymentsClient(clientOf('subsidy', settings.YANGYU_SUBSIDY_URL))],
    [PERSON_IDENTITIES, new PersonIdentitiesClient(registration)],
    [Vault, await openKeys(life, settings)],
    [CLOCK, parts.clock],
    ...(folder ? [[TREASURY_FOLDER, folder] as const] : []),
  ]);
  life.ends('modules', () => app.close());
  return { ...parts, app };
}
