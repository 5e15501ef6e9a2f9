import type { RegistryEventFeed } from '@app/contracts';
import type { Database } from '@app/database';
import { Outbox } from '@app/jobs';
import type { Clock } from '@app/kernel';
import type { Vault } from '@app/vault';
import { DivisionRepository } from '../division/division.repository';
import { DivisionService } from '../division/division.service';
import { DuplicateRepository } from '../duplicate/duplicate.repository';
import { DuplicateSearchRepository } from '../duplicate/duplicate-search.repository';
import { DuplicateService } from '../duplicate/duplicate.service';
import { FactRepository } from '../fact/fact.repository';
import { FactService } from '../fact/fact.service';
import { ProjectionRepository } from '../fact/projection.repository';
import { ProjectionService } from '../fact/projection.service';
import { MergeService } from '../register/merge.service';
import { RegisterRepository } from '../register/register.repository';
import { PersonWriterService } from '../registry-import/person-writer.service';
import { RegistryImportRepository } from '../registry-import/registry-import.repository';
import { StatementService } from '../registry-import/statement.service';
import { RegistryFeedRepository } from './registry-feed.repository';
import { RegistryFeedService } from './registry-feed.service';

/** Taking in events by itself, for benches that need nothing else of the register. */
export function openRegistryFeed(
  database: Database,
  clock: Clock,
  vault: Vault,
  feed: RegistryEventFeed,
): RegistryFeedService {
  const outbox = new Outbox('registration');
  const rows = new RegistryImportRepository();
  const projection = new ProjectionService(vault, new ProjectionRepository());
  const facts = new FactService(database, outbox, clock, vault, new FactRepository(), projection);
  const writer = new PersonWriterService(clock, vault, rows);
  const divisions = new DivisionService(database, clock, new DivisionRepository());
  const [pairs, search] = [new DuplicateRepository(), new DuplicateSearchRepository()];
  const duplicates = new DuplicateService(database, clock, vault, pairs, search);
  return new RegistryFeedService(
    database,
    outbox,
    clock,
    feed,
    divisions,
    new StatementService(clock, vault, rows, writer, facts, divisions),
    new MergeService(database, clock, vault, facts, projection, new RegisterRepository(), duplicates),
    new RegistryFeedRepository(),
  );
}
