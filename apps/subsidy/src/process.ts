import {
  COORDINATION_ANSWERS,
  CoordinationAnswersClient,
  ENDED_CERTIFICATES,
  ENROLMENT_QUESTIONS,
  EnrolmentQuestionsClient,
  NEWBORN_CLAIMS,
  NEWCOMERS,
  NewcomersClient,
  REGISTRATION_FEED,
  RegistrationFeedClient,
} from '@app/contracts';
import { Outbox } from '@app/jobs';
import { CLOCK } from '@app/kernel';
import { type Life, openKeys, openModule, openParts, report, ServiceClient } from '@app/service';
import { Vault } from '@app/vault';
import { bankFolders, type readConfig } from './config';
import { BANK_FOLDERS } from './disbursement/disbursement.types';
import { EndedCertificatesClient } from './fact/ended-certificates.client';
import { NewbornClaimsClient } from './intake/newborn-claims.client';
import { explainConstraint } from './power/power.errors';
import { SubsidyModule } from './subsidy.module';
import { SUBSIDY_DATABASE, SUBSIDY_OUTBOX } from './subsidy.tokens';

/** What both doors of this app stand on: its schema, its keys, its modules, and the other apps at the end of a wire. */
export async function openSubsidy(life: Life, settings: ReturnType<typeof readConfig>) {
  const parts = await openParts(life, 'subsidy', settings, { explain: explainConstraint });
  const clientOf = (service: string, url: string): ServiceClient => {
    const onFailure = (of: string, error: unknown) => report(`call to ${of}`, error);
    const client = new ServiceClient({ service, url, signer: parts.signer, onFailure });
    life.ends(`calls to ${service}`, () => client.close());
    return client;
  };
  const registration = clientOf('registration', settings.YANGYU_REGISTRATION_URL);
  const migrant = clientOf('migrant', settings.YANGYU_MIGRANT_URL);
  const app = await openModule(SubsidyModule, [
    [SUBSIDY_DATABASE, parts.database],
    [SUBSIDY_OUTBOX, new Outbox('subsidy')],
    [REGISTRATION_FEED, new RegistrationFeedClient(registration)],
    [NEWBORN_CLAIMS, new NewbornClaimsClient(registration)],
    [ENDED_CERTIFICATES, new EndedCertificatesClient(registration)],
    [COORDINATION_ANSWERS, new CoordinationAnswersClient(clientOf('migrant', settings.YANGYU_MIGRANT_URL))],
    [ENROLMENT_QUESTIONS, new EnrolmentQuestionsClient(clientOf('exchange', settings.YANGYU_EXCHANGE_URL))],
    [NEWCOMERS, new NewcomersClient(migrant)],
    [COORDINATION_ANSWERS, new CoordinationAnswersClient(migrant)],
    [BANK_FOLDERS, bankFolders(settings)],
    [Vault, await openKeys(life, settings)],
    [CLOCK, parts.clock],
  ]);
  life.ends('modules', () => app.close());
  return { ...parts, app };
}
