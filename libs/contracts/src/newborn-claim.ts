import { defineJob } from '@app/jobs';
import type { Day } from '@app/kernel';

/** Told by registration to subsidy: parents chose, or took back, the childcare subsidy within a newborn matter. */
export const newbornClaimChanged = defineJob<{ subCase: string }>({
  queue: 'subsidy',
  name: 'newborn-claim.changed',
  key: ({ subCase }) => subCase,
});

/**
 * What became of it: `own` where the claim was made for this part, `other` where the other guardian's claim for the same child
 * and year goes on, `none` where there can be no claim yet.
 */
export type NewbornClaimKind = 'own' | 'other' | 'none';

/** Told by subsidy to registration: where the claim stands now. Later news has more events; what comes late changes nothing. */
export const newbornClaimNews = defineJob<{
  subCase: string;
  kind: string;
  /** The number the family was given; '' where there is no claim. */
  claimNo: string;
  /** State of the claim, or the code of what stands in its way. */
  state: string;
  /** How many times this was told before, counted by subsidy. */
  told: number;
}>({ queue: 'registration', name: 'newborn-claim.news', key: ({ subCase }) => subCase });

/** A claim as a newborn matter asks for it. Identity numbers travel as blind indexes only. */
export interface NewbornClaim {
  readonly subCase: string;
  /** The number of the matter; the claim's number is made of it. */
  readonly caseNo: string;
  readonly isWithdrawn: boolean;
  /** The child in the register. */
  readonly childId: string;
  /** Blind index (hex) of the birth certificate number, null while there is none. */
  readonly birthCertificateKey: string | null;
  /** The parent who asks: blind index (hex) and mask of the number; null while nobody with a number was named. */
  readonly applicant: {
    readonly key: string;
    readonly mask: string;
    readonly relation: 'mother' | 'father';
  } | null;
  readonly claimYear: number;
  readonly submittedOn: Day;
}

/** Where subsidy asks what it was told of. */
export interface NewbornClaims {
  /** Null when there is no such part, or nobody has chosen it. */
  find(subCase: string): Promise<NewbornClaim | null>;
}

/** Nest injection token. */
export const NEWBORN_CLAIMS = Symbol('NewbornClaims');
