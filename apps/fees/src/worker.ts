import 'reflect-metadata';
import type { JobHandler, Payload } from '@app/jobs';
import { live, openServiceDoor, openWork, report } from '@app/service';
import { readWorkerConfig } from './config';
import { FEES_HANDLERS } from './fees.tokens';
import { openFees } from './process';

/** This app's background work, and the sealing of its audit log. Its door only says how it is. */
void live('fees worker', readWorkerConfig, async (life, settings) => {
  const parts = await openFees(life, settings);
  const handlers = parts.app.get<readonly JobHandler<Payload>[]>(FEES_HANDLERS, { strict: false });
  await openWork(life, parts, 'fees', handlers, settings);
  const { YANGYU_HOST: host, YANGYU_PORT: port } = settings;
  const door = await openServiceDoor({ ...parts, host, port, report });
  life.ends('door', () => door.close());
  return door.url;
});
