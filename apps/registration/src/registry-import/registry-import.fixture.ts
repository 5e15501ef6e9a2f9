import type { Database } from '@app/database';
import { Outbox } from '@app/jobs';
import type { Clock } from '@app/kernel';
import type { Vault } from '@app/vault';
import { DivisionRepository } from '../division/division.repository';
import { DivisionService } from '../division/division.service';
import { FactRepository } from '../fact/fact.repository';
import { FactService } from '../fact/fact.service';
import { ProjectionRepository } from '../fact/projection.repository';
import { ProjectionService } from '../fact/projection.service';
import { ImportBatchRepository } from './import-batch.repository';
import { PersonWriterService } from './person-writer.service';
import { RegistryImportRepository } from './registry-import.repository';
import { RegistryImportService } from './registry-import.service';
import { StatementService } from './statement.service';

/** The import by itself, for tests and benches that need nothing else of the register. */
export function openImport(database: Database, clock: Clock, vault: Vault): RegistryImportService {
  const outbox = new Outbox('registration');
  const register = new RegistryImportRepository();
  const divisions = new DivisionService(database, clock, new DivisionRepository());
  const projection = new ProjectionService(vault, new ProjectionRepository());
  return new RegistryImportService(
    database,
    outbox,
    clock,
    divisions,
    new ImportBatchRepository(),
    register,
    new StatementService(
      clock,
      vault,
      register,
      new PersonWriterService(clock, vault, register),
      new FactService(database, outbox, clock, vault, new FactRepository(), projection),
      divisions,
    ),
  );
}
