import { type HouseholdRegistry, RegistryFailure } from './household-registry.types';

const absent = (): Promise<never> =>
  Promise.reject(new RegistryFailure('refused', 'no household registry is connected', false));

/** An installation that is not connected: every question waits, and ends without a reply at its deadline. */
export class AbsentRegistry implements HouseholdRegistry {
  readonly verify = absent;
  readonly query = absent;
  readonly submitBatch = absent;
  readonly fetchBatch = absent;
  readonly events = absent;
}
