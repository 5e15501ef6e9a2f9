import { addDays, type Day, dayInChina } from '@app/kernel';

/** When another agency answers. */
export interface Hours {
  /** Beijing time, `HH:MM`. */
  readonly opensAt: string;
  readonly closesAt: string;
  readonly isOpenOn: (day: Day) => boolean;
}

const BEIJING = 8 * 3_600_000;
/** No calendar has a longer row of holidays. */
const DAYS_MAX = 30;

const timeInChina = (at: Date): string => new Date(at.getTime() + BEIJING).toISOString().slice(11, 16);
const instantOf = (day: Day, time: string): Date => new Date(`${day}T${time}:00+08:00`);

export function isOpen(at: Date, { opensAt, closesAt, isOpenOn }: Hours): boolean {
  const time = timeInChina(at);
  return opensAt <= time && time < closesAt && isOpenOn(dayInChina(at));
}

/** The moment itself while it is open, else when it opens next. */
export function nextOpening(at: Date, hours: Hours): Date {
  if (isOpen(at, hours)) return at;
  const today = dayInChina(at);
  for (let days = 0; days <= DAYS_MAX; days++) {
    const day = addDays(today, days);
    if (!hours.isOpenOn(day)) continue;
    const opening = instantOf(day, hours.opensAt);
    if (opening > at) return opening;
  }
  return instantOf(addDays(today, 1), hours.opensAt); // A calendar without working days is wrong, not a reason to wait.
}
