import type { Day } from '@app/kernel';
import type { CheckOutcome } from './registry-check.rules';

/** What the parents checked belong to. */
export interface CheckedMatter {
  readonly kind: 'birth-registration' | 'newborn-matter';
  readonly id: string;
}

/** One parent's check as it stands. */
export interface CheckRow {
  readonly id: string;
  readonly registrationId: string | null;
  readonly matterId: string | null;
  readonly divisionCode: string;
  readonly role: 'mother' | 'father';
  readonly dueOn: Day;
  readonly askedAt: Date | null;
  readonly outcome: CheckOutcome | null;
  readonly isDeathMarked: boolean | null;
  readonly answeredAt: Date | null;
  /** The last word of an officer. */
  readonly note: string | null;
  readonly saidBy: string | null;
  readonly saidAt: Date | null;
}

/** Whom to ask about, sealed as it was stated. */
export interface ToAsk {
  readonly id: string;
  readonly kind: CheckedMatter['kind'];
  readonly matter: string;
  readonly divisionCode: string;
  readonly name: string;
  readonly parent: string;
  readonly numberSealed: Buffer;
  readonly isAsked: boolean;
}
