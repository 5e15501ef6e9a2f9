import { Module } from '@nestjs/common';
import { DivisionModule } from '../division/division.module';
import { ImportBatchRepository } from './import-batch.repository';
import { RegistryImportRepository } from './registry-import.repository';
import { RegistryImportService } from './registry-import.service';

/** Extracts of the household registry become the register. */
@Module({
  imports: [DivisionModule],
  providers: [ImportBatchRepository, RegistryImportRepository, RegistryImportService],
  exports: [RegistryImportService],
})
export class RegistryImportModule {}
