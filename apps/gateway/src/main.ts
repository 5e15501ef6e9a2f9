import 'reflect-metadata';
import * as fs from 'node:fs';
import { DEMO_USERS } from '@app/access';
import { live, openParts, openSealing, report, ServiceClient, withPassword } from '@app/service';
import { readConfig } from './config';
import { Doorkeeper, openRateLimits } from './doorkeeper';
import { EXAMPLES } from './examples';
import { familyFrom } from './family.client';
import { federatedSchema } from './federation';
import { createGateway } from './gateway';

/** The one public door as a process: signs in, limits, and asks the apps, which answer under the committed supergraph. */
void live('gateway', readConfig, async (life, settings) => {
  const { database, clock, signer, ready, isDraining } = await openParts(life, 'gateway', settings);
  openSealing(life, 'gateway', database, settings);
  const clientOf = (service: string, url: string): ServiceClient => {
    const onFailure = (of: string, error: unknown) => report(`call to ${of}`, error);
    const client = new ServiceClient({ service, url, signer, onFailure });
    life.ends(`calls to ${service}`, () => client.close());
    return client;
  };
  const registration = clientOf('registration', settings.YANGYU_REGISTRATION_URL);
  const subsidy = clientOf('subsidy', settings.YANGYU_SUBSIDY_URL);
  const migrant = clientOf('migrant', settings.YANGYU_MIGRANT_URL);
  const exchange = clientOf('exchange', settings.YANGYU_EXCHANGE_URL);
  const limits = openRateLimits(
    withPassword(settings.YANGYU_DATABASE_URL, settings.YANGYU_DATABASE_PASSWORD),
    settings.YANGYU_REQUESTS_PER_MINUTE,
  );
  life.ends('limits', () => limits.close());
  const { YANGYU_ISSUER: issuer, YANGYU_CLIENT: client, YANGYU_AUDIENCE: audience } = settings;
  const isProduction = settings.YANGYU_MODE === 'production';
  const door = new Doorkeeper({ issuer, client, audience, keys: 'discovery', clock, database });
  const gateway = await createGateway({
    schema: federatedSchema(fs.readFileSync(settings.YANGYU_SUPERGRAPH, 'utf8'), [
      registration,
      subsidy,
      migrant,
      exchange,
    ]),
    verify: door.verify,
    complete: familyFrom(registration),
    limits,
    noteRefusal: (context, code) => database.noteRefusal(context, code),
    storedOnlyFor: isProduction ? client : undefined,
    signOut: (token) => door.signOut(token),
    clock,
    host: settings.YANGYU_HOST,
    port: settings.YANGYU_PORT,
    trustedProxies: settings.YANGYU_TRUSTED_PROXY,
    explorer: !isProduction,
    signIn: isProduction ? undefined : { issuer, client, hints: DEMO_USERS },
    examples: EXAMPLES,
    ready,
    isDraining,
    report,
  });
  life.ends('door', () => gateway.close());
  return gateway.url;
});
