import { Ledger } from '@app/ledger';
import { Module } from '@nestjs/common';

/** The accounts: moving money for the slices that have a reason to, and looking at balances and statements. */
@Module({ providers: [Ledger], exports: [Ledger] })
export class LedgerModule {}
