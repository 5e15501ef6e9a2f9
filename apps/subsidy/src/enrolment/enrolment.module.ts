import { Module } from '@nestjs/common';
import { PortabilityModule } from '../portability/portability.module';
import { EnrolmentProcessor } from './enrolment.processor';
import { EnrolmentRepository } from './enrolment.repository';
import { EnrolmentService } from './enrolment.service';
import { PaidHereService } from './paid-here.service';

/** Whether somebody is paid by another installation already; asking, and answering for ours. */
@Module({
  imports: [PortabilityModule],
  providers: [EnrolmentRepository, EnrolmentService, PaidHereService, EnrolmentProcessor],
  exports: [EnrolmentService, PaidHereService, EnrolmentProcessor],
})
export class EnrolmentModule {}
