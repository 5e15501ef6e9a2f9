import { Module } from '@nestjs/common';
import { LedgerModule } from '../ledger/ledger.module';
import { FundingRepository } from './funding.repository';
import { FundingResolver } from './funding.resolver';
import { FundingService } from './funding.service';

/** What each level of government has released for a programme, a county and a year. */
@Module({
  imports: [LedgerModule],
  providers: [FundingRepository, FundingService, FundingResolver],
  exports: [FundingService],
})
export class FundingModule {}
