import { Module } from '@nestjs/common';
import { LedgerModule } from '../ledger/ledger.module';
import { ReimbursementRepository } from './reimbursement.repository';
import { ReimbursementResolver } from './reimbursement.resolver';
import { ReimbursementService } from './reimbursement.service';

/** Money that one place owes another for a payment to a family. */
@Module({
  imports: [LedgerModule],
  providers: [ReimbursementRepository, ReimbursementService, ReimbursementResolver],
  exports: [ReimbursementService],
})
export class ReimbursementModule {}
