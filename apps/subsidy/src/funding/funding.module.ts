import { Ledger } from '@app/ledger';
import { Module } from '@nestjs/common';
import { FundingRepository } from './funding.repository';
import { FundingService } from './funding.service';

/** What each level of government has released for a programme, a county and a year. */
@Module({
  providers: [Ledger, FundingRepository, FundingService],
  exports: [FundingService],
})
export class FundingModule {}
