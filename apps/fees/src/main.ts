import 'reflect-metadata';
import { live, report } from '@app/service';
import { readConfig } from './config';
import { openFeesDoor } from './door';
import { openFees } from './process';

/** Money that comes in, as a process: its part of the graph, and what the other apps ask of it. */
void live('fees', readConfig, async (life, settings) => {
  const { app, verifier, clock, ready, isDraining } = await openFees(life, settings);
  const { YANGYU_HOST: host, YANGYU_PORT: port } = settings;
  const door = await openFeesDoor(app, { verifier, clock, host, port, ready, isDraining, report });
  life.ends('door', () => door.close());
  return door.url;
});
