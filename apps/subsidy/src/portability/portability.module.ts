import { Module } from '@nestjs/common';
import { ReimbursementModule } from '../reimbursement/reimbursement.module';
import { BeneficiaryModule } from '../beneficiary/beneficiary.module';
import { CarryingRepository } from './carrying.repository';
import { FollowingService } from './following.service';
import { MatterRepository } from './matter.repository';
import { HearingService } from './hearing.service';
import { MatterService } from './matter.service';
import { PortabilityProcessor } from './portability.processor';
import { PortabilityRepository } from './portability.repository';
import { PortabilityResolver } from './portability.resolver';
import { PortabilityTextService } from './portability-text.service';
import { PortabilityService } from './portability.service';
import { SwitchingService } from './switching.service';

/** Entitlements that travel: one primary authority for every day, and what happens to claims and money when it changes. */
@Module({
  imports: [BeneficiaryModule, ReimbursementModule],
  providers: [
    PortabilityRepository,
    CarryingRepository,
    SwitchingService,
    FollowingService,
    MatterRepository,
    MatterService,
    HearingService,
    PortabilityService,
    PortabilityTextService,
    PortabilityResolver,
    PortabilityProcessor,
  ],
  exports: [FollowingService, MatterService, PortabilityTextService, PortabilityProcessor],
})
export class PortabilityModule {}
