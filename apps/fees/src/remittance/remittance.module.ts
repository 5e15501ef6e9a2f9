import { Module } from '@nestjs/common';
import { LedgerModule } from '../ledger/ledger.module';
import { ParameterModule } from '../parameter/parameter.module';
import { RefundModule } from '../refund/refund.module';
import { TreasuryFileModule } from '../treasury-file/treasury-file.module';
import { RemittanceFileService } from './remittance-file.service';
import { RemittanceProcessor } from './remittance.processor';
import { RemittanceRepository } from './remittance.repository';
import { RemittanceLineResolver, RemittanceResolver } from './remittance.resolver';
import { RemittanceService } from './remittance.service';
import { TreasuryBellService } from './treasury-bell.service';

/** What was collected goes back to its funders, every fen once, signed by two officers. */
@Module({
  imports: [LedgerModule, ParameterModule, RefundModule, TreasuryFileModule],
  providers: [
    RemittanceRepository,
    RemittanceService,
    RemittanceFileService,
    TreasuryBellService,
    RemittanceProcessor,
    RemittanceResolver,
    RemittanceLineResolver,
  ],
  exports: [RemittanceService, RemittanceFileService, TreasuryBellService, RemittanceProcessor],
})
export class RemittanceModule {}
