import 'reflect-metadata';
import { live, report } from '@app/service';
import { readConfig } from './config';
import { openSubsidyDoor } from './door';
import { openSubsidy } from './process';

/** Money the state owes as a process: its part of the graph. */
void live('subsidy', readConfig, async (life, settings) => {
  const { app, verifier, clock, ready, isDraining } = await openSubsidy(life, settings);
  const { YANGYU_HOST: host, YANGYU_PORT: port } = settings;
  const door = await openSubsidyDoor(app, { verifier, clock, host, port, ready, isDraining, report });
  life.ends('door', () => door.close());
  return door.url;
});
