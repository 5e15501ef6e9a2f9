import { Database } from '@app/database';
import { failpoint, Outbox } from '@app/jobs';
import { CLOCK, type Clock, type Day, type DivisionCode, divisionLevel, Refusal } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { DisbursementService } from '../disbursement/disbursement.service';
import { SUBSIDY_DATABASE, SUBSIDY_OUTBOX } from '../subsidy.tokens';
import { refuse } from './calendar.errors';
import { startRun } from './calendar.jobs';
import { CalendarRepository } from './calendar.repository';
import { quarterDays } from './calendar.rules';
import { type CalendarRow, type CalendarRule, DEFAULT_RULE, type Started } from './calendar.types';

/** Maker of runs that start by themselves: every officer may approve them. */
const CALENDAR = 'system:calendar';

/** When runs start by themselves, once, also when the process was down at that moment; and how a person stops that. */
@Injectable()
export class CalendarService {
  constructor(
    @Inject(SUBSIDY_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CalendarRepository) private readonly calendar: CalendarRepository,
    @Inject(DisbursementService) private readonly disbursement: DisbursementService,
    @Inject(SUBSIDY_OUTBOX) private readonly outbox: Outbox,
  ) {}

  /** Writes the four quarters of a year. Again with another rule it moves what has not started. */
  plan(programme: string, county: DivisionCode, year: number, rule: CalendarRule = DEFAULT_RULE): Promise<void> {
    if (divisionLevel(county) !== 'county') throw refuse.notACounty(county);
    return this.database.write((tx) => this.calendar.plan(tx, programme, county, quarterDays(year, rule)));
  }

  /** What would start now. */
  due(): Promise<CalendarRow[]> {
    return this.database.read((read) => this.calendar.due(read, this.clock.today()));
  }

  list(filter: { programme?: string; divisionPrefix?: string; from?: Day } = {}): Promise<CalendarRow[]> {
    return this.database.read((read) => this.calendar.list(read, filter));
  }

  async get(id: string): Promise<CalendarRow> {
    const row = await this.database.read((read) => this.calendar.find(read, id));
    if (!row) throw refuse.unknown(id);
    return row;
  }

  hold(id: string, actor: string, reason: string): Promise<CalendarRow> {
    return this.database.write(async (tx) => {
      const row = await this.calendar.findForUpdate(tx, id);
      if (!row) throw refuse.unknown(id);
      if (row.state !== 'planned') throw refuse.notPlanned(id, row.state);
      await this.calendar.hold(tx, id, actor, reason);
      return (await this.calendar.findForUpdate(tx, id))!;
    });
  }

  /** Lets a held run go: if it is due already, it starts at the next bell. */
  release(id: string): Promise<CalendarRow> {
    return this.database.write(async (tx) => {
      const row = await this.calendar.findForUpdate(tx, id);
      if (!row) throw refuse.unknown(id);
      if (row.state !== 'held') throw refuse.notPlanned(id, row.state);
      await this.calendar.release(tx, id);
      return (await this.calendar.findForUpdate(tx, id))!;
    });
  }

  /** Has every run that is due started by itself, so that none waits for another county's. */
  async planDue(): Promise<void> {
    const due = await this.due();
    if (due.length === 0) return;
    await this.database.write((tx) =>
      this.outbox.plan(
        tx,
        startRun,
        due.map(({ id }) => ({ id })),
      ),
    );
  }

  /** Starts a run that is due, once, however many bells ring at once or how late; undefined when there is nothing to start. */
  async start(id: string): Promise<Started | undefined> {
    try {
      return await this.database.write(
        async (tx) => {
          const row = await this.calendar.take(tx, id, this.clock.today());
          if (!row) return undefined;
          const { batchId } = await this.disbursement.prepareWithin(tx, {
            programme: row.programme,
            division: row.divisionCode,
            period: row.period,
            actor: CALENDAR,
          });
          await this.calendar.start(tx, id, batchId, this.clock.now());
          failpoint('calendar.start');
          return { row, outcome: batchId ? 'prepared' : 'nothing', batchId, reason: null } as const;
        },
        { statementTimeout: 0 },
      );
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return this.holdRefused(id, error);
    }
  }

  /** A run that cannot start waits for a person, and the others go on. */
  private holdRefused(id: string, refusal: Refusal): Promise<Started | undefined> {
    return this.database.write(async (tx) => {
      if (!(await this.calendar.hold(tx, id, CALENDAR, `${refusal.code}: ${refusal.sentence.zh}`))) return undefined;
      const row = (await this.calendar.findForUpdate(tx, id))!;
      return { row, outcome: 'held', batchId: null, reason: refusal.code } as const;
    });
  }
}
