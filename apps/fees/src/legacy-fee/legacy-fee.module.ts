import { Module } from '@nestjs/common';
import { LetterModule } from '../letter/letter.module';
import { ParameterModule } from '../parameter/parameter.module';
import { RefundModule } from '../refund/refund.module';
import { LegacyFeeRepository } from './legacy-fee.repository';
import { LegacyFeeResolver } from './legacy-fee.resolver';
import { LegacyFeeService } from './legacy-fee.service';
import { LegacyImportService } from './legacy-import.service';

/** The closed register of a repealed fee: taken in once, sealed, told, refunded where paid in error, forgotten in time. */
@Module({
  imports: [LetterModule, ParameterModule, RefundModule],
  providers: [LegacyFeeRepository, LegacyFeeService, LegacyImportService, LegacyFeeResolver],
  exports: [LegacyFeeService, LegacyImportService],
})
export class LegacyFeeModule {}
