import { Module } from '@nestjs/common';
import { ParameterModule } from '../parameter/parameter.module';
import { ResidentModule } from '../resident/resident.module';
import { RetentionModule } from '../retention/retention.module';
import { OwnRecordRepository } from './own-record.repository';
import { OwnRecordResolver, OwnRequestResolver, RecordAccessResolver } from './own-record.resolver';
import { OwnRecordService } from './own-record.service';
import { OwnRequestService } from './own-request.service';

/** What somebody who moved sees of their own record, who asked about it, and what they ask themselves. */
@Module({
  imports: [ParameterModule, RetentionModule, ResidentModule],
  providers: [
    OwnRecordRepository,
    OwnRecordService,
    OwnRequestService,
    OwnRecordResolver,
    OwnRequestResolver,
    RecordAccessResolver,
  ],
})
export class OwnRecordModule {}
