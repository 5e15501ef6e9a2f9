import 'reflect-metadata';
import { live, report } from '@app/service';
import { readConfig } from './config';
import { openCallbackDoor, openExchangeDoor } from './door';
import { openExchange } from './process';

/** The other agencies as a process: its part of the graph, questions of the apps, and what the registry sends by itself. */
void live('exchange', readConfig, async (life, settings) => {
  const { app, verifier, clock, ready, isDraining } = await openExchange(life, settings);
  const { YANGYU_HOST: host, YANGYU_PORT: port, YANGYU_CALLBACK_PORT: callbackPort } = settings;
  if (callbackPort !== undefined) {
    const outside = await openCallbackDoor(app, { clock, host, port: callbackPort, report });
    life.ends('callbacks', () => outside.close());
  }
  const door = await openExchangeDoor(app, { verifier, clock, host, port, ready, isDraining, report });
  life.ends('door', () => door.close());
  return door.url;
});
