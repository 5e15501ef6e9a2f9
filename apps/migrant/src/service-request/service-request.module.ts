import { Module } from '@nestjs/common';
import { ParameterModule } from '../parameter/parameter.module';
import { AskingService } from './asking.service';
import { EntitlementRepository } from './entitlement.repository';
import { ReferralService } from './referral.service';
import { ServiceReminderService } from './service-reminder.service';
import { ServiceRequestProcessor } from './service-request.processor';
import { ServiceRequestRepository } from './service-request.repository';
import { EntitlementResolver, ServiceRequestResolver } from './service-request.resolver';
import { ServiceRequestService } from './service-request.service';
import { ServiceStepService } from './service-step.service';

/** Services that are owed wherever people live: who serves them, requests, referrals and their deadlines. */
@Module({
  imports: [ParameterModule],
  providers: [
    EntitlementRepository,
    ServiceRequestRepository,
    ServiceStepService,
    AskingService,
    ServiceRequestService,
    ReferralService,
    ServiceReminderService,
    ServiceRequestProcessor,
    ServiceRequestResolver,
    EntitlementResolver,
  ],
  exports: [AskingService, ServiceRequestService, ReferralService, ServiceReminderService, ServiceRequestProcessor],
})
export class ServiceRequestModule {}
