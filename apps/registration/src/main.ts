import 'reflect-metadata';
import { Outbox } from '@app/jobs';
import { CLOCK } from '@app/kernel';
import { live, openKeys, openModule, openParts, report } from '@app/service';
import { Vault } from '@app/vault';
import { readConfig } from './config';
import { openRegistrationDoor } from './door';
import { RegistrationModule } from './registration.module';
import { REGISTRATION_DATABASE, REGISTRATION_OUTBOX } from './registration.tokens';
import { VOUCHER_SETTINGS } from './voucher/voucher.types';

/** The register as a process: its part of the graph, the change feed, families. */
void live('registration', readConfig, async (life, settings) => {
  const { database, clock, verifier, ready, isDraining } = await openParts(life, 'registration', settings);
  const app = await openModule(RegistrationModule, [
    [REGISTRATION_DATABASE, database],
    [REGISTRATION_OUTBOX, new Outbox('registration')],
    [Vault, await openKeys(life, settings)],
    [CLOCK, clock],
    [VOUCHER_SETTINGS, { keyPem: settings.YANGYU_VOUCHER_KEY }],
  ]);
  life.ends('modules', () => app.close());
  const { YANGYU_HOST: host, YANGYU_PORT: port } = settings;
  const door = await openRegistrationDoor(app, { verifier, clock, host, port, ready, isDraining, report });
  life.ends('door', () => door.close());
  return door.url;
});
