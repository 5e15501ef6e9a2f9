import { Ledger } from '@app/ledger';
import { Module } from '@nestjs/common';
import { LedgerRepository } from './ledger.repository';
import { LedgerResolver } from './ledger.resolver';
import { LedgerService } from './ledger.service';

/** The accounts: moving money for the slices that have a reason to, and looking at balances and statements. */
@Module({ providers: [Ledger, LedgerRepository, LedgerService, LedgerResolver], exports: [Ledger, LedgerService] })
export class LedgerModule {}
