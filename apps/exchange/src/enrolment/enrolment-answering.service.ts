import { randomUUID } from 'node:crypto';
import { type Enrolment, ENROLMENTS, type Enrolments, PERSON_IDENTITIES, type PersonIdentities } from '@app/contracts';
import { type Database, inContext, systemContext } from '@app/database';
import { CLOCK, type Clock } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { CallbackService } from '../callback/callback.service';
import { EXCHANGE_DATABASE } from '../exchange.tokens';
import { ParameterService } from '../parameter/parameter.service';
import { servedBy } from '../peer/peer.rules';
import { type OwnPlace, type Peer, type Peers, PEERS } from '../peer/peer.types';
import { EnrolmentRepository } from './enrolment.repository';
import type { AskedOfUs } from './enrolment.types';
import { answeringHead, answerTo, askedOfUs, ENROLMENT_PURPOSE, isAskedFor } from './ibr-message.rules';
import { IbrSignatures, NotSigned } from './ibr-signature.client';
import { askingHeader, enrolledRequest } from './ibr.types';

const BODY_BYTES_MAX = 512 * 1024;
/** People looked up at once. */
const AT_ONCE = 4;

type Code =
  | 'err.request.bad'
  | 'err.request.unauthorized'
  | 'err.request.forbidden'
  | 'err.request.too_many_requests'
  | 'err.request.not_found'
  | 'err.signature.invalid';

/** A question that is not answered at all. */
class NotAnswered extends Error {
  constructor(
    readonly status: number,
    readonly code: Code,
  ) {
    super(code);
  }
}

export interface EnrolledAnswer {
  readonly status: number;
  readonly value: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Answers another installation whether somebody is paid here: for the programme and period it names, and no more. Whether
 * a person is unknown here or only not paid, it cannot tell.
 */
@Injectable()
export class EnrolmentAnsweringService {
  private readonly signatures: IbrSignatures;

  constructor(
    @Inject(EXCHANGE_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(PEERS) private readonly peers: Peers,
    @Inject(PERSON_IDENTITIES) private readonly identities: PersonIdentities,
    @Inject(ENROLMENTS) private readonly paid: Enrolments,
    private readonly callbacks: CallbackService,
    private readonly parameters: ParameterService,
    private readonly enrolments: EnrolmentRepository,
  ) {
    this.signatures = new IbrSignatures(peers, clock);
  }

  async answer(body: Buffer): Promise<EnrolledAnswer> {
    try {
      const { own } = this.peers;
      if (!own) throw new NotAnswered(404, 'err.request.not_found');
      if (body.length > BODY_BYTES_MAX) throw new NotAnswered(413, 'err.request.bad');
      const { peer, transactionId, asked } = await this.read(own, body);
      const value = await inContext(
        systemContext('enrolment asked', { actor: `peer:${peer.code}`, purpose: 'exchange', caseRef: transactionId }),
        () => this.answerAll(own, peer, transactionId, asked),
      );
      return { status: 200, value, headers: { signature: this.signatures.signatureOf(own, JSON.stringify(value)) } };
    } catch (error) {
      if (error instanceof NotSigned) return refusal(error.why === 'unreadable' ? 400 : 401, 'err.signature.invalid');
      if (error instanceof NotAnswered) return refusal(error.status, error.code);
      throw error;
    }
  }

  /** Verified, for us, now, new, for divisions that the asker serves, and within what it may ask in a day. */
  private async read(own: OwnPlace, body: Buffer): Promise<{ peer: Peer; transactionId: string; asked: AskedOfUs[] }> {
    const skew = await this.skewMilliseconds();
    const { peer, header, message } = this.signatures.opened(body, skew);
    const head = askingHeader.safeParse(header);
    const request = enrolledRequest.safeParse(message);
    if (!head.success || !request.success) throw new NotAnswered(400, 'err.request.bad');
    const { sender_id: sender, receiver_id: receiver, message_ts: at, message_id: messageId } = head.data;
    if (sender !== peer.code || receiver !== own.code) throw new NotAnswered(401, 'err.request.unauthorized');
    if (!this.signatures.isNear(at, skew)) throw new NotAnswered(401, 'err.request.unauthorized');
    const asked = askedOfUs(request.data);
    const references = new Set(asked.map(({ reference }) => reference));
    if (references.size !== asked.length || head.data.total_count !== asked.length)
      throw new NotAnswered(400, 'err.request.bad');
    const isAllowed = ({ divisionCode, purpose, from, until }: AskedOfUs) =>
      servedBy(this.peers, divisionCode) === peer && purpose === ENROLMENT_PURPOSE && from < until;
    if (!asked.every(isAllowed)) throw new NotAnswered(403, 'err.request.forbidden');
    await this.admit(peer, messageId, asked.length);
    return { peer, transactionId: request.data.transaction_id, asked };
  }

  private async admit(peer: Peer, messageId: string, count: number): Promise<void> {
    const today = this.clock.today();
    const verdict = await this.quietly(() =>
      this.database.write(async (tx) => {
        if (!(await this.callbacks.noteMessage(tx, `peer:${peer.code}`, messageId))) return 'seen';
        const { dailyQuota } = await this.parameters.enrolmentTerms(tx, '', today);
        return (await this.enrolments.useQuota(tx, peer.code, today, count, dailyQuota)) ? 'new' : 'spent';
      }),
    );
    if (verdict === 'seen') throw new NotAnswered(409, 'err.request.bad');
    if (verdict === 'spent') throw new NotAnswered(429, 'err.request.too_many_requests');
  }

  private async answerAll(
    own: OwnPlace,
    peer: Peer,
    transactionId: string,
    asked: readonly AskedOfUs[],
  ): Promise<object> {
    const found = await this.lookUp(asked, transactionId);
    const now = this.clock.now();
    const rows = asked.map((one, n) => {
      const { personId, enrolments } = found[n]!;
      return { ...one, personId, isEnrolled: enrolments.length > 0 };
    });
    await this.database.write(async (tx) => {
      await this.enrolments.log(tx, peer.code, transactionId, rows.map(withoutIdentity), now);
      tx.disclose(
        'enrolment',
        rows.flatMap(({ personId, isEnrolled }) => (isEnrolled && personId ? [{ id: personId }] : [])),
        ({ id }) => id,
      );
      tx.concern(
        'enrolment',
        rows.flatMap(({ personId }) => personId ?? []),
      );
    });
    const head = { messageId: randomUUID(), at: now, from: own.code, to: peer.code, count: asked.length };
    return {
      header: answeringHead(head),
      transaction_id: transactionId,
      correlation_id: randomUUID(),
      enrolled_response: asked.map(({ reference }, n) => answerTo(reference, found[n]!.enrolments, now)),
    };
  }

  /** The same is done for whoever is unknown as for everybody else, so that the time it takes says nothing. */
  private async lookUp(
    asked: readonly AskedOfUs[],
    transactionId: string,
  ): Promise<{ personId: string | null; enrolments: readonly Enrolment[] }[]> {
    const found: { personId: string | null; enrolments: readonly Enrolment[] }[] = [];
    const waiting = asked.map((one, n) => [n, one] as const);
    const lookUpInTurn = async (): Promise<void> => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const [n, one] = next;
        const { name, idNumber, birthCertificateNo } = one;
        const person = await this.identities.find({ name, idNumber, birthCertificateNo }, transactionId);
        const enrolments = await this.paid.of(person?.personId ?? randomUUID());
        const kept = person ? enrolments.filter((each) => isAskedFor(each, one)) : [];
        found[n] = { personId: person?.personId ?? null, enrolments: kept };
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lookUpInTurn));
    return found;
  }

  private async skewMilliseconds(): Promise<number> {
    const { clockMinutes } = await this.quietly(() =>
      this.database.read((read) => this.parameters.peerTerms(read, this.clock.today())),
    );
    return clockMinutes * 60_000;
  }

  private quietly<T>(work: () => Promise<T>): Promise<T> {
    return inContext(systemContext('enrolment asked', { actor: 'system:exchange', isPlumbing: true }), work);
  }
}

/** Names and numbers of those who are asked about stay nowhere. */
const withoutIdentity = <T extends AskedOfUs>({ name: _, idNumber: __, birthCertificateNo: ___, ...rest }: T) => rest;

const refusal = (status: number, code: Code): EnrolledAnswer => ({
  status,
  value: { errors: [{ code, message: 'The question is not answered.' }] },
});
