import { type Database, inContext, systemContext } from '@app/database';
import type { Outbox } from '@app/jobs';
import { addDays, CLOCK, type Clock, type DivisionCode, yearOf } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { ClaimService } from '../claim/claim.service';
import { SUBSIDY_DATABASE, SUBSIDY_OUTBOX } from '../subsidy.tokens';
import { ringCalendar } from './calendar.jobs';
import { CalendarService } from './calendar.service';

const PROGRAMME = 'YEB';

type Report = (error: unknown) => void;

/** Keeps the payment calendar planned a year ahead and rings its bell. */
@Injectable()
export class CalendarBellService {
  constructor(
    @Inject(SUBSIDY_DATABASE) private readonly database: Database,
    @Inject(SUBSIDY_OUTBOX) private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly claims: ClaimService,
    private readonly calendar: CalendarService,
  ) {}

  /** Once; whatever cannot be planned is reported, and the bell rings all the same. */
  ring(report: Report): Promise<void> {
    // Planning days ahead tells of nobody; what the bell starts has a context of its own.
    return inContext(systemContext('calendar', { isPlumbing: true }), async () => {
      // What is planned already is due whether or not more can be planned.
      await this.planAhead(report).catch(report);
      await this.database.write((tx) => this.outbox.plan(tx, ringCalendar, [{ bell: 'minute' }]));
    });
  }

  /** A county that cannot be planned is reported, and the others go on. */
  private async planAhead(report: Report): Promise<void> {
    const today = this.clock.today();
    const years = new Set([yearOf(today), yearOf(addDays(today, 180))]);
    const plan = async (county: DivisionCode): Promise<void> => {
      for (const year of years) await this.calendar.plan(PROGRAMME, county, year);
    };
    for (const county of await this.claims.counties(PROGRAMME)) await plan(county).catch(report);
  }
}
