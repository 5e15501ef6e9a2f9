import 'reflect-metadata';
import { inContext, systemContext } from '@app/database';
import { every, type JobHandler, type Payload } from '@app/jobs';
import { live, openServiceDoor, openWork, report } from '@app/service';
import { CalendarBellService } from './calendar/calendar-bell.service';
import { readWorkerConfig } from './config';
import { EqualAccessService } from './equal-access/equal-access.service';
import { NewbornIntakeService } from './intake/newborn-intake.service';
import { openSubsidy } from './process';
import { CourierService } from './reconciliation/courier.service';
import { EnrolmentService } from './enrolment/enrolment.service';
import { OverpaymentService } from './overpayment/overpayment.service';
import { FollowingService } from './portability/following.service';
import { SUBSIDY_HANDLERS } from './subsidy.tokens';

const CALENDAR_INTERVAL = 60_000;

/**
 * This app's background work, as often as there are hosts for it: facts, decisions, runs that are due, files for the bank
 * and its answers. Every worker rings the bells; of several rings at once one message goes on its way.
 */
void live('subsidy worker', readWorkerConfig, async (life, settings) => {
  const parts = await openSubsidy(life, settings);
  const { app } = parts;
  const handlers = app.get<readonly JobHandler<Payload>[]>(SUBSIDY_HANDLERS, { strict: false });
  await openWork(life, parts, 'subsidy', handlers, settings);

  const bell = app.get(CalendarBellService, { strict: false });
  const unrung = (error: unknown) => report('calendar', error);
  const calendar = every(CALENDAR_INTERVAL, () => bell.ring(unrung), unrung);
  life.ends('calendar', () => calendar.stop());
  const newborns = app.get(NewbornIntakeService, { strict: false });
  const telling = every(
    CALENDAR_INTERVAL,
    () => newborns.ring(),
    (error) => report('newborn', error),
  );
  life.ends('newborn', () => telling.stop());
  const moves = app.get(FollowingService, { strict: false });
  const following = every(
    CALENDAR_INTERVAL,
    () => moves.ring(),
    (error) => report('portability', error),
  );
  life.ends('portability', () => following.stop());
  const enrolments = app.get(EnrolmentService, { strict: false });
  const asking = every(
    CALENDAR_INTERVAL,
    () => enrolments.ring(),
    (error) => report('enrolment', error),
  );
  life.ends('enrolment', () => asking.stop());
  const overpayments = app.get(OverpaymentService, { strict: false });
  const finding = every(
    CALENDAR_INTERVAL,
    () => overpayments.ring(),
    (error) => report('overpayment', error),
  );
  life.ends('overpayment', () => finding.stop());
  const access = app.get(EqualAccessService, { strict: false });
  const freezing = every(
    CALENDAR_INTERVAL,
    () => access.ring(),
    (error) => report('equal access', error),
  );
  life.ends('equal access', () => freezing.stop());
  const rounds = app.get(CourierService, { strict: false });
  const looking = systemContext('courier', { isPlumbing: true });
  const courier = every(
    settings.YANGYU_COURIER_INTERVAL,
    () => inContext(looking, () => rounds.round()),
    (error) => report('courier', error),
  );
  life.ends('courier', () => courier.stop());

  const { YANGYU_HOST: host, YANGYU_PORT: port } = settings;
  const door = await openServiceDoor({ ...parts, host, port, report });
  life.ends('door', () => door.close());
  return door.url;
});
