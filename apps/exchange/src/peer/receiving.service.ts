import { randomUUID } from 'node:crypto';
import { peerMessageArrived } from '@app/contracts';
import { type Database, inContext, systemContext } from '@app/database';
import { failpoint, type Outbox } from '@app/jobs';
import { CLOCK, type Clock } from '@app/kernel';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { EXCHANGE_DATABASE, EXCHANGE_OUTBOX } from '../exchange.tokens';
import { sealOf } from '../nomination/sealed-columns.types';
import { ParameterService } from '../parameter/parameter.service';
import { PeerRepository } from './peer.repository';
import { type RefusalReason, servedBy } from './peer.rules';
import { hashOf, NotOpened, PeerSeal } from './peer-seal.client';
import { CONTENT_BYTES_MAX, type Peer, type PeerContent, type Peers, PEERS } from './peer.types';

/** Base64 twice over, and escapes: more than this is no message of the agreed size. */
const WIRE_BYTES_MAX = 6 * CONTENT_BYTES_MAX;
/** Whoever sent what nobody is known to have signed. */
const NOBODY = 'nobody';

const content = z.strictObject({
  id: z.uuid(),
  topic: z.literal('coordination'),
  fromDivision: z.string().regex(/^\d{12}$/),
  toDivision: z.string().regex(/^\d{12}$/),
  body: z.record(z.string(), z.unknown()),
});

const STATUS: Readonly<Record<RefusalReason, number>> = {
  'not-accepted': 401,
  clock: 401,
  'wrong-audience': 401,
  unreadable: 400,
  'too-large': 413,
  'not-your-division': 403,
  'not-our-division': 403,
  'other-content': 409,
  'not-connected': 404,
};

export interface DoorAnswer {
  readonly status: number;
  readonly value: object;
}

/** Takes in what other installations tell: verified before it is parsed, kept sealed exactly once, answered with our signature. */
@Injectable()
export class ReceivingService {
  private readonly seals: PeerSeal;

  constructor(
    @Inject(EXCHANGE_DATABASE) private readonly database: Database,
    @Inject(EXCHANGE_OUTBOX) private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(PEERS) private readonly peers: Peers,
    private readonly vault: Vault,
    private readonly parameters: ParameterService,
    private readonly messages: PeerRepository,
  ) {
    this.seals = new PeerSeal(peers, clock);
  }

  async receive(body: Buffer): Promise<DoorAnswer> {
    const { own } = this.peers;
    if (!own) return { status: 404, value: { reason: 'not-connected' } };
    try {
      if (body.length > WIRE_BYTES_MAX) throw new NotOpened('too-large', null);
      const { peer, content: text } = await this.seals.open(own, body, await this.skewMilliseconds());
      const message = this.readContent(peer, text);
      failpoint('peer.opened');
      await this.take(peer, message, text);
      failpoint('peer.taken');
      return { status: 200, value: { receipt: await this.seals.receipt(own, peer, message.id, hashOf(text)) } };
    } catch (error) {
      if (!(error instanceof NotOpened)) throw error;
      await this.noteRefusal(error);
      return { status: STATUS[error.reason], value: { reason: error.reason } };
    }
  }

  private readContent(peer: Peer, text: string): PeerContent {
    if (Buffer.byteLength(text) > CONTENT_BYTES_MAX) throw new NotOpened('too-large', peer.code);
    let parsed: z.ZodSafeParseResult<PeerContent>;
    try {
      parsed = content.safeParse(JSON.parse(text));
    } catch {
      throw new NotOpened('unreadable', peer.code);
    }
    if (!parsed.success) throw new NotOpened('unreadable', peer.code);
    const { fromDivision, toDivision } = parsed.data;
    if (servedBy(this.peers, fromDivision) !== peer) throw new NotOpened('not-your-division', peer.code);
    if (servedBy(this.peers, toDivision) !== 'own') throw new NotOpened('not-our-division', peer.code);
    return parsed.data;
  }

  /** In one transaction with the word of it, or neither; a second time it is there already. */
  private async take(peer: Peer, { id, topic, fromDivision, toDivision }: PeerContent, text: string): Promise<void> {
    const rowId = randomUUID();
    const hash = hashOf(text);
    const sealed = this.vault.seal(text, placeOf(rowId));
    const context = systemContext('peer message', { actor: `peer:${peer.code}`, purpose: 'exchange' });
    const isSame = await inContext(context, () =>
      this.database.write(async (tx) => {
        const message = { id, peer: peer.code, topic, fromDivision, toDivision, hash, sealed };
        if (!(await this.messages.take(tx, rowId, message, this.clock.now())))
          return (await this.messages.incomingHash(tx, peer.code, id))!.equals(hash);
        tx.concern('peer_message', [rowId]);
        await this.outbox.plan(tx, peerMessageArrived, [{ message: rowId }]);
        return true;
      }),
    );
    if (!isSame) throw new NotOpened('other-content', peer.code, id);
  }

  private async noteRefusal({ peer, reason, messageId }: NotOpened): Promise<void> {
    const context = systemContext('peer message', { actor: 'system:exchange', isPlumbing: true });
    const [now, today] = [this.clock.now(), this.clock.today()];
    await inContext(context, () =>
      this.database.write((tx) => this.messages.noteRefusal(tx, peer ?? NOBODY, reason, messageId, today, now)),
    );
  }

  private async skewMilliseconds(): Promise<number> {
    const context = systemContext('peer message', { actor: 'system:exchange', isPlumbing: true });
    const { clockMinutes } = await inContext(context, () =>
      this.database.read((read) => this.parameters.peerTerms(read, this.clock.today())),
    );
    return clockMinutes * 60_000;
  }
}

const placeOf = (row: string) => ({ table: sealOf('peer_incoming'), column: 'content_sealed', row });
