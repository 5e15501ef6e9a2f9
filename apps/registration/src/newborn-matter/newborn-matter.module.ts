import { NEWBORN_CLAIMS } from '@app/contracts';
import { Module } from '@nestjs/common';
import { DivisionModule } from '../division/division.module';
import { FactModule } from '../fact/fact.module';
import { RegisterModule } from '../register/register.module';
import { RegistryCheckModule } from '../registry-check/registry-check.module';
import { NewbornClaimService } from './newborn-claim.service';
import { NewbornMatterProcessor } from './newborn-matter.processor';
import { NewbornMatterRepository } from './newborn-matter.repository';
import { NewbornMatterResolver } from './newborn-matter.resolver';
import { NewbornMatterService } from './newborn-matter.service';
import { NewbornReminderService } from './newborn-reminder.service';
import { NewbornViewRepository } from './newborn-view.repository';
import { NewbornViewService } from './newborn-view.service';
import { SubCaseResolver } from './sub-case.resolver';

/** One newborn's matter (出生一件事): opened once, with parts that never wait for each other. */
@Module({
  imports: [DivisionModule, FactModule, RegisterModule, RegistryCheckModule],
  providers: [
    NewbornMatterRepository,
    NewbornViewRepository,
    NewbornMatterService,
    NewbornViewService,
    NewbornClaimService,
    { provide: NEWBORN_CLAIMS, useExisting: NewbornClaimService },
    NewbornReminderService,
    NewbornMatterProcessor,
    NewbornMatterResolver,
    SubCaseResolver,
  ],
  exports: [NewbornMatterService, NewbornClaimService, NEWBORN_CLAIMS, NewbornReminderService, NewbornMatterProcessor],
})
export class NewbornMatterModule {}
