import type { Day } from '@app/kernel';

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

/** What the registry states of one person; what it does not tell is null. Fields as in domain/04 §4.9. */
export interface RegistryRecord {
  /** The registry's own id of the person. */
  readonly registryPersonId: string;
  readonly name: string;
  readonly idNumber: string | null;
  readonly sex: 0 | 1 | 2 | 9;
  readonly ethnicity: string | null;
  readonly born: Day | null;
  readonly died: Day | null;
  /** 0 valid, 1 cancelled, 8 moved out, 9 deceased. */
  readonly status: 0 | 1 | 8 | 9;
  readonly householdNo: string | null;
  /** GB/T 4761. */
  readonly relationToHead: string | null;
  readonly householdType: 'urban' | 'rural' | 'unified' | null;
  /** Twelve digits. */
  readonly divisionCode: string | null;
  readonly address: string | null;
  readonly fatherNumber: string | null;
  readonly motherNumber: string | null;
  readonly birthCertificateNo: string | null;
  /** GB/T 2261.2. */
  readonly maritalStatus: string | null;
  readonly movedInOn: Day | null;
  readonly movedOutOn: Day | null;
  /** The registry's time of its last change, ISO instant. */
  readonly updatedAt: string;
}

export interface QueryReply {
  readonly echo: RegistryEcho;
  /** None when nobody has that number; several are duplicate records, and a clerk must say which. */
  readonly records: readonly RegistryRecord[];
}

export type RegistryEventKind =
  | 'birth'
  | 'death'
  | 'death-reversed'
  | 'moved-in'
  | 'moved-out'
  | 'cancelled'
  | 'corrected'
  | 'number-changed'
  | 'merged';

/** One change in the registry (变更通知). May come late, twice and out of order. */
export interface RegistryEvent {
  /** The registry's id of the event: the same event again has the same one. */
  readonly eventId: string;
  readonly kind: RegistryEventKind;
  /** The registry's time of the change, ISO instant: a newer one of the same person wins. */
  readonly happenedAt: string;
  /** The person after the change. */
  readonly record: RegistryRecord;
  /** The number before, for number-changed. */
  readonly formerIdNumber: string | null;
  /** The registry's id of the record that was merged into this one, for merged. */
  readonly mergedRegistryPersonId: string | null;
  /** The event that this one takes back (冲销标志). */
  readonly reverses: string | null;
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
