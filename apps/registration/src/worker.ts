import 'reflect-metadata';
import { CLOCK } from '@app/kernel';
import { live, openModule, openParts, openServiceDoor, openWork, report } from '@app/service';
import { Module } from '@nestjs/common';
import { readWorkerConfig } from './config';
import { DuplicateProcessor } from './duplicate/duplicate.processor';
import { DuplicateSearchModule } from './duplicate/duplicate-search.module';
import { QualityCheckModule } from './quality/quality-check.module';
import { QualityProcessor } from './quality/quality.processor';
import { REGISTRATION_DATABASE } from './registration.tokens';
import { explainConstraint } from './fact/fact.errors';

/** What looks through the register: it compares blind indexes and opens no sealed number, so it is given no key. */
@Module({ imports: [DuplicateSearchModule, QualityCheckModule] })
class RegisterWorkModule {}

/**
 * The register's background work: telling others of changes, looking for double records and contradictions, sealing its
 * audit log. Its door only says how it is.
 */
void live('registration worker', readWorkerConfig, async (life, settings) => {
  const parts = await openParts(life, 'registration', settings, { explain: explainConstraint });
  const app = await openModule(RegisterWorkModule, [
    [REGISTRATION_DATABASE, parts.database],
    [CLOCK, parts.clock],
  ]);
  life.ends('modules', () => app.close());
  const handlers = [DuplicateProcessor, QualityProcessor].flatMap((type) => app.get(type, { strict: false }).handlers);
  await openWork(life, parts, 'registration', handlers, settings);
  const { YANGYU_HOST: host, YANGYU_PORT: port } = settings;
  const door = await openServiceDoor({ ...parts, host, port, report });
  life.ends('door', () => door.close());
  return door.url;
});
