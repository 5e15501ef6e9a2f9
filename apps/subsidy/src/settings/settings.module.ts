import { Global, Module } from '@nestjs/common';
import { PAYING_ACCOUNTS } from '../disbursement/disbursement.types';
import { FUNDING_SHARES } from '../funding/funding.types';
import { ProgrammeModule } from '../programme/programme.module';
import { ProgrammeAccounts, ProgrammeShares } from './settings.service';

/** What paying asks of the programmes' parameters: who bears the cost, and from which account it is paid. */
@Global()
@Module({
  imports: [ProgrammeModule],
  providers: [
    { provide: FUNDING_SHARES, useClass: ProgrammeShares },
    { provide: PAYING_ACCOUNTS, useClass: ProgrammeAccounts },
  ],
  exports: [FUNDING_SHARES, PAYING_ACCOUNTS],
})
export class SettingsModule {}
