import { Module } from '@nestjs/common';
import { DivisionModule } from '../division/division.module';
import { FactModule } from '../fact/fact.module';
import { ImportBatchRepository } from './import-batch.repository';
import { PersonWriterService } from './person-writer.service';
import { RegistryImportRepository } from './registry-import.repository';
import { RegistryImportResolver } from './registry-import.resolver';
import { RegistryImportService } from './registry-import.service';

/** Extracts of the household registry become the register. */
@Module({
  imports: [DivisionModule, FactModule],
  providers: [
    ImportBatchRepository,
    RegistryImportRepository,
    PersonWriterService,
    RegistryImportService,
    RegistryImportResolver,
  ],
  exports: [RegistryImportService, RegistryImportResolver],
})
export class RegistryImportModule {}
