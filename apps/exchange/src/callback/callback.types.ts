import type { RegistryCallback } from '../household-registry/spdci.types';
import type { RegistryFailure } from '../household-registry/household-registry.types';

/** What the registry sends by itself, where it is spoken to in a way that knows callbacks. */
export interface RegistryCallbacks {
  /** Verified before anything is parsed; throws RegistryFailure. */
  readCallback(
    body: Buffer,
    headers: Readonly<Record<string, string | string[] | undefined>>,
    signal: AbortSignal,
  ): Promise<RegistryCallback>;
  acknowledgement(outcome: RegistryCallback | RegistryFailure): object;
  publicKeys(): Promise<object>;
}

/** Nest injection token; null where the registry never calls by itself. */
export const REGISTRY_CALLBACKS = Symbol('RegistryCallbacks');

export interface CallbackAnswer {
  readonly status: number;
  readonly value: object;
}
