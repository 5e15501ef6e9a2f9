import { Module } from '@nestjs/common';
import { DisbursementModule } from '../disbursement/disbursement.module';
import { CalendarProcessor } from './calendar.processor';
import { CalendarRepository } from './calendar.repository';
import { CalendarResolver } from './calendar.resolver';
import { CalendarService } from './calendar.service';

/** When payment runs start by themselves. */
@Module({
  imports: [DisbursementModule],
  providers: [CalendarRepository, CalendarService, CalendarResolver, CalendarProcessor],
  exports: [CalendarService, CalendarProcessor],
})
export class CalendarModule {}
