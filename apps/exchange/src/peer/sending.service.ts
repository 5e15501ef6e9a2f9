import { PEER_OUTBOX, type PeerOutbox, type PeerMessage } from '@app/contracts';
import { type Database, inContext, systemContext, type Tx } from '@app/database';
import { failpoint, type Outbox } from '@app/jobs';
import { CLOCK, type Clock } from '@app/kernel';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { EXCHANGE_DATABASE, EXCHANGE_OUTBOX } from '../exchange.tokens';
import { sealOf } from '../nomination/sealed-columns.types';
import { ParameterService } from '../parameter/parameter.service';
import { refuse } from './peer.errors';
import { sendToPeer } from './peer.jobs';
import { PeerLineService } from './peer-line.service';
import { PeerRepository } from './peer.repository';
import { isRefusalReason, pauseAfter, servedBy } from './peer.rules';
import { hashOf, PeerSeal } from './peer-seal.client';
import {
  CONTENT_BYTES_MAX,
  type OutgoingRow,
  type Peer,
  type PeerAnswer,
  PeerFailure,
  PeerNotCalled,
  type Peers,
  PEERS,
} from './peer.types';

/** Messages of one round: so much is done before a process that stops has to wait no longer. */
const ROUND_MAX = 64;
/** Beyond the time that a call may take: a process that died while sending holds its messages up no longer than this. */
const LEASE_MARGIN = 30_000;
const RECEIPT_BYTES_MAX = 16 * 1024;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const DIVISION = /^\d{12}$/;

const said = z.object({ receipt: z.string().optional(), reason: z.string().optional() });

/**
 * Sends other installations what apps of ours have to tell them: kept sealed, tried again with growing pauses for as long as
 * it takes, and delivered when the other side signed that it has this very message. The order in which messages arrive
 * means nothing.
 */
@Injectable()
export class SendingService {
  private readonly seals: PeerSeal;

  constructor(
    @Inject(EXCHANGE_DATABASE) private readonly database: Database,
    @Inject(EXCHANGE_OUTBOX) private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(PEERS) private readonly peers: Peers,
    @Inject(PEER_OUTBOX) private readonly source: PeerOutbox,
    private readonly vault: Vault,
    private readonly line: PeerLineService,
    private readonly parameters: ParameterService,
    private readonly messages: PeerRepository,
  ) {
    this.seals = new PeerSeal(peers, clock);
  }

  /** Fetches a message from the app that has it, and keeps it until it is delivered. The same one again is the same message. */
  async keep(id: string): Promise<void> {
    const message = await this.source.message(id);
    if (!message) return;
    const peer = this.assertSendable(message);
    const { topic, fromDivision, toDivision, body } = message;
    const content = JSON.stringify({ id, topic, fromDivision, toDivision, body });
    if (Buffer.byteLength(content) > CONTENT_BYTES_MAX) throw refuse.tooLarge(id, CONTENT_BYTES_MAX);
    const hash = hashOf(content);
    const sealed = this.vault.seal(content, placeOf(id));
    await inContext(systemContext('peer sending', { actor: 'system:exchange' }), () =>
      this.database.write(async (tx) => {
        const row = { id, peer: peer.code, topic, fromDivision, toDivision, hash, sealed };
        if (!(await this.messages.keepOutgoing(tx, row, this.clock.now()))) {
          const known = await this.messages.outgoingHash(tx, id);
          if (!known?.equals(hash)) throw refuse.otherContent(id);
          return;
        }
        tx.concern('peer_message', [id]);
        await this.outbox.plan(tx, sendToPeer, [{ peer: peer.code }]);
      }),
    );
  }

  /** Sends what is due for one installation, a round at a time. */
  send(code: string, signal?: AbortSignal): Promise<void> {
    return inContext(systemContext('peer sending', { actor: 'system:exchange' }), async () => {
      const peer = this.peers.others.get(code);
      if (!peer) return; // It was taken out of the settings; its messages wait until it is back or a person gives up.
      while (!signal?.aborted && !this.line.isOpen(peer)) {
        const claimed = await this.claim(peer);
        failpoint('peer.claimed');
        await this.sendAll(peer, claimed);
        if (claimed.length < ROUND_MAX) break;
      }
      await this.planNext(peer);
    });
  }

  private claim(peer: Peer): Promise<OutgoingRow[]> {
    const now = this.clock.now();
    const until = new Date(now.getTime() + this.peers.line.attemptMilliseconds + LEASE_MARGIN);
    return this.quietly(() => this.database.write((tx) => this.messages.claim(tx, peer.code, now, until, ROUND_MAX)));
  }

  /** Few at once; as soon as the line opens, the rest goes back. */
  private async sendAll(peer: Peer, rows: readonly OutgoingRow[]): Promise<void> {
    const waiting = [...rows];
    const back: string[] = [];
    const sendInTurn = async (): Promise<void> => {
      for (let row = waiting.shift(); row; row = waiting.shift()) {
        if (this.line.isOpen(peer) || !(await this.sendOne(peer, row))) back.push(row.id);
      }
    };
    await Promise.all(Array.from({ length: this.peers.line.atOnce }, sendInTurn));
    if (back.length > 0) await this.putBack(back);
  }

  private putBack(ids: readonly string[]): Promise<void> {
    const next = new Date(this.clock.now().getTime() + this.peers.line.halfOpenMilliseconds);
    return this.quietly(() => this.database.write((tx) => this.messages.putBack(tx, ids, next)));
  }

  /** @returns False where it was not tried. */
  private async sendOne(peer: Peer, row: OutgoingRow): Promise<boolean> {
    try {
      const receipt = await this.deliver(peer, row);
      failpoint('peer.delivered');
      await this.database.write(async (tx) => {
        if (await this.messages.deliver(tx, row.id, receipt, this.clock.now())) tx.concern('peer_message', [row.id]);
      });
    } catch (error) {
      if (error instanceof PeerNotCalled) return false;
      if (!(error instanceof PeerFailure)) throw error;
      const { pauseMilliseconds, pauseMillisecondsMax } = this.peers.line;
      const pause = pauseAfter(row.tries + 1, pauseMilliseconds, pauseMillisecondsMax);
      const next = new Date(this.clock.now().getTime() + pause);
      const why = error.reason === null ? error.kind : `refused-${error.reason}`;
      await this.quietly(() => this.database.write((tx) => this.messages.noteFailure(tx, row.id, why, next)));
    }
    return true;
  }

  private async deliver(peer: Peer, { id, sealed, hash }: OutgoingRow): Promise<string> {
    const own = this.peers.own!;
    const content = this.vault.open(sealed, placeOf(id));
    const body = await this.seals.seal(own, peer, content);
    const skew = await this.skewMilliseconds();
    const call = { path: '/peer/messages', contentType: 'application/jose', body, bytesMax: RECEIPT_BYTES_MAX };
    return this.line.call(peer, call, async (answer) => {
      if (answer.status === 429) throw new PeerFailure('overloaded');
      const { receipt, reason } = readAnswer(answer);
      if (answer.status !== 200) throw new PeerFailure('refused', isRefusalReason(reason) ? reason : 'not-accepted');
      if (receipt === undefined || !(await this.seals.isReceipt(own, peer, receipt, { id, hash }, skew)))
        throw new PeerFailure('bad-receipt');
      return receipt;
    });
  }

  /** When what is left is due, or the line may be tried again. */
  private planNext(peer: Peer): Promise<void> {
    return this.quietly(() =>
      this.database.write(async (tx) => {
        const due = await this.messages.nextDue(tx, peer.code);
        if (!due) return;
        const earliest =
          this.clock.now().getTime() + (this.line.isOpen(peer) ? this.peers.line.halfOpenMilliseconds : 0);
        const notBefore = new Date(Math.max(due.getTime(), earliest));
        await this.outbox.plan(tx, sendToPeer, [{ peer: peer.code }], { notBefore });
      }),
    );
  }

  /** The sender's own mistakes are found here, not by the other side. */
  private assertSendable({ id, topic, fromDivision, toDivision }: PeerMessage): Peer {
    if (!UUID.test(id) || topic !== 'coordination' || !DIVISION.test(fromDivision) || !DIVISION.test(toDivision))
      throw refuse.unreadable(id);
    if (servedBy(this.peers, fromDivision) !== 'own') throw refuse.notOurs(fromDivision);
    const peer = servedBy(this.peers, toDivision);
    if (peer === null || peer === 'own') throw refuse.nobodyThere(toDivision);
    return peer;
  }

  private async skewMilliseconds(): Promise<number> {
    const read = (tx: Tx) => this.parameters.peerTerms(tx, this.clock.today());
    const { clockMinutes } = await this.quietly(() => this.database.read(read));
    return clockMinutes * 60_000;
  }

  /** Taking turns and pauses is nobody's data. */
  private quietly<T>(work: () => Promise<T>): Promise<T> {
    return inContext(systemContext('peer sending', { actor: 'system:exchange', isPlumbing: true }), work);
  }
}

const placeOf = (id: string) => ({ table: sealOf('peer_outgoing'), column: 'content_sealed', row: id });

function readAnswer({ body }: PeerAnswer): z.output<typeof said> {
  try {
    return said.parse(JSON.parse(body.toString()));
  } catch {
    throw new PeerFailure('unreadable');
  }
}
