import 'reflect-metadata';
import { live, report } from '@app/service';
import { readConfig } from './config';
import { openRegistrationDoor } from './door';
import { openRegistration } from './process';

/** The register as a process: its part of the graph, the change feed, families. */
void live('registration', readConfig, async (life, settings) => {
  const { app, verifier, clock, ready, isDraining } = await openRegistration(life, settings);
  const { YANGYU_HOST: host, YANGYU_PORT: port } = settings;
  const door = await openRegistrationDoor(app, { verifier, clock, host, port, ready, isDraining, report });
  life.ends('door', () => door.close());
  return door.url;
});
