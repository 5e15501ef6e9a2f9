import { Module } from '@nestjs/common';
import { ResidentModule } from '../resident/resident.module';
import { NoticeReaderService } from './notice-reader.service';
import { OwnNoticeService } from './own-notice.service';
import { PermitImportService } from './permit-import.service';
import { ResidenceProcessor } from './residence.processor';
import { ResidenceRepository } from './residence.repository';
import {
  NoticeResolver,
  ResidenceNotedResolver,
  ResidencePeriodResolver,
  ResidenceSpanResolver,
  ResidentOriginResolver,
  ResidentResolver,
} from './residence.resolver';
import { ResidenceService } from './residence.service';
import { ResidenceViewService } from './residence-view.service';
import { ResidentFeedService } from './resident-feed.service';

/** Where people live, by division and with what is not known of the days: from own notice, permit authority and registry. */
@Module({
  imports: [ResidentModule],
  providers: [
    ResidenceRepository,
    ResidenceService,
    ResidenceViewService,
    NoticeReaderService,
    OwnNoticeService,
    PermitImportService,
    ResidentFeedService,
    ResidenceProcessor,
    ResidentResolver,
    NoticeResolver,
    ResidenceNotedResolver,
    ResidencePeriodResolver,
    ResidentOriginResolver,
    ResidenceSpanResolver,
  ],
  exports: [
    ResidenceService,
    ResidenceViewService,
    ResidentFeedService,
    PermitImportService,
    ResidenceProcessor,
    ResidentModule,
  ],
})
export class ResidenceModule {}
