import { type Hours, nextOpening } from '../parameter/working-time.rules';

const FIRST_PAUSE = 5 * 60_000;
const LONGEST_PAUSE = 4 * 3_600_000;

/** When a question that got no answer is asked again: later each time, as the registry says, and while it is open. */
export function nextTry(at: Date, tries: number, hours: Hours, retryAfterSeconds = 0): Date {
  const pause = Math.min(FIRST_PAUSE * 2 ** Math.min(tries, 10), LONGEST_PAUSE);
  return nextOpening(new Date(at.getTime() + Math.max(pause, retryAfterSeconds * 1_000)), hours);
}

/** What may be shown of a name: the first character, and how many follow. */
export function maskName(name: string): string {
  const [first, ...rest] = [...name.trim()];
  return rest.length === 0 ? '*' : `${first}${'*'.repeat(rest.length)}`;
}
