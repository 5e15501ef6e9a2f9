import { Module } from '@nestjs/common';
import { LedgerModule } from '../ledger/ledger.module';
import { ParameterModule } from '../parameter/parameter.module';
import { BankReceiptRepository } from './bank-receipt.repository';
import { BankReceiptResolver } from './bank-receipt.resolver';
import { BankReceiptService } from './bank-receipt.service';
import { NoticeImportService } from './notice-import.service';

/** Money that came in, as the bank told it: each booking once; what is none is set aside. */
@Module({
  imports: [LedgerModule, ParameterModule],
  providers: [BankReceiptRepository, BankReceiptService, NoticeImportService, BankReceiptResolver],
  exports: [BankReceiptService, NoticeImportService],
})
export class BankReceiptModule {}
