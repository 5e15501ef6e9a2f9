import { Module } from '@nestjs/common';
import { LedgerModule } from '../ledger/ledger.module';
import { BankFileRepository } from './bank-file.repository';
import { BankFileService } from './bank-file.service';
import { BatchRepository } from './batch.repository';
import { DisbursementProcessor } from './disbursement.processor';
import { DisbursementResolver } from './disbursement.resolver';
import { DisbursementService } from './disbursement.service';
import { InstructionResolver, PaymentAttemptResolver } from './instruction.resolver';
import { LineRepository } from './line.repository';
import { PayableRepository } from './payable.repository';

/** Paying confirmed claims: prepared, approved by two other officers, sent to the bank as one file. */
@Module({
  imports: [LedgerModule],
  providers: [
    BatchRepository,
    PayableRepository,
    LineRepository,
    BankFileRepository,
    DisbursementService,
    BankFileService,
    DisbursementResolver,
    InstructionResolver,
    PaymentAttemptResolver,
    DisbursementProcessor,
  ],
  exports: [DisbursementService, BankFileService, DisbursementProcessor],
})
export class DisbursementModule {}
