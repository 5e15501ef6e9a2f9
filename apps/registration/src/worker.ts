import 'reflect-metadata';
import type { JobHandler, Payload } from '@app/jobs';
import { live, openServiceDoor, openWork, report } from '@app/service';
import { readWorkerConfig } from './config';
import { openRegistration } from './process';
import { REGISTRATION_HANDLERS } from './registration.tokens';

/**
 * The register's background work: taking in what the household registry tells, telling others of changes, sealing its
 * audit log. Its door only says how it is.
 */
void live('registration worker', readWorkerConfig, async (life, settings) => {
  const parts = await openRegistration(life, settings);
  const handlers = parts.app.get<readonly JobHandler<Payload>[]>(REGISTRATION_HANDLERS, { strict: false });
  await openWork(life, parts, 'registration', handlers, settings);
  const { YANGYU_HOST: host, YANGYU_PORT: port } = settings;
  const door = await openServiceDoor({ ...parts, host, port, report });
  life.ends('door', () => door.close());
  return door.url;
});
