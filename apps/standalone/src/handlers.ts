import type { JobHandler, Payload } from '@app/jobs';
import type { INestApplicationContext } from '@nestjs/common';
import { ringCalendar } from '../../subsidy/src/calendar/calendar.jobs';
import { CalendarService } from '../../subsidy/src/calendar/calendar.service';
import { registrationChanged } from '@app/contracts';
import { FactService } from '../../subsidy/src/fact/fact.service';

/** What the subsidy app does when it is told something. */
export function jobHandlers(app: INestApplicationContext): JobHandler<Payload>[] {
  const facts = app.get(FactService, { strict: false });
  // Both are repeatable at any point, so neither needs an inbox row for its effect.
  const pull: JobHandler<{ feed: string }> = {
    job: registrationChanged,
    handle: async () => void (await facts.pull()),
  };
  const calendar = app.get(CalendarService, { strict: false });
  const ring: JobHandler<{ bell: string }> = {
    job: ringCalendar,
    handle: async () => void (await calendar.startDue()),
  };
  return [pull, ring];
}
