import { Module } from '@nestjs/common';
import { CallbackModule } from '../callback/callback.module';
import { ParameterModule } from '../parameter/parameter.module';
import { PeerModule } from '../peer/peer.module';
import { EnrolmentAnsweringService } from './enrolment-answering.service';
import { EnrolmentAskingService } from './enrolment-asking.service';
import { EnrolmentProcessor } from './enrolment.processor';
import { EnrolmentRepository } from './enrolment.repository';
import { EnrolmentResolver } from './enrolment.resolver';
import { EnrolmentService } from './enrolment.service';

/** Whether somebody is paid elsewhere already: asked of other installations, and answered to them. */
@Module({
  imports: [ParameterModule, CallbackModule, PeerModule],
  providers: [
    EnrolmentRepository,
    EnrolmentService,
    EnrolmentAskingService,
    EnrolmentAnsweringService,
    EnrolmentProcessor,
    EnrolmentResolver,
  ],
  exports: [EnrolmentService, EnrolmentAnsweringService, EnrolmentProcessor],
})
export class EnrolmentModule {}
