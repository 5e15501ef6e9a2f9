import { Module } from '@nestjs/common';
import { ClaimModule } from '../claim/claim.module';
import { DisbursementModule } from '../disbursement/disbursement.module';
import { CalendarBellService } from './calendar-bell.service';
import { CalendarProcessor } from './calendar.processor';
import { CalendarRepository } from './calendar.repository';
import { CalendarResolver } from './calendar.resolver';
import { CalendarService } from './calendar.service';

/** When payment runs start by themselves. */
@Module({
  imports: [ClaimModule, DisbursementModule],
  providers: [CalendarRepository, CalendarService, CalendarBellService, CalendarResolver, CalendarProcessor],
  exports: [CalendarService, CalendarBellService, CalendarProcessor],
})
export class CalendarModule {}
