import 'reflect-metadata';
import { every, type JobHandler, type Payload } from '@app/jobs';
import { live, openServiceDoor, openWork, report } from '@app/service';
import { readWorkerConfig } from './config';
import { FEES_BELLS } from './fees.module';
import { FEES_HANDLERS } from './fees.tokens';
import { openFees } from './process';

const BELL_INTERVAL = 60_000;

/** This app's background work, the bells of what falls due, and the sealing of its audit log. Its door only says how it is. */
void live('fees worker', readWorkerConfig, async (life, settings) => {
  const parts = await openFees(life, settings);
  const handlers = parts.app.get<readonly JobHandler<Payload>[]>(FEES_HANDLERS, { strict: false });
  await openWork(life, parts, 'fees', handlers, settings);
  const bell = every(
    BELL_INTERVAL,
    async () => {
      for (const due of FEES_BELLS) await parts.app.get<{ ring(): Promise<unknown> }>(due, { strict: false }).ring();
    },
    (error) => report('bell', error),
  );
  life.ends('bell', () => bell.stop());
  const { YANGYU_HOST: host, YANGYU_PORT: port } = settings;
  const door = await openServiceDoor({ ...parts, host, port, report });
  life.ends('door', () => door.close());
  return door.url;
});
