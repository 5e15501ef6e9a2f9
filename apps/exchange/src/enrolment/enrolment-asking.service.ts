import { randomUUID } from 'node:crypto';
import { enrolmentAnswered, PERSON_IDENTITIES, type PersonIdentities, type PersonIdentity } from '@app/contracts';
import { type Database, inContext, systemContext } from '@app/database';
import { failpoint, type Outbox } from '@app/jobs';
import { CLOCK, type Clock, day } from '@app/kernel';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { EXCHANGE_DATABASE, EXCHANGE_OUTBOX } from '../exchange.tokens';
import { sealOf } from '../nomination/sealed-columns.types';
import { ParameterService } from '../parameter/parameter.service';
import { PeerLineService } from '../peer/peer-line.service';
import { pauseAfter } from '../peer/peer.rules';
import { type Peer, type PeerAnswer, PeerFailure, PeerNotCalled, type Peers, PEERS } from '../peer/peer.types';
import { askEnrolments } from './enrolment.jobs';
import { EnrolmentRepository } from './enrolment.repository';
import type { DueAsk, SaidOfOne } from './enrolment.types';
import { askingHead, askingMessage, type Stated } from './ibr-message.rules';
import { IbrSignatures, NotSigned } from './ibr-signature.client';
import { answeringHeader, enrolledResponse, type EnrolledResponse } from './ibr.types';

/** Questions in one message. */
const TOGETHER_MAX = 100;
const LEASE_MARGIN = 60_000;
const ANSWER_BYTES_MAX = 1024 * 1024;

/**
 * Asks another installation, many people in one message. Who they are is fetched from the register for this message and
 * kept nowhere. No answer is no answer: it is asked again until the deadline, and never taken for a no.
 */
@Injectable()
export class EnrolmentAskingService {
  private readonly signatures: IbrSignatures;

  constructor(
    @Inject(EXCHANGE_DATABASE) private readonly database: Database,
    @Inject(EXCHANGE_OUTBOX) private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(PEERS) private readonly peers: Peers,
    @Inject(PERSON_IDENTITIES) private readonly identities: PersonIdentities,
    private readonly vault: Vault,
    private readonly line: PeerLineService,
    private readonly parameters: ParameterService,
    private readonly enrolments: EnrolmentRepository,
  ) {
    this.signatures = new IbrSignatures(peers, clock);
  }

  /** Asks one installation what is due, message by message. */
  ask(code: string, signal?: AbortSignal): Promise<void> {
    return inContext(
      systemContext('enrolment question', { actor: 'system:exchange', purpose: 'exchange' }),
      async () => {
        const peer = this.peers.others.get(code);
        if (!peer) return;
        while (!signal?.aborted && !this.line.isOpen(peer)) {
          const asks = await this.claim(peer);
          if (asks.length === 0) break;
          failpoint('enrolment.claimed');
          await this.askTogether(peer, asks);
          if (asks.length < TOGETHER_MAX) break;
        }
        await this.planNext(peer);
      },
    );
  }

  private claim(peer: Peer): Promise<DueAsk[]> {
    const now = this.clock.now();
    const until = new Date(now.getTime() + this.peers.line.attemptMilliseconds + LEASE_MARGIN);
    return this.quietly(() =>
      this.database.write((tx) => this.enrolments.claim(tx, peer.code, now, until, TOGETHER_MAX)),
    );
  }

  private async askTogether(peer: Peer, asks: readonly DueAsk[]): Promise<void> {
    const transactionId = randomUUID();
    const known = await this.identities.identify([...new Set(asks.map(({ personId }) => personId))], transactionId);
    const byId = new Map(known.map((one) => [one.personId, one]));
    const askable = asks.flatMap((ask): [DueAsk, Stated][] => {
      const who = statedOf(byId.get(ask.personId));
      return who ? [[ask, who]] : [];
    });
    const asked = new Set(askable.map(([{ id }]) => id));
    await this.noteFailure(
      asks.filter(({ id }) => !asked.has(id)),
      'no-identity',
    );
    if (askable.length === 0) return;
    try {
      const said = await this.call(peer, transactionId, askable);
      failpoint('enrolment.asked');
      await this.keep(said);
      const answered = new Set(said.map(({ ask }) => ask.id));
      await this.noteFailure(
        askable.flatMap(([ask]) => (answered.has(ask.id) ? [] : [ask])),
        'refused',
      );
    } catch (error) {
      const all = askable.map(([ask]) => ask);
      if (error instanceof PeerNotCalled) await this.putBack(all);
      else if (error instanceof PeerFailure) await this.noteFailure(all, error.kind);
      else throw error;
    }
  }

  private async call(
    peer: Peer,
    transactionId: string,
    asks: readonly (readonly [DueAsk, Stated])[],
  ): Promise<SaidOfOne[]> {
    const own = this.peers.own!;
    const head = { messageId: randomUUID(), at: this.clock.now(), from: own.code, to: peer.code, count: asks.length };
    const body = this.signatures.sealed(own, askingHead(head), askingMessage(transactionId, asks));
    const skew = await this.skewMilliseconds();
    const path = '/spdci/registry/sync/enrolled';
    const call = { path, contentType: 'application/json', body, bytesMax: ANSWER_BYTES_MAX };
    const found = await this.line.call(peer, call, (answer) =>
      Promise.resolve(this.readAnswer(peer, own.code, transactionId, answer, skew)),
    );
    const byId = new Map(asks.map(([ask]) => [ask.id, ask]));
    return found.enrolled_response.flatMap((one) => saidOf(byId.get(one.reference_id), one));
  }

  /** Signed by whom we asked, for us, now, and about what we asked; else there is no answer. */
  private readAnswer(
    peer: Peer,
    own: string,
    transactionId: string,
    { status, headers, body }: PeerAnswer,
    skew: number,
  ): EnrolledResponse {
    if (status === 429) throw new PeerFailure('quota');
    if (status !== 200) throw new PeerFailure('refused');
    const read = this.signed(peer, String(headers.signature ?? ''), body, skew);
    const head = shapedAs(answeringHeader, read.header);
    const isOurs =
      head.sender_id === peer.code &&
      head.receiver_id === own &&
      read.transaction_id === transactionId &&
      this.signatures.isNear(head.message_ts, skew);
    if (!isOurs) throw new PeerFailure('bad-signature');
    if (new Set(read.enrolled_response.map((one) => one.reference_id)).size !== read.enrolled_response.length)
      throw new PeerFailure('unreadable');
    return read;
  }

  private signed(peer: Peer, signature: string, body: Buffer, skew: number): EnrolledResponse {
    try {
      return shapedAs(enrolledResponse, this.signatures.openedAnswer(peer, signature, body, skew));
    } catch (error) {
      throw error instanceof NotSigned ? new PeerFailure('bad-signature') : error;
    }
  }

  private async keep(said: readonly SaidOfOne[]): Promise<void> {
    if (said.length === 0) return;
    const questions = [...new Set(said.map(({ ask }) => ask.questionId))];
    const now = this.clock.now();
    await this.database.write(async (tx) => {
      await this.enrolments.lock(tx, questions);
      const answers = said.map(({ ask: { id }, isEnrolled, enrolments }) => ({
        id,
        isEnrolled,
        sealed: isEnrolled ? this.vault.seal(JSON.stringify(enrolments), placeOf(id)) : null,
      }));
      await this.enrolments.answer(tx, answers, now);
      const news = await this.enrolments.conclude(tx, questions, now);
      tx.concern('enrolment_question', questions);
      if (news.length > 0) await this.outbox.plan(tx, enrolmentAnswered, [{ feed: 'enrolments' }]);
    });
  }

  private async noteFailure(asks: readonly DueAsk[], failure: string): Promise<void> {
    if (asks.length === 0) return;
    const { pauseMilliseconds, pauseMillisecondsMax } = this.peers.line;
    const tries = Math.max(...asks.map((ask) => ask.tries)) + 1;
    // What the other side allows in a day is used up: it begins anew with the next.
    const next =
      failure === 'quota'
        ? new Date(Date.parse(`${this.clock.today()}T23:59:59.999+08:00`) + 1)
        : new Date(this.clock.now().getTime() + pauseAfter(tries, pauseMilliseconds, pauseMillisecondsMax));
    const ids = asks.map(({ id }) => id);
    await this.quietly(() => this.database.write((tx) => this.enrolments.noteFailure(tx, ids, failure, next, true)));
  }

  private async putBack(asks: readonly DueAsk[]): Promise<void> {
    const next = new Date(this.clock.now().getTime() + this.peers.line.halfOpenMilliseconds);
    const ids = asks.map(({ id }) => id);
    await this.quietly(() => this.database.write((tx) => this.enrolments.putBack(tx, ids, next)));
  }

  private planNext(peer: Peer): Promise<void> {
    return this.quietly(() =>
      this.database.write(async (tx) => {
        const due = await this.enrolments.nextDue(tx, peer.code);
        if (!due) return;
        const earliest =
          this.clock.now().getTime() + (this.line.isOpen(peer) ? this.peers.line.halfOpenMilliseconds : 0);
        const notBefore = new Date(Math.max(due.getTime(), earliest));
        await this.outbox.plan(tx, askEnrolments, [{ peer: peer.code }], { notBefore });
      }),
    );
  }

  private async skewMilliseconds(): Promise<number> {
    const { clockMinutes } = await this.quietly(() =>
      this.database.read((read) => this.parameters.peerTerms(read, this.clock.today())),
    );
    return clockMinutes * 60_000;
  }

  /** Taking turns and pauses is nobody's data. */
  private quietly<T>(work: () => Promise<T>): Promise<T> {
    return inContext(systemContext('enrolment question', { actor: 'system:exchange', isPlumbing: true }), work);
  }
}

const placeOf = (row: string) => ({ table: sealOf('enrolment_ask'), column: 'content_sealed', row });

/** Whoever has no number that both places know cannot be asked about. */
function statedOf(found: PersonIdentity | undefined): Stated | undefined {
  if (!found || (found.idNumber === null && found.birthCertificateNo === null)) return undefined;
  const { name, idNumber, birthCertificateNo } = found;
  return { name, idNumber, birthCertificateNo };
}

function saidOf(
  ask: DueAsk | undefined,
  { status, enrolled_status: said, enrolments }: EnrolledResponse['enrolled_response'][number],
): SaidOfOne[] {
  if (!ask || status !== 'succ') return [];
  // A yes that does not say where is a yes all the same.
  const read = enrolments.map((one) => ({
    programme: one.programme_identifier,
    from: day(one.start_date),
    until: one.end_date === null ? null : day(one.end_date),
    authority: one.authority,
    status: one.enrolment_status,
  }));
  return [{ ask, isEnrolled: said === 'yes', enrolments: said === 'yes' ? read : [] }];
}

function shapedAs<Shape extends z.ZodType>(shape: Shape, value: unknown): z.output<Shape> {
  const read = shape.safeParse(value);
  if (!read.success) throw new PeerFailure('unreadable');
  return read.data;
}
