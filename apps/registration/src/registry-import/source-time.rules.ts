import { type Day, findDay } from '@app/kernel';

/** A day as `2024-02-29`, `20240229` or `2024/2/29`; undefined when the calendar has no such day. */
export function parseDay(text: string): Day | undefined {
  if (text.length === 10 && text[4] === '-') return plausible(findDay(text));
  if (/^\d{8}$/.test(text)) return plausible(findDay(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`));
  const match = /^(\d{4})\/(\d{1,2})\/(\d{1,2})$/.exec(text);
  return match
    ? plausible(findDay(`${match[1]}-${match[2]!.padStart(2, '0')}-${match[3]!.padStart(2, '0')}`))
    : undefined;
}

/** Nobody in a present-day register was born, died or moved before 1850. */
const plausible = (found: Day | undefined): Day | undefined => (found && found >= '1850' ? found : undefined);

const SEPARATED =
  /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;
const COMPACT = /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2}))?$/;
const CHINA_MINUTES = 8 * 60;

/**
 * A source's time of change in microseconds since 1970 UTC: an ISO instant, `YYYY-MM-DD HH:MM:SS`, `yyyyMMddHHmmss` or
 * a plain day (its first moment). Without a zone it is China time. Undefined when there is no such time.
 */
export function parseSourceTime(text: string): number | undefined {
  const match = SEPARATED.exec(text) ?? COMPACT.exec(text);
  if (!match) return undefined;
  const [, year, month, date, hour = '0', minute = '0', second = '0', fraction = '', zone] = match;
  if (!findDay(`${year}-${month!.padStart(2, '0')}-${date!.padStart(2, '0')}`) || Number(year) < 1900) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const offset = zone === undefined ? CHINA_MINUTES : zoneMinutes(zone);
  if (Math.abs(offset) > 14 * 60) return undefined;
  const millis = Date.UTC(Number(year), Number(month) - 1, Number(date), Number(hour), Number(minute), Number(second));
  return (millis - offset * 60_000) * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6));
}

function zoneMinutes(zone: string): number {
  if (/^z$/i.test(zone)) return 0;
  const sign = zone.startsWith('-') ? -1 : 1;
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  return sign * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2)));
}

/** Microseconds since 1970 as an ISO instant. */
export function isoInstant(micros: number): string {
  const millis = Math.floor(micros / 1000);
  return new Date(millis).toISOString().slice(0, 23) + String(micros - millis * 1000).padStart(3, '0') + 'Z';
}
