import { Ledger } from '@app/ledger';
import { Module } from '@nestjs/common';
import { BankFileRepository } from './bank-file.repository';
import { BankFileService } from './bank-file.service';
import { BatchRepository } from './batch.repository';
import { DisbursementService } from './disbursement.service';
import { LineRepository } from './line.repository';
import { PayableRepository } from './payable.repository';

/** Paying confirmed claims: prepared, approved by two other officers, sent to the bank as one file. */
@Module({
  providers: [
    Ledger,
    BatchRepository,
    PayableRepository,
    LineRepository,
    BankFileRepository,
    DisbursementService,
    BankFileService,
  ],
  exports: [DisbursementService, BankFileService],
})
export class DisbursementModule {}
