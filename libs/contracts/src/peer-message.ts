import { defineJob } from '@app/jobs';

/** What one installation tells another: signed, sent until it is acknowledged, taken in once. */
export interface PeerMessage {
  /** The sender's own: the same message again has the same one. */
  readonly id: string;
  /** What it belongs to, which says who understands the body. */
  readonly topic: 'coordination';
  /** Twelve digits: the division that speaks, and the one that is spoken to. */
  readonly fromDivision: string;
  readonly toDivision: string;
  /** JSON; at most 64 kB. Sealed wherever it is kept. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** Where the exchange asks for what it is to send. */
export interface PeerOutbox {
  /** Null when there is no such message. */
  message(id: string): Promise<PeerMessage | null>;
}

/** Nest injection token. */
export const PEER_OUTBOX = Symbol('PeerOutbox');

/** What the exchange took in from other installations, and whom it can reach. */
export interface PeerInbox {
  /**
   * By the id that was told, which is the exchange's own: two senders may give theirs the same. Null when there is no such
   * message, or it has been read and deleted. `peer` is who signed it, `id` is the sender's.
   */
  message(id: string): Promise<(PeerMessage & { readonly peer: string }) | null>;
  /** The installation that serves a division; null where it is ours, or nobody is known. */
  peerOf(divisionCode: string): Promise<{ readonly peer: string; readonly name: string } | null>;
}

/** Nest injection token. */
export const PEER_INBOX = Symbol('PeerInbox');

/** Told by migrant to the exchange: there is a message to send. */
export const peerMessageWanted = defineJob<{ message: string }>({
  queue: 'exchange',
  name: 'peer.send',
  key: ({ message }) => message,
});

/** Told by the exchange to migrant: a message of another installation is there to be read. */
export const peerMessageArrived = defineJob<{ message: string }>({
  queue: 'migrant',
  name: 'peer.arrived',
  key: ({ message }) => message,
});

/** Calls one path of another process's door in the name of this one: a ServiceClient. */
interface Calls {
  call<T>(path: string, value: unknown, how?: { readonly isRead?: boolean }): Promise<T>;
}

/** What is to be sent, where the app that has it is another process. */
export class PeerOutboxClient implements PeerOutbox {
  constructor(private readonly migrant: Calls) {}

  message(id: string): Promise<PeerMessage | null> {
    return this.migrant.call('/peer-messages', { message: id }, { isRead: true });
  }
}

/** What came, where the exchange is another process. */
export class PeerInboxClient implements PeerInbox {
  constructor(private readonly exchange: Calls) {}

  /** Reading it twice is reading it. */
  message(id: string): Promise<(PeerMessage & { readonly peer: string }) | null> {
    return this.exchange.call('/peer-inbox', { message: id }, { isRead: true });
  }

  peerOf(divisionCode: string): Promise<{ readonly peer: string; readonly name: string } | null> {
    return this.exchange.call('/peer-of', { divisionCode }, { isRead: true });
  }
}
