import { every } from '@app/jobs';
import { NewbornReminderService } from '../../registration/src/newborn-matter/newborn-reminder.service';
import { ConnectionBellService } from '../../exchange/src/connection/connection-bell.service';
import { CalendarBellService } from '../../subsidy/src/calendar/calendar-bell.service';
import { ServiceBellService } from '../../migrant/src/equal-access/service-bell.service';
import { EqualAccessService } from '../../subsidy/src/equal-access/equal-access.service';
import { NewbornIntakeService } from '../../subsidy/src/intake/newborn-intake.service';
import type { Installation } from './installation';

const BELL = 60_000;

/** Rings every app's bell at the start and every minute: the payment calendar, newborns' deadlines, news of their claims. */
export const scheduleBell = ({ app }: Pick<Installation, 'app'>, report: (error: unknown) => void) =>
  every(
    BELL,
    async () => {
      await app.get(CalendarBellService, { strict: false }).ring(report);
      await app.get(NewbornReminderService, { strict: false }).ring();
      await app.get(NewbornIntakeService, { strict: false }).ring();
      await app.get(EqualAccessService, { strict: false }).ring();
      await app.get(ServiceBellService, { strict: false }).ring();
    },
    report,
  );

/** Has the exchange look after what waits for the household registry, at the start and every minute. */
export const scheduleRegistry = ({ app }: Pick<Installation, 'app'>, report: (error: unknown) => void) =>
  every(BELL, () => app.get(ConnectionBellService, { strict: false }).ring(), report);
