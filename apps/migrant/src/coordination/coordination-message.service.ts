import {
  COORDINATION_KINDS,
  PEER_INBOX,
  type PeerInbox,
  type PeerMessage,
  type PeerOutbox,
  PERSON_IDENTITIES,
  type PersonIdentities,
} from '@app/contracts';
import { type Database, inContext, systemContext, type Tx } from '@app/database';
import { failpoint } from '@app/jobs';
import { CLOCK, type Clock, type Day, findDay } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { MIGRANT_DATABASE } from '../migrant.tokens';
import { refuse } from './coordination.errors';
import { CoordinationMessageRepository } from './coordination-message.repository';
import { CoordinationOpeningService, isWaiting, readable } from './coordination-opening.service';
import { CoordinationRepository } from './coordination.repository';
import { CoordinationStepService, offeredAtOpening, type Step } from './coordination-step.service';
import { CoordinationTermsService, remindOf } from './coordination-terms.service';
import type { SealedRequestRow } from './coordination.types';

const day = z.string().transform((text, context): Day => {
  const found = findDay(text);
  if (found) return found;
  context.addIssue({ code: 'custom', message: 'not a day' });
  return z.NEVER;
});
const text = z.string().max(400);
const values = z.record(z.string().max(40), text);
const envelope = { request: z.uuid(), seq: z.number().int().min(1).max(10_000) };
const note = { ...envelope, note: text.optional() };
const body = z.discriminatedUnion('act', [
  z.object({
    ...envelope,
    act: z.literal('ask'),
    kind: z.enum(COORDINATION_KINDS),
    purpose: text,
    legalBasis: text,
    fields: z.array(z.string().max(40)).min(1).max(20),
    offered: values,
    subject: z
      .object({
        name: z.string().max(200),
        idNumber: z.string().max(40).nullable(),
        birthCertificateNo: z.string().max(40).nullable(),
      })
      .nullable(),
    askedOn: day,
    dueOn: day,
  }),
  z.object({
    ...envelope,
    act: z.literal('answer'),
    outcome: z.enum(['confirmed', 'mismatch', 'not-found']),
    values,
    answeredOn: day,
  }),
  z.object({ ...envelope, act: z.literal('accept'), dueOn: day }),
  z.object({ ...note, act: z.literal('return') }),
  z.object({ ...note, act: z.literal('ask-again') }),
  z.object({ ...note, act: z.literal('withdraw') }),
  z.object({ ...note, act: z.literal('hand-over') }),
  z.object({ ...note, act: z.literal('decline') }),
]);
type Body = z.infer<typeof body>;

/**
 * Requests between two installations. What is told is numbered and given to the exchange, which sends it until it is
 * acknowledged; what comes is taken once, whatever its way did to it, and understood in the order in which it was said.
 */
@Injectable()
export class CoordinationMessageService implements PeerOutbox {
  constructor(
    @Inject(MIGRANT_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(PERSON_IDENTITIES) private readonly persons: PersonIdentities,
    private readonly terms: CoordinationTermsService,
    private readonly requests: CoordinationRepository,
    private readonly messages: CoordinationMessageRepository,
    private readonly steps: CoordinationStepService,
    private readonly opening: CoordinationOpeningService,
    @Inject(PEER_INBOX) private readonly peers: PeerInbox,
  ) {}

  message(id: string): Promise<PeerMessage | null> {
    const context = systemContext('coordination message', { actor: 'system:exchange', purpose: 'coordination' });
    return inContext(context, () =>
      this.database.read(async (read) => {
        const found = await this.messages.find(read, id);
        if (!found?.bodySealed) return null;
        const said = this.steps.unseal('coordination_message', 'body_sealed', id, found.bodySealed);
        const isAsker = found.way === 'outgoing';
        return {
          id,
          topic: 'coordination',
          fromDivision: isAsker ? found.fromDivision : found.toDivision,
          toDivision: isAsker ? found.toDivision : found.fromDivision,
          body: JSON.parse(said) as Record<string, unknown>,
        };
      }),
    );
  }

  /** Takes in what another installation told, and goes on with whatever is understood by now. */
  async arrived(id: string): Promise<void> {
    const message = await this.peers.message(id);
    if (message?.topic !== 'coordination') return;
    const read = body.safeParse(message.body);
    if (!read.success) throw refuse.messageUnreadable(id);
    if (read.data.act === 'ask') await this.assertSpeaksForItself(message);
    const { request, seq } = read.data;
    const peer = message.peer;
    const isAsked = await this.database.write(async (tx) => {
      await this.messages.lock(tx, request);
      const { act: _act, ...rest } = { ...read.data, from: message.fromDivision, to: message.toDivision };
      const said = JSON.stringify({ ...rest, act: read.data.act });
      const bodySealed = this.steps.seal('coordination_arrival', 'body_sealed', id, said);
      await this.messages.arrive(tx, { id, peer, requestId: request, seq, bodySealed, at: this.clock.now() });
      return this.understand(tx, peer, request);
    });
    failpoint('coordination.understood');
    if (isAsked || read.data.act === 'ask') await this.goOn(request);
  }

  /** A peer asks on behalf of divisions that it serves, and asks those that we do. */
  private async assertSpeaksForItself({
    peer,
    fromDivision,
    toDivision,
  }: PeerMessage & { peer: string }): Promise<void> {
    const [speaker, spokenTo] = [await this.peers.peerOf(fromDivision), await this.peers.peerOf(toDivision)];
    if (speaker?.peer !== peer || spokenTo !== null) throw refuse.messageOfAnother();
  }

  /** @returns Whether the question has come, or come again: then it is looked for an answer. */
  private async understand(tx: Tx, peer: string, request: string): Promise<boolean> {
    let isAsked = false;
    for (;;) {
      const heard = await this.messages.heard(tx, peer, request);
      const next = await this.messages.next(tx, peer, request, heard ?? 0);
      if (!next) return isAsked;
      const said = this.steps.unseal('coordination_arrival', 'body_sealed', next.id, next.bodySealed);
      const told = JSON.parse(said) as Body & { from: string; to: string };
      const isUnderstood =
        heard === null
          ? told.act === 'ask' && (await this.open(tx, peer, told, { from: told.from, to: told.to }))
          : await this.apply(tx, request, told);
      await this.messages.settle(tx, next.id, isUnderstood ? 'understood' : 'unheard');
      if (heard === null && !isUnderstood) return false;
      await this.messages.hear(tx, request, next.seq);
      isAsked ||= isUnderstood && (told.act === 'ask' || told.act === 'ask-again');
    }
  }

  private async open(
    tx: Tx,
    peer: string,
    told: Extract<Body, { act: 'ask' }>,
    { from, to }: { from: string; to: string },
  ): Promise<boolean> {
    const { request: id, kind, purpose, legalBasis, fields, offered, subject, askedOn, dueOn } = told;
    readable({ kind, purpose, legalBasis, fields, offered, fromDivision: from, toDivision: to });
    const terms = await this.terms.of(tx, from, this.clock.today());
    const fresh = await this.steps.open(tx, [
      {
        ...{ id, way: 'incoming', app: null, matter: null, peer, kind, purpose, legalBasis, fields },
        ...{ fromDivision: from, toDivision: to, personId: null, handOver: offeredAtOpening(kind) },
        ...this.opening.markOf(subject),
        offeredSealed: this.opening.sealOffered(id, { offered, subject }),
        ...{ askedOn, dueOn, remindOn: remindOf(dueOn, terms) },
      },
    ]);
    return fresh.has(id);
  }

  private async apply(tx: Tx, request: string, told: Body): Promise<boolean> {
    const [row] = await this.requests.lock(tx, [request]);
    if (!row || told.act === 'ask' || row.forgottenAt !== null) return false;
    const place = row.way === 'outgoing' ? 'asked' : 'asker';
    const step: Step = {
      ...{ row, act: told.act, place },
      note: 'note' in told ? told.note : null,
      heard: { dueOn: told.act === 'accept' ? told.dueOn : null },
      ...(told.act === 'answer' && { answer: { outcome: told.outcome, values: told.values, on: told.answeredOn } }),
    };
    const [obstacle] = await this.steps.take(tx, [step]);
    return obstacle === undefined;
  }

  /** Whom it is about, by name and number in our register; then whatever our apps can say. */
  private async goOn(request: string): Promise<void> {
    const [row] = await this.database.read((read) => this.requests.byIds(read, [request]));
    if (row?.way !== 'incoming' || row.offeredSealed === null || !isWaiting(row.state)) return;
    const { subject } = this.opening.offeredOf(row);
    const isFindable = subject !== null && (subject.idNumber !== null || subject.birthCertificateNo !== null);
    const found = isFindable ? await this.persons.find(subject, `coordination ${request}`) : null;
    if (found) await this.database.write((tx) => this.requests.found(tx, request, found.personId));
    await this.opening.haveAnswered([{ ...row, personId: found?.personId ?? null } satisfies SealedRequestRow]);
  }
}
