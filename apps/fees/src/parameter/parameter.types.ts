import type { Day } from '@app/kernel';

/** One dated value. */
export interface Parameter {
  readonly name: string;
  /** Leading digits of the division it holds for; empty is everywhere. */
  readonly region: string;
  readonly value: string;
  /** `working_days`, `days`, `months`, `years`, `fen`, `count`, `text`. */
  readonly unit: string;
  readonly validFrom: Day;
  /** First day on which it no longer holds; null while none is set. */
  readonly validUntil: Day | null;
  readonly source: string;
  readonly status: 'confirmed' | 'assumed' | 'unverified';
}
