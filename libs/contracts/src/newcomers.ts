import type { Day } from '@app/kernel';

/** What the migrant app shows of where people are registered and live, to whoever compares how they are served. */
export interface Newcomers {
  /**
   * Of these persons, those who on that day surely live in a county in which their household registration is not. For
   * figures about many: what comes back is kept of nobody.
   */
  standing(personIds: readonly string[], on: Day): Promise<readonly string[]>;
}

/** Nest injection token. */
export const NEWCOMERS = Symbol('Newcomers');

/** Calls one path of the migrant app's door in the name of this process: a ServiceClient. */
interface MigrantCalls {
  call<T>(path: string, value: unknown, how?: { readonly isRead?: boolean }): Promise<T>;
}

/** The same, where the migrant app is another process. */
export class NewcomersClient implements Newcomers {
  constructor(private readonly migrant: MigrantCalls) {}

  standing(personIds: readonly string[], on: Day): Promise<readonly string[]> {
    return this.migrant.call('/newcomers', { personIds, on }, { isRead: true });
  }
}
