import { every } from '@app/jobs';
import { CalendarBellService } from '../../subsidy/src/calendar/calendar-bell.service';
import type { Installation } from './installation';

const BELL = 60_000;

/** Rings the bell of the payment calendar at the start and every minute. */
export const scheduleBell = ({ app }: Pick<Installation, 'app'>, report: (error: unknown) => void) =>
  every(BELL, () => app.get(CalendarBellService, { strict: false }).ring(report), report);
