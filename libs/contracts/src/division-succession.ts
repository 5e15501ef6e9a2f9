import type { Day } from '@app/kernel';

/** One division followed another, as registration has it on record. */
export interface DivisionSuccession {
  readonly oldCode: string;
  readonly newCode: string;
  readonly kind: 'merged' | 'renamed' | 'split' | 'recoded';
  readonly onDay: Day;
  /** A part was split off and the old division goes on. */
  readonly isOldKept: boolean;
}

/** What other apps keep of divisions: small enough to be read whole, whenever it is needed. */
export interface DivisionList {
  readonly successions: readonly DivisionSuccession[];
  /** Twelve digits of each county in which somebody is registered here: the area that this installation serves. */
  readonly counties: readonly string[];
}

/** What registration shows of divisions to the other apps. */
export interface DivisionSuccessions {
  all(): Promise<DivisionList>;
}

/** Nest injection token. */
export const DIVISION_SUCCESSIONS = Symbol('DivisionSuccessions');

/** Calls one path of registration's door in the name of this process: a ServiceClient. */
interface RegistrationCalls {
  call<T>(path: string, value: unknown, how?: { readonly isRead?: boolean }): Promise<T>;
}

/** Successions, where registration is another process. */
export class DivisionSuccessionsClient implements DivisionSuccessions {
  constructor(private readonly registration: RegistrationCalls) {}

  all(): Promise<DivisionList> {
    return this.registration.call('/successions', {}, { isRead: true });
  }
}
