import 'reflect-metadata';
import { every, type JobHandler, type Payload } from '@app/jobs';
import { live, openServiceDoor, openWork, report } from '@app/service';
import { readWorkerConfig } from './config';
import { ConnectionBellService } from './connection/connection-bell.service';
import { EXCHANGE_HANDLERS } from './exchange.tokens';
import { openExchange } from './process';

const BELL_INTERVAL = 60_000;

/** This app's background work: questions that wait, batches, changes. Every worker rings the bell; of several rings at once one message goes on its way. */
void live('exchange worker', readWorkerConfig, async (life, settings) => {
  const parts = await openExchange(life, settings);
  const { app } = parts;
  const handlers = app.get<readonly JobHandler<Payload>[]>(EXCHANGE_HANDLERS, { strict: false });
  await openWork(life, parts, 'exchange', handlers, settings);

  const bell = app.get(ConnectionBellService, { strict: false });
  const ringing = every(
    BELL_INTERVAL,
    () => bell.ring(),
    (error) => report('registry bell', error),
  );
  life.ends('bell', () => ringing.stop());

  const { YANGYU_HOST: host, YANGYU_PORT: port } = settings;
  const door = await openServiceDoor({ ...parts, host, port, report });
  life.ends('door', () => door.close());
  return door.url;
});
