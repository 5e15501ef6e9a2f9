import { every } from '@app/jobs';
import { ConnectionBellService } from '../../exchange/src/connection/connection-bell.service';
import { CalendarBellService } from '../../subsidy/src/calendar/calendar-bell.service';
import type { Installation } from './installation';

const BELL = 60_000;

/** Rings the bell of the payment calendar at the start and every minute. */
export const scheduleBell = ({ app }: Pick<Installation, 'app'>, report: (error: unknown) => void) =>
  every(BELL, () => app.get(CalendarBellService, { strict: false }).ring(report), report);

/** Has the exchange look after what waits for the household registry, at the start and every minute. */
export const scheduleRegistry = ({ app }: Pick<Installation, 'app'>, report: (error: unknown) => void) =>
  every(BELL, () => app.get(ConnectionBellService, { strict: false }).ring(), report);
