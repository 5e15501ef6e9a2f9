import type { Day } from '@app/kernel';

/** Who somebody is, in clear: for telling another place whom a request is about. */
export interface PersonIdentity {
  readonly personId: string;
  readonly name: string;
  readonly sex: 0 | 1 | 2 | 9;
  readonly born: Day | null;
  readonly idType: string | null;
  readonly idNumber: string | null;
  readonly birthCertificateNo: string | null;
}

/** What somebody is looked for by; at least one of the two numbers. */
export interface StatedIdentity {
  readonly name: string;
  readonly idNumber: string | null;
  readonly birthCertificateNo: string | null;
}

/** What registration shows to the apps that speak with other places. Every call is disclosed in the audit log. */
export interface PersonIdentities {
  /** In no order; those who are not on record are left out. */
  identify(personIds: readonly string[], reason: string): Promise<readonly PersonIdentity[]>;
  /** The one person whose number it is and whose name fits; null where there is none, or more than one. */
  find(
    stated: StatedIdentity,
    reason: string,
  ): Promise<{ readonly personId: string; readonly divisionCode: string } | null>;
}

/** Nest injection token. */
export const PERSON_IDENTITIES = Symbol('PersonIdentities');
