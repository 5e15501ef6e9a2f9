import { Module } from '@nestjs/common';
import { DivisionModule } from '../division/division.module';
import { PersonModule } from '../person/person.module';
import { RegistryCheckModule } from '../registry-check/registry-check.module';
import { VoucherModule } from '../voucher/voucher.module';
import { BirthRegistrationProcessor } from './birth-registration.processor';
import { BirthRegistrationRepository } from './birth-registration.repository';
import { BirthRegistrationResolver } from './birth-registration.resolver';
import { BirthRegistrationService } from './birth-registration.service';
import { ClaimedRepository } from './claimed.repository';
import {
  BirthCommitmentResolver,
  BirthRegistrationActionResolver,
  ElsewhereQuestionResolver,
  RegisteredChildResolver,
  RegisteringParentResolver,
} from './detail.resolver';
import { ElsewhereHearingService } from './elsewhere-hearing.service';
import { ElsewhereMatterRepository } from './elsewhere-matter.repository';
import { ElsewhereMatterService } from './elsewhere-matter.service';
import { ElsewhereRepository } from './elsewhere.repository';
import { ElsewhereService } from './elsewhere.service';
import { FilingService } from './filing.service';
import { ServiceTextService } from './service-text.service';
import { BirthStatementService } from './birth-statement.service';
import { VoucherContentService } from './voucher-content.service';
import { WorkingDayService } from './working-day.service';

/** The birth registration service: free, for anyone, once for a birth; what a province's text adds is a dated row. */
@Module({
  imports: [DivisionModule, PersonModule, RegistryCheckModule, VoucherModule],
  providers: [
    BirthRegistrationRepository,
    ClaimedRepository,
    ElsewhereRepository,
    WorkingDayService,
    ServiceTextService,
    BirthStatementService,
    ElsewhereService,
    ElsewhereMatterRepository,
    ElsewhereMatterService,
    ElsewhereHearingService,
    VoucherContentService,
    FilingService,
    BirthRegistrationService,
    BirthRegistrationProcessor,
    BirthRegistrationResolver,
    RegisteringParentResolver,
    RegisteredChildResolver,
    BirthCommitmentResolver,
    ElsewhereQuestionResolver,
    BirthRegistrationActionResolver,
  ],
  exports: [FilingService, BirthRegistrationService, ElsewhereMatterService, BirthRegistrationProcessor],
})
export class BirthRegistrationModule {}
