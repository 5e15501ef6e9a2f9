import 'reflect-metadata';
import { every, type JobHandler, type Payload } from '@app/jobs';
import { live, openServiceDoor, openWork, report } from '@app/service';
import { CoordinationBellService } from './coordination/coordination-bell.service';
import { readWorkerConfig } from './config';
import { MIGRANT_HANDLERS } from './migrant.tokens';
import { openMigrant } from './process';

const BELL_INTERVAL = 60_000;

/** This app's background work, deadlines of requests by a bell that every worker rings, and the sealing of its audit log. Its door only says how it is. */
void live('migrant worker', readWorkerConfig, async (life, settings) => {
  const parts = await openMigrant(life, settings);
  const handlers = parts.app.get<readonly JobHandler<Payload>[]>(MIGRANT_HANDLERS, { strict: false });
  await openWork(life, parts, 'migrant', handlers, settings);
  const coordination = parts.app.get(CoordinationBellService, { strict: false });
  const bell = every(
    BELL_INTERVAL,
    () => coordination.ring(),
    (error) => report('coordination', error),
  );
  life.ends('bell', () => bell.stop());
  const { YANGYU_HOST: host, YANGYU_PORT: port } = settings;
  const door = await openServiceDoor({ ...parts, host, port, report });
  life.ends('door', () => door.close());
  return door.url;
});
