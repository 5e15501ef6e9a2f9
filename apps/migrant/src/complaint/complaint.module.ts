import { Module } from '@nestjs/common';
import { ParameterModule } from '../parameter/parameter.module';
import { ServiceRequestModule } from '../service-request/service-request.module';
import { ComplaintProcessor } from './complaint.processor';
import { ComplaintRepository } from './complaint.repository';
import { ComplaintResolver } from './complaint.resolver';
import { ComplaintService } from './complaint.service';
import { FilingService } from './filing.service';

/** Complaints by anybody about a service, a delay or a demand for papers; an upheld one mends what it was about. */
@Module({
  imports: [ParameterModule, ServiceRequestModule],
  providers: [ComplaintRepository, FilingService, ComplaintService, ComplaintProcessor, ComplaintResolver],
  exports: [FilingService, ComplaintService, ComplaintProcessor],
})
export class ComplaintModule {}
