import { Module } from '@nestjs/common';
import { BeneficiaryModule } from '../beneficiary/beneficiary.module';
import { WorklistModule } from '../worklist/worklist.module';
import { CertificateRepository } from './certificate.repository';
import { CertificateService } from './certificate.service';
import { FactProcessor } from './fact.processor';
import { FactRepository } from './fact.repository';
import { FactService } from './fact.service';
import { VitalRepository } from './vital.repository';

/** What this app knows of every person, kept up to date from the register's change feed. */
@Module({
  imports: [BeneficiaryModule, WorklistModule],
  providers: [FactRepository, VitalRepository, CertificateRepository, FactService, CertificateService, FactProcessor],
  exports: [FactService, FactProcessor],
})
export class FactModule {}
