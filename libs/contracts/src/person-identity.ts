import type { Day } from '@app/kernel';

/** Who somebody is, in clear: for telling another place whom a request is about. */
export interface PersonIdentity {
  readonly personId: string;
  readonly name: string;
  readonly sex: 0 | 1 | 2 | 9;
  readonly born: Day | null;
  /** Twelve digits: where the household registration is filed. */
  readonly divisionCode: string;
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

export interface FoundPerson {
  readonly personId: string;
  readonly divisionCode: string;
}

/** What registration shows to the apps that speak with other places. Every call is in the audit log, with what it is for. */
export interface PersonIdentities {
  /** In no order; those who are not on record are left out. @param caseRef What it is for: a request or question. */
  identify(personIds: readonly string[], caseRef: string): Promise<readonly PersonIdentity[]>;
  /** The one person whose number it is and whose name fits; null where there is none, or more than one. */
  find(stated: StatedIdentity, caseRef: string): Promise<FoundPerson | null>;
}

/** Nest injection token. */
export const PERSON_IDENTITIES = Symbol('PersonIdentities');

/** Calls one path of registration's door in the name of this process: a ServiceClient. */
interface RegistrationCalls {
  call<T>(path: string, value: unknown, how?: { readonly isRead?: boolean }): Promise<T>;
}

/** The same, where registration is another process. */
export class PersonIdentitiesClient implements PersonIdentities {
  constructor(private readonly registration: RegistrationCalls) {}

  identify(personIds: readonly string[], caseRef: string): Promise<readonly PersonIdentity[]> {
    return this.registration.call('/identities', { personIds, caseRef }, { isRead: true });
  }

  find(stated: StatedIdentity, caseRef: string): Promise<FoundPerson | null> {
    return this.registration.call('/find-person', { ...stated, caseRef }, { isRead: true });
  }
}
