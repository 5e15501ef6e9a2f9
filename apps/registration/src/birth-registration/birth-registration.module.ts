import { Module } from '@nestjs/common';
import { DivisionModule } from '../division/division.module';
import { PersonModule } from '../person/person.module';
import { RegistryCheckModule } from '../registry-check/registry-check.module';
import { VoucherModule } from '../voucher/voucher.module';
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
    VoucherContentService,
    FilingService,
    BirthRegistrationService,
    BirthRegistrationResolver,
    RegisteringParentResolver,
    RegisteredChildResolver,
    BirthCommitmentResolver,
    ElsewhereQuestionResolver,
    BirthRegistrationActionResolver,
  ],
  exports: [FilingService, BirthRegistrationService],
})
export class BirthRegistrationModule {}
