import { Module } from '@nestjs/common';
import { DivisionModule } from '../division/division.module';
import { FactModule } from '../fact/fact.module';
import { ImportBatchRepository } from './import-batch.repository';
import { PersonWriterService } from './person-writer.service';
import { RegistryImportRepository } from './registry-import.repository';
import { RegistryImportResolver } from './registry-import.resolver';
import { RegistryImportService } from './registry-import.service';
import { StatementService } from './statement.service';

/** Extracts of the household registry become the register. */
@Module({
  imports: [DivisionModule, FactModule],
  providers: [
    ImportBatchRepository,
    RegistryImportRepository,
    PersonWriterService,
    StatementService,
    RegistryImportService,
    RegistryImportResolver,
  ],
  exports: [StatementService, RegistryImportService, RegistryImportResolver],
})
export class RegistryImportModule {}
