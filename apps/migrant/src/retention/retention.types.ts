import type { Day } from '@app/kernel';

/** What is deleted together, and how long it is kept in a division. */
export interface RetentionClass {
  readonly name: string;
  readonly saidZh: string;
  readonly saidEn: string;
  /** How long, counted from the day the clock starts; null where no parameter says so, and nothing is deleted. */
  readonly keep: string | null;
  readonly unit: 'days' | 'months' | null;
  readonly source: string | null;
  readonly status: string | null;
  /** Carried out by this app; the others by whoever runs the installation. */
  readonly isOurs: boolean;
}

/** What of a class is kept about somebody. */
export interface Kept {
  readonly class: string;
  readonly saidZh: string;
  readonly saidEn: string;
  /** How many rows stand alike. */
  readonly count: number;
  /** Since when the time counts; null while it does not run. */
  readonly starts: Day | null;
  readonly dueOn: Day | null;
  readonly source: string | null;
  readonly held: readonly { readonly zh: string; readonly en: string }[];
}

export const HOLD_REASONS = ['suit', 'dispute', 'inspection', 'complaint'] as const;
export type HoldReason = (typeof HOLD_REASONS)[number];

export interface Hold {
  readonly id: string;
  readonly residentId: string;
  readonly reason: HoldReason;
  readonly reference: string;
  readonly setAt: Date;
  readonly liftedAt: Date | null;
}

/** What a finished run leaves: counts and hashes, no personal value. */
export interface RetentionCertificate {
  readonly id: string;
  readonly onDay: Day;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  readonly counts: readonly RetentionCount[];
}

export interface RetentionCount {
  readonly class: string;
  /** County; empty where the rows belong to no division. */
  readonly division: string;
  readonly deleted: number;
  readonly digest: string;
}
