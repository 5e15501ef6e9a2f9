import type { KeyObject } from 'node:crypto';
import type { JWK } from 'jose';

/** A key that somebody signs with or is written to with, named by its thumbprint (RFC 7638). */
export interface PeerKey {
  readonly kid: string;
  /** Of signing: EdDSA or ES256; of sealing: ECDH-ES. */
  readonly alg: string;
  readonly key: KeyObject;
}

/** Another installation, as it was agreed with. */
export interface Peer {
  readonly code: string;
  readonly name: string;
  /** Where its outside door stands; a path in it goes before every other. */
  readonly url: string;
  /** Leading digits of the divisions that it serves. */
  readonly prefixes: readonly string[];
  readonly signing: readonly PeerKey[];
  /** What we write to it with: the first of those it gave us. */
  readonly sealing: PeerKey;
}

/** What we are to the other installations. */
export interface OwnPlace {
  readonly code: string;
  readonly name: string;
  readonly prefixes: readonly string[];
  readonly signing: PeerKey;
  /** By which what is written to us is opened: the first one, and those before it. */
  readonly sealing: readonly PeerKey[];
  /** What others need of us. */
  readonly publicKeys: readonly JWK[];
}

/** Whom we speak with; nobody where `own` is null. */
export interface Peers {
  readonly own: OwnPlace | null;
  readonly others: ReadonlyMap<string, Peer>;
  readonly line: PeerLineSettings;
}

/** Nest injection token. */
export const PEERS = Symbol('Peers');

/** How the way to each other installation is guarded. */
export interface PeerLineSettings {
  /** How long one call may take. */
  readonly attemptMilliseconds: number;
  /** So many failures in a row open the breaker. */
  readonly failuresToOpen: number;
  /** How long it stays open before one call tries whether the other is back. */
  readonly halfOpenMilliseconds: number;
  /** Calls to one other at once. */
  readonly atOnce: number;
  /** Pause after the first failure of a message; doubles each time, up to the longest. */
  readonly pauseMilliseconds: number;
  readonly pauseMillisecondsMax: number;
}

export const PEER_LINE_SETTINGS_DEFAULT: PeerLineSettings = {
  attemptMilliseconds: 8_000,
  failuresToOpen: 5,
  halfOpenMilliseconds: 30_000,
  atOnce: 8,
  pauseMilliseconds: 5_000,
  pauseMillisecondsMax: 3_600_000,
};

export type PeerLineState = 'closed' | 'open' | 'half-open';

/** Why another installation gave no answer that may be used. */
export type PeerFailureKind =
  | 'unreachable'
  | 'timeout'
  | 'overloaded'
  | 'unreadable'
  | 'too-large'
  | 'bad-receipt'
  | 'bad-signature'
  | 'quota'
  | 'refused';

/** There is no answer that may be used. Says nothing of what came. */
export class PeerFailure extends Error {
  constructor(
    readonly kind: PeerFailureKind,
    /** Why, in a word of the other side's closed list; null where it gave none that is known. */
    readonly reason: string | null = null,
  ) {
    super(`another installation gave no answer that may be used: ${kind}`);
  }
}

/** The other installation was not called at all: it failed several times in a row, and is left alone for a moment. */
export class PeerNotCalled extends Error {
  constructor() {
    super('another installation was not called: its line is open');
  }
}

export interface PeerCall {
  readonly path: string;
  readonly contentType: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly bytesMax: number;
}

export interface PeerAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** A message on its way out, sealed. */
export interface OutgoingRow {
  readonly id: string;
  readonly peer: string;
  readonly sealed: Buffer;
  readonly hash: Buffer;
  readonly tries: number;
}

/** A message on its way out as an officer sees it: never what it says. */
export interface PeerMessageRow {
  readonly id: string;
  readonly peer: string;
  readonly topic: string;
  readonly fromDivision: string;
  readonly toDivision: string;
  readonly keptAt: Date;
  readonly state: 'waiting' | 'delivered' | 'given-up';
  readonly tries: number;
  readonly lastFailure: string | null;
  readonly nextAt: Date | null;
  readonly settledAt: Date | null;
  readonly givenUpBy: string | null;
  readonly note: string | null;
}

export interface PeerRefusalRow {
  readonly id: string;
  readonly peer: string;
  readonly reason: string;
  readonly messageId: string | null;
  readonly times: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
}

/** How it stands with one other installation. */
export interface PeerState {
  readonly code: string;
  readonly name: string;
  readonly prefixes: readonly string[];
  readonly line: 'CLOSED' | 'OPEN' | 'HALF_OPEN';
  readonly lineSince: Date | null;
  readonly waiting: number;
  readonly waitingSince: Date | null;
  readonly isOverdue: boolean;
  readonly delivered: number;
  readonly lastDeliveredAt: Date | null;
  readonly taken: number;
  readonly unread: number;
  readonly lastTakenAt: Date | null;
  readonly refusedToday: number;
}

/** A message as it is kept and signed, its ids and divisions with it. */
export const CONTENT_BYTES_MAX = 64 * 1024 + 1024;

/** What this installation is to others, and the others. */
export interface PeerOverview {
  readonly code: string | null;
  readonly name: string | null;
  readonly prefixes: readonly string[];
  readonly others: readonly PeerState[];
}

/** What a message says, as it is kept and signed: the same text at every try. */
export interface PeerContent {
  readonly id: string;
  readonly topic: 'coordination';
  readonly fromDivision: string;
  readonly toDivision: string;
  readonly body: Readonly<Record<string, unknown>>;
}
