import 'reflect-metadata';
import { every, type JobHandler, type Payload } from '@app/jobs';
import { live, openServiceDoor, openWork, report } from '@app/service';
import { readWorkerConfig } from './config';
import { MIGRANT_BELLS } from './migrant.module';
import { MIGRANT_HANDLERS } from './migrant.tokens';
import { openMigrant } from './process';

const BELL_INTERVAL = 60_000;

/** This app's background work, the bells of what falls due, and the sealing of its audit log. Its door only says how it is. */
void live('migrant worker', readWorkerConfig, async (life, settings) => {
  const parts = await openMigrant(life, settings);
  const handlers = parts.app.get<readonly JobHandler<Payload>[]>(MIGRANT_HANDLERS, { strict: false });
  await openWork(life, parts, 'migrant', handlers, settings);
  const bell = every(
    BELL_INTERVAL,
    async () => {
      for (const due of MIGRANT_BELLS) await parts.app.get<{ ring(): Promise<unknown> }>(due, { strict: false }).ring();
    },
    (error) => report('bell', error),
  );
  life.ends('bell', () => bell.stop());
  const { YANGYU_HOST: host, YANGYU_PORT: port } = settings;
  const door = await openServiceDoor({ ...parts, host, port, report });
  life.ends('door', () => door.close());
  return door.url;
});
