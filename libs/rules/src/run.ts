import { type Day, dayOf } from '@app/kernel';
import type { RunConstant, Value } from './expression';

/** What one determination is about: the year, the day it is made as of, and the place whose parameters apply. */
export interface Run {
  readonly year: number;
  readonly asOf: Day;
  /** A division code, or its leading digits. */
  readonly region: string;
}

/**
 * The day plain `param()` looks at: `asOf`, moved to the nearest day of the run's year. A run for last year looks
 * at its last day, a run for next year at its first. Amounts should name their day with `param_at`.
 */
export function referenceDay(run: Run): Day {
  const [first, last] = [dayOf(run.year, 1, 1), dayOf(run.year, 12, 31)];
  if (run.asOf < first) return first;
  return run.asOf > last ? last : run.asOf;
}

export function runConstant(run: Run, name: RunConstant): Exclude<Value, null> {
  switch (name) {
    case 'year':
      return BigInt(run.year);
    case 'year_start':
      return dayOf(run.year, 1, 1);
    case 'year_end':
      return dayOf(run.year, 12, 31);
    case 'as_of':
      return run.asOf;
    case 'reference_day':
      return referenceDay(run);
  }
}
