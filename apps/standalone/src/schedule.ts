import { inContext, systemContext } from '@app/database';
import type { Outbox } from '@app/jobs';
import { addDays, type DivisionCode, yearOf } from '@app/kernel';
import { ringCalendar } from '../../subsidy/src/calendar/calendar.jobs';
import { CalendarService } from '../../subsidy/src/calendar/calendar.service';
import { ClaimService } from '../../subsidy/src/claim/claim.service';
import { SUBSIDY_OUTBOX } from '../../subsidy/src/subsidy.tokens';
import type { Installation } from './installation';

const BELL = 60_000;
const PROGRAMME = 'YEB';

type Belfry = Pick<Installation, 'app' | 'clock' | 'subsidy'>;
type Report = (error: unknown) => void;

/** Keeps the payment calendar planned a year ahead and rings its bell at the start and every minute. */
export function scheduleBell(installation: Belfry, report: Report): { stop(): Promise<void> } {
  let ringing: Promise<void> = Promise.resolve();
  // Planning days ahead tells of nobody; what the bell starts has a context of its own.
  const context = systemContext('calendar', { isPlumbing: true });
  const ring = () =>
    (ringing = ringing.then(() => inContext(context, () => ringOnce(installation, report))).catch(report));
  const timer = setInterval(() => void ring(), BELL);
  void ring();
  return {
    stop: () => {
      clearInterval(timer);
      return ringing;
    },
  };
}

async function ringOnce(installation: Belfry, report: Report): Promise<void> {
  // What is planned already is due whether or not more can be planned.
  await planAhead(installation, report).catch(report);
  const outbox = installation.app.get<Outbox>(SUBSIDY_OUTBOX, { strict: false });
  await installation.subsidy.write((tx) => outbox.plan(tx, ringCalendar, [{ bell: 'minute' }]));
}

/** A county that cannot be planned is reported, and the others go on. */
async function planAhead({ app, clock }: Belfry, report: Report): Promise<void> {
  const calendar = app.get(CalendarService, { strict: false });
  const today = clock.today();
  const years = new Set([yearOf(today), yearOf(addDays(today, 180))]);
  const plan = async (county: DivisionCode): Promise<void> => {
    for (const year of years) await calendar.plan(PROGRAMME, county, year);
  };
  for (const county of await app.get(ClaimService, { strict: false }).counties(PROGRAMME))
    await plan(county).catch(report);
}
