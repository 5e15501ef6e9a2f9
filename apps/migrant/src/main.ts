import 'reflect-metadata';
import { live, report } from '@app/service';
import { readConfig } from './config';
import { openMigrantDoor } from './door';
import { openMigrant } from './process';

/** People who move, as a process: its part of the graph, and what the other apps ask of it. */
void live('migrant', readConfig, async (life, settings) => {
  const { app, verifier, clock, ready, isDraining } = await openMigrant(life, settings);
  const { YANGYU_HOST: host, YANGYU_PORT: port } = settings;
  const door = await openMigrantDoor(app, { verifier, clock, host, port, ready, isDraining, report });
  life.ends('door', () => door.close());
  return door.url;
});
