import 'reflect-metadata';
import { live, openParts, openServiceDoor, openWork, report } from '@app/service';
import { readWorkerConfig } from './config';
import { explainConstraint } from './fact/fact.errors';

/** The register's background work: telling others of changes, and sealing its audit log. Its door only says how it is. */
void live('registration worker', readWorkerConfig, async (life, settings) => {
  const parts = await openParts(life, 'registration', settings, { explain: explainConstraint });
  await openWork(life, parts, 'registration', [], settings);
  const { YANGYU_HOST: host, YANGYU_PORT: port } = settings;
  const door = await openServiceDoor({ ...parts, host, port, report });
  life.ends('door', () => door.close());
  return door.url;
});
