import { Module } from '@nestjs/common';
import { ProgrammeModule } from '../programme/programme.module';
import { FindingService } from './finding.service';
import { OverpaymentProcessor } from './overpayment.processor';
import { OverpaymentRepository } from './overpayment.repository';
import { OverpaymentService } from './overpayment.service';

/** What was paid and, as is known now, was not owed. */
@Module({
  imports: [ProgrammeModule],
  providers: [OverpaymentRepository, FindingService, OverpaymentService, OverpaymentProcessor],
  exports: [OverpaymentService, OverpaymentProcessor],
})
export class OverpaymentModule {}
