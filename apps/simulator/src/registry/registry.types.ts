import type { Clock } from '@app/kernel';
import type { JWK } from 'jose';

/** A person as the simulated registry has them in its book; what it does not know is null. */
export interface RegistryPerson {
  readonly registryPersonId: string;
  readonly name: string;
  readonly idNumber: string | null;
  readonly sex: 0 | 1 | 2 | 9;
  readonly ethnicity: string | null;
  readonly born: string | null;
  readonly died: string | null;
  /** 0 valid, 1 cancelled, 8 moved out, 9 deceased. */
  readonly status: 0 | 1 | 8 | 9;
  readonly householdNo: string | null;
  readonly relationToHead: string | null;
  readonly householdType: 'urban' | 'rural' | 'unified' | null;
  readonly divisionCode: string | null;
  readonly address: string | null;
  readonly fatherNumber: string | null;
  readonly motherNumber: string | null;
  readonly birthCertificateNo: string | null;
  readonly maritalStatus: string | null;
  readonly movedInOn: string | null;
  readonly movedOutOn: string | null;
  readonly updatedAt: string;
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

/** Something that happens in the registry: the person afterwards, and what each kind needs besides. */
export interface NewEvent {
  readonly kind: RegistryEventKind;
  readonly person: RegistryPerson;
  /** Where it is not now. */
  readonly happenedAt?: string;
  readonly formerIdNumber?: string;
  readonly mergedRegistryPersonId?: string;
  /** The event that is taken back. */
  readonly reverses?: string;
}

export interface BookedEvent extends NewEvent {
  readonly eventId: string;
  readonly happenedAt: string;
}

/** What is asked for, as far as behaving badly goes. */
export type Desk = 'verify' | 'query' | 'batch' | 'events' | 'keys' | 'callback';

export type MisbehaviourKind =
  | 'status-500'
  | 'status-503'
  | 'status-429'
  | 'time-out'
  | 'slow-loris'
  | 'reset'
  | 'half'
  | 'html'
  | 'gbk-as-utf8'
  | 'huge'
  | 'wrong-content-type'
  | 'other-person'
  | 'other-question'
  | 'stale'
  | 'two-records'
  | 'unsigned'
  | 'bad-signature'
  | 'expired-signature'
  | 'skewed-clock'
  | 'expired-key'
  | 'quota'
  | 'out-of-hours'
  | 'partial-batch'
  | 'silent'
  | 'callback-twice'
  | 'callback-reordered'
  | 'callback-forged'
  | 'callback-unknown'
  | 'tampered';

export interface Misbehaviour {
  readonly kind: MisbehaviourKind;
  /** Everywhere but at the key service, where it is not said. */
  readonly on?: readonly Desk[];
  /** How often; for ever, where it is not said. */
  readonly times?: number;
  /** Share of the calls that it falls on; all of them, where it is not said. */
  readonly share?: number;
  /** Seconds, of 429 and 503. */
  readonly retryAfter?: number;
  /** Of `tampered`: what becomes of the content before it is signed, and of the bytes after. */
  readonly before?: (content: string) => string;
  readonly after?: (bytes: Buffer) => Buffer;
}

export interface RegistryOptions {
  /** 0 for any that is free. */
  readonly port: number;
  readonly host?: string;
  readonly clock: Clock;
  readonly persons?: Iterable<RegistryPerson>;
  /** 32 bytes as base64; made up where it is not given. */
  readonly appKey?: string;
  /** What it calls the one asker of the ministry's platform. */
  readonly requesterId?: string;
  /** Whether answers and questions of the ministry's platform carry a digest of their bodies, and which. */
  readonly bodyDigest?: 'sm3' | 'sha256';
  readonly encoding?: 'UTF-8' | 'GB18030';
  /** Questions a day; no end, where it is not said. */
  readonly quota?: number;
  /** Hours of a working day (Monday to Friday, China) between which it answers; always, where it is not said. */
  readonly hours?: { readonly from: number; readonly to: number };
  /** Sees every message that comes, and the answer to it. */
  readonly watch?: (path: string, came: Buffer, answer: Answer) => void;
  /** Decides what `share` falls on. */
  readonly seed?: number;
}

/** Someone who may ask by SPDCI. */
export interface Enrolled {
  readonly senderId: string;
  /** The public keys as published. */
  readonly keys: readonly JWK[];
  /** Callbacks go to addresses below this one only. */
  readonly callbackUrl: string;
}

/** What goes out, if nothing goes wrong on the way. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** A message that the registry sends by itself. */
export interface Callback {
  readonly url: string;
  readonly body: Buffer;
}
