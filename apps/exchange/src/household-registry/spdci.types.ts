import type { BatchResult, RegistryEvent } from './household-registry.types';

interface Verified {
  /** Theirs: the same one again is a replay, and for the replay store to know. */
  readonly messageId: string;
  /** The registry's time of sending, ISO instant. */
  readonly sentAt: string;
  /** Ours, of the question: unknown is forged or long forgotten. For a notice, theirs. */
  readonly transactionId: string;
}

/** A message that the registry sent by itself: signed by it, for us, just now. Whether it was here before is not known. */
export type RegistryCallback =
  | (Verified & {
      readonly action: 'on-search';
      readonly correlationId: string;
      readonly results: readonly BatchResult[];
      readonly isComplete: boolean;
    })
  | (Verified & {
      readonly action: 'on-subscribe';
      readonly correlationId: string;
      readonly subscriptionCodes: readonly string[];
    })
  | (Verified & { readonly action: 'notify'; readonly events: readonly RegistryEvent[] });
