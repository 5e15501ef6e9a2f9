import 'reflect-metadata';
import { every, type JobHandler, type Payload } from '@app/jobs';
import { live, openServiceDoor, openWork, report } from '@app/service';
import { readWorkerConfig } from './config';
import { NewbornReminderService } from './newborn-matter/newborn-reminder.service';
import { openRegistration } from './process';
import { REGISTRATION_HANDLERS } from './registration.tokens';

const BELL_INTERVAL = 60_000;

/**
 * The register's background work: taking in what the household registry tells, telling others of changes, newborns' deadlines
 * and claims, and sealing its audit log. Every worker rings the bell; of several rings at once one message goes on its way. Its
 * door only says how it is.
 */
void live('registration worker', readWorkerConfig, async (life, settings) => {
  const parts = await openRegistration(life, settings);
  const handlers = parts.app.get<readonly JobHandler<Payload>[]>(REGISTRATION_HANDLERS, { strict: false });
  await openWork(life, parts, 'registration', handlers, settings);
  const newborns = parts.app.get(NewbornReminderService, { strict: false });
  const bell = every(
    BELL_INTERVAL,
    () => newborns.ring(),
    (error) => report('newborn', error),
  );
  life.ends('bell', () => bell.stop());
  const { YANGYU_HOST: host, YANGYU_PORT: port } = settings;
  const door = await openServiceDoor({ ...parts, host, port, report });
  life.ends('door', () => door.close());
  return door.url;
});
