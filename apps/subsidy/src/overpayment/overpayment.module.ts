import { Module } from '@nestjs/common';
import { ProgrammeModule } from '../programme/programme.module';
import { FindingService } from './finding.service';
import { OverpaymentListService } from './overpayment-list.service';
import { OverpaymentProcessor } from './overpayment.processor';
import { OverpaymentRepository } from './overpayment.repository';
import { OverpaymentResolver } from './overpayment.resolver';
import { OverpaymentService } from './overpayment.service';
import { PaymentRepository } from './payment.repository';
import { ReportingService } from './reporting.service';

/** What was paid and, as is known now, was not owed. */
@Module({
  imports: [ProgrammeModule],
  providers: [
    OverpaymentRepository,
    PaymentRepository,
    FindingService,
    OverpaymentService,
    ReportingService,
    OverpaymentListService,
    OverpaymentProcessor,
    OverpaymentResolver,
  ],
  exports: [OverpaymentService, OverpaymentListService, OverpaymentProcessor],
})
export class OverpaymentModule {}
