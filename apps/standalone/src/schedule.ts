import { every } from '@app/jobs';
import { NewbornReminderService } from '../../registration/src/newborn-matter/newborn-reminder.service';
import { ConnectionBellService } from '../../exchange/src/connection/connection-bell.service';
import { FEES_BELLS } from '../../fees/src/fees.module';
import { MIGRANT_BELLS } from '../../migrant/src/migrant.module';
import { CalendarBellService } from '../../subsidy/src/calendar/calendar-bell.service';
import { EqualAccessService } from '../../subsidy/src/equal-access/equal-access.service';
import { NewbornIntakeService } from '../../subsidy/src/intake/newborn-intake.service';
import { EnrolmentService } from '../../subsidy/src/enrolment/enrolment.service';
import { OverpaymentService } from '../../subsidy/src/overpayment/overpayment.service';
import { FollowingService } from '../../subsidy/src/portability/following.service';
import type { Installation } from './installation';

const BELL = 60_000;

/** Rings every app's bell at the start and every minute: the payment calendar, deadlines, months to close, what is due to be deleted. */
export const scheduleBell = ({ app }: Pick<Installation, 'app'>, report: (error: unknown) => void) =>
  every(
    BELL,
    async () => {
      await app.get(CalendarBellService, { strict: false }).ring(report);
      await app.get(NewbornReminderService, { strict: false }).ring();
      await app.get(NewbornIntakeService, { strict: false }).ring();
      for (const due of [...MIGRANT_BELLS, ...FEES_BELLS])
        await app.get<{ ring(): Promise<unknown> }>(due, { strict: false }).ring();
      await app.get(FollowingService, { strict: false }).ring();
      await app.get(EnrolmentService, { strict: false }).ring();
      await app.get(OverpaymentService, { strict: false }).ring();
      await app.get(EqualAccessService, { strict: false }).ring();
    },
    report,
  );

/** Has the exchange look after what waits for the household registry, at the start and every minute. */
export const scheduleRegistry = ({ app }: Pick<Installation, 'app'>, report: (error: unknown) => void) =>
  every(BELL, () => app.get(ConnectionBellService, { strict: false }).ring(), report);
