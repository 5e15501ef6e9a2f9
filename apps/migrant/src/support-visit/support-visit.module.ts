import { Module } from '@nestjs/common';
import { ParameterModule } from '../parameter/parameter.module';
import { ConsentService } from './consent.service';
import { SupportVisitProcessor } from './support-visit.processor';
import { SupportVisitRepository } from './support-visit.repository';
import { SupportConsentResolver, SupportVisitResolver } from './support-visit.resolver';
import { SupportVisitService } from './support-visit.service';

/** Visits to family members who stayed behind, only by consent, which deletes what it carried when it ends. */
@Module({
  imports: [ParameterModule],
  providers: [
    SupportVisitRepository,
    ConsentService,
    SupportVisitService,
    SupportVisitProcessor,
    SupportVisitResolver,
    SupportConsentResolver,
  ],
  exports: [ConsentService, SupportVisitService, SupportVisitProcessor],
})
export class SupportVisitModule {}
