import type { Day } from '@app/kernel';

/** Status of a person in the household register (Hubei DB42/T 453): valid, cancelled, moved out, deceased. */
export type RegistryStatus = 0 | 1 | 8 | 9;

/** One person as the register knows them now: what other apps may project. Identity numbers travel as blind indexes only. */
export interface RegisteredPerson {
  /** The person's internal UUID (v7). */
  readonly id: string;
  /** Blind index (hex) of the normalised 18-digit number, null while the person has none. */
  readonly idNumberKey: string | null;
  /** What may be shown of the number. */
  readonly idNumberMask: string | null;
  /** Document type: `111` citizen ID, or the code in the extract. */
  readonly idType: string | null;
  /** Blind index (hex) of the birth certificate number. */
  readonly birthCertificateKey: string | null;
  readonly sex: 0 | 1 | 2 | 9;
  readonly born: Day | null;
  readonly died: Day | null;
  readonly status: RegistryStatus;
  readonly householdId: string | null;
  readonly householdType: 'urban' | 'rural' | 'unified' | null;
  /** GB/T 4761 code. */
  readonly relationToHead: string | null;
  /** Twelve digits. */
  readonly divisionCode: string;
  readonly fatherId: string | null;
  readonly motherId: string | null;
  /** Blind indexes (hex) of the parents' numbers as the register states them, also when the parent is not registered here. */
  readonly fatherIdNumberKey: string | null;
  readonly motherIdNumberKey: string | null;
  /** GB/T 2261.2 code. */
  readonly maritalStatus: string | null;
  readonly movedInOn: Day | null;
  readonly movedOutOn: Day | null;
  /** The registry's own time of the last change (ISO instant). */
  readonly updatedAt: string;
  /** True when another registered person holds the same identity number (重号): claims naming it need a clerk. */
  readonly idNumberShared: boolean;
  /** The record that this one was found to be the same person as, and lives on in; null while it stands for itself. */
  readonly mergedInto: string | null;
}

export interface FeedPage {
  readonly persons: readonly RegisteredPerson[];
  /** Pass as `after` to get the next page; opaque. */
  readonly next: string;
  /** True when nothing was left beyond this page at the moment of reading. */
  readonly caughtUp: boolean;
}

/**
 * The change feed of the register. A person appears again after every change, in its newest shape; a consumer
 * that starts from `after = ''` rebuilds its projection from zero.
 */
export interface RegistrationFeed {
  page(after: string, limit: number): Promise<FeedPage>;
}

/** Nest injection token. */
export const REGISTRATION_FEED = Symbol('RegistrationFeed');
