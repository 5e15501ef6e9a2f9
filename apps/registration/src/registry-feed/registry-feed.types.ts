export type EventOutcome = 'applied' | 'unchanged' | 'superseded' | 'rejected' | 'for-a-person';

/** What became of one event of the household registry. */
export interface TakenEvent {
  readonly eventId: string;
  readonly kind: string;
  readonly registryPersonId: string;
  readonly happenedAt: Date;
  readonly outcome: EventOutcome;
  /** Why it was rejected or needs a person. */
  readonly code: string | null;
  readonly takenAt: Date;
  readonly personId: string | null;
  readonly otherPersonId: string | null;
}

export interface TakenCounts {
  readonly pulled: number;
  readonly applied: number;
}
