import type { RegistryEvent, RegistryRecord } from '@app/contracts';

export type { RegistryEvent, RegistryRecord } from '@app/contracts';

/** Who asks the household registry, what for and on what basis: the ministry's interface takes no question without. */
export interface RegistryQuestion {
  /** Ours, unique for ever: the reply names it, and a repeated question is known by it. */
  readonly requestId: string;
  /** The officer who is responsible; for a batch the nominated one. */
  readonly clerk: { readonly idNumber: string; readonly name: string };
  readonly unit: { readonly code: string; readonly name: string };
  /** Code of the closed list of purposes. */
  readonly purpose: string;
  /** The article that allows the question, in words. */
  readonly legalBasis: string;
}

/** The person a reply is about, as the registry names them: compared with the question before anything else is read. */
export interface RegistryEcho {
  readonly requestId: string;
  readonly idNumber: string | null;
  readonly name: string | null;
}

/** Whether a name and number belong together (核验). */
export interface VerifyReply {
  readonly echo: RegistryEcho;
  readonly result: 'match' | 'mismatch' | 'not-found';
  /** The registry's death mark; null when this service does not tell. It holds a matter for a person, never more. */
  readonly isDeathMarked: boolean | null;
}

export interface QueryReply {
  readonly echo: RegistryEcho;
  /** None when nobody has that number; several are duplicate records, and a clerk must say which. */
  readonly records: readonly RegistryRecord[];
}

export interface EventPage {
  readonly events: readonly RegistryEvent[];
  /** Pass as `after` to go on; opaque. */
  readonly next: string;
  readonly caughtUp: boolean;
}

/** One line of a batch comparison (批量比对). */
export interface BatchLine {
  /** Ours, unique in the batch. */
  readonly lineNo: number;
  readonly idNumber: string;
  readonly name: string;
}
export interface BatchResult extends BatchLine {
  readonly result: 'match' | 'mismatch' | 'not-found';
  readonly isDeathMarked: boolean | null;
}

/** The household registry, whichever way it is spoken to. Every failure is a RegistryFailure; nothing is guessed. */
export interface HouseholdRegistry {
  verify(
    question: RegistryQuestion,
    person: { idNumber: string; name: string },
    signal: AbortSignal,
  ): Promise<VerifyReply>;
  query(
    question: RegistryQuestion,
    person: { idNumber: string; name: string | null },
    signal: AbortSignal,
  ): Promise<QueryReply>;
  /** Hands a batch over; the results come later, under the same request id, some or all of them. */
  submitBatch(question: RegistryQuestion, lines: readonly BatchLine[], signal: AbortSignal): Promise<void>;
  /** The results so far, or null while there are none. */
  fetchBatch(
    requestId: string,
    signal: AbortSignal,
  ): Promise<{ results: readonly BatchResult[]; isComplete: boolean } | null>;
  events(after: string, limit: number, signal: AbortSignal): Promise<EventPage>;
}

/** Why there is no answer that may be used. */
export type FailureKind =
  | 'unreachable'
  | 'timeout'
  | 'overloaded'
  | 'quota'
  | 'out-of-hours'
  | 'unauthorised'
  | 'clock-skew'
  | 'key-expired'
  | 'bad-signature'
  | 'unreadable'
  | 'too-large'
  | 'wrong-person'
  | 'refused';

/** The registry gave no answer that may be used. `isWorthRetrying` says whether asking again may help. */
export class RegistryFailure extends Error {
  constructor(
    readonly kind: FailureKind,
    /** Never quotes what came: it may hold somebody's data. */
    message: string,
    readonly isWorthRetrying: boolean,
    /** Seconds, where the registry said how long to wait. */
    readonly retryAfter?: number,
  ) {
    super(message);
  }
}

/** Nest injection token. */
export const HOUSEHOLD_REGISTRY = Symbol('HouseholdRegistry');
