import { ENDED_CERTIFICATES } from '@app/contracts';
import { Module } from '@nestjs/common';
import { DivisionModule } from '../division/division.module';
import { CertificateRepository } from './certificate.repository';
import { CertificateResolver } from './certificate.resolver';
import { CertificateService } from './certificate.service';
import { LedgerImportService } from './ledger-import.service';

/** Legacy certificates (独生子女父母光荣证): kept for the rights they carry, never issued anew. */
@Module({
  imports: [DivisionModule],
  providers: [
    CertificateRepository,
    CertificateService,
    { provide: ENDED_CERTIFICATES, useExisting: CertificateService },
    LedgerImportService,
    CertificateResolver,
  ],
  exports: [CertificateService, ENDED_CERTIFICATES, LedgerImportService],
})
export class CertificateModule {}
