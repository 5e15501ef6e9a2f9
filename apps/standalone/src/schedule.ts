import { inContext, systemContext } from '@app/database';
import type { Outbox } from '@app/jobs';
import { addDays, yearOf } from '@app/kernel';
import { ringCalendar } from '../../subsidy/src/calendar/calendar.jobs';
import { CalendarService } from '../../subsidy/src/calendar/calendar.service';
import { ClaimService } from '../../subsidy/src/claim/claim.service';
import { SUBSIDY_OUTBOX } from '../../subsidy/src/subsidy.tokens';
import type { Installation } from './installation';

const BELL = 60_000;
const PROGRAMME = 'YEB';

/** Keeps the payment calendar planned a year ahead and rings its bell at the start and every minute. */
export function scheduleBell(installation: Installation): { stop(): Promise<void> } {
  let ringing: Promise<void> = Promise.resolve();
  // Planning days ahead tells of nobody; what the bell starts has a context of its own.
  const context = systemContext('calendar', { isPlumbing: true });
  const ring = () =>
    (ringing = ringing.then(() => inContext(context, () => ringOnce(installation))).catch(() => undefined));
  const timer = setInterval(() => void ring(), BELL);
  void ring();
  return {
    stop: () => {
      clearInterval(timer);
      return ringing;
    },
  };
}

async function ringOnce(installation: Installation): Promise<void> {
  const { app, clock, subsidy } = installation;
  const calendar = app.get(CalendarService, { strict: false });
  const today = clock.today();
  for (const county of await app.get(ClaimService, { strict: false }).counties(PROGRAMME)) {
    for (const year of new Set([yearOf(today), yearOf(addDays(today, 180))]))
      await calendar.plan(PROGRAMME, county, year);
  }
  const outbox = app.get<Outbox>(SUBSIDY_OUTBOX, { strict: false });
  await subsidy.write((tx) => outbox.plan(tx, ringCalendar, [{ bell: 'minute' }]));
}
